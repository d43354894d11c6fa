"""What can befall a record and its files between two runs: copies of a killed moment, cuts, flips, other programs."""

import shutil
import sqlite3
from contextlib import closing

STATE_FILES = ("state.db", "state.db-wal", "state.db-shm", "state.lock")


def keep_moment(kind):
    """Keep the state's files as they are at the first event of a kind; put them back before the later run."""

    def prepare(theatre, number):
        aside = theatre.root.parent / "moment"
        if number == 2:
            _copy(aside, theatre.root)
            return
        theatre.root.mkdir(parents=True, exist_ok=True)

        def listener(event):
            if isinstance(event, kind) and not aside.exists():
                aside.mkdir()
                _copy(theatre.root, aside)

        theatre.listener = listener

    return prepare


def _copy(source, target):
    for name in STATE_FILES:
        (target / name).unlink(missing_ok=True)
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)


def both(*steps):
    """Do one preparation after the other."""

    def prepare(theatre, number):
        for step in steps:
            step(theatre, number)

    return prepare


def before_later(change):
    """Do something to the folder between the runs."""

    def prepare(theatre, number):
        if number == 2:
            change(theatre.root)

    return prepare


def cut(name, share):
    def change(root):
        path = root / name
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return change


def zero_tail(name, share):
    def change(root):
        content = (root / name).read_bytes()
        kept = int(len(content) * share)
        (root / name).write_bytes(content[:kept] + bytes(len(content) - kept))

    return change


def flip(name, share):
    def change(root):
        content = bytearray((root / name).read_bytes())
        if content:
            content[min(int(len(content) * share), len(content) - 1)] ^= 0x10
        (root / name).write_bytes(content)

    return change


def remove(*names):
    def change(root):
        for name in names:
            (root / name).unlink(missing_ok=True)

    return change


def rewrite(name, make):
    def change(root):
        (root / name).write_bytes(make((root / name).read_bytes()))

    return change


def execute(*statements):
    """Change the database as another program could."""

    def change(root):
        with closing(sqlite3.connect(root / "state.db", isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return change
