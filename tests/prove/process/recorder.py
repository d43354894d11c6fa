"""Records what a run does to its storage, one operation after the other, so that power can be cut between any two.

A commit of the database is one operation, kept as a copy of the whole: what SQLite does inside of it is its own
business. Bytes of other files are found in them at the next step, as no call of `os` writes them. A folder that a
record begins with counts as durable. Needs a run in one thread.
"""

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.prove.process.moments import Watch

DATABASE = "renders/film/state.db"
LOCK = "renders/film/state.lock"
_DRAFT = f"{DATABASE}.new"


class Recorder(Watch):
    """Writes operations as lines of JSON into `folder`; beside them the bytes, and a copy of each commit."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._root = Path.cwd()
        self._commits = 0
        self._digests = {}
        for name in ("bytes", "commits"):
            (self._folder / name).mkdir()
        if Path(DATABASE).exists():
            self._copy_database()
        for path in sorted([*Path().glob("renders"), *Path().glob("renders/**/*")]):
            self._note_what_is_there(path)
        self._note("begins")

    def before(self, moment):
        kind, path, old = self._read(moment)
        if kind == "write":
            self._note("committing", number=self._commits + 1)
        elif kind == "purchase":
            self._note("purchase", text=json.dumps(moment.facts["body"]))
        elif kind in {"name given", "name changed"}:
            self._note_bytes(old)
            # SQLite has synced what it wrote
            if old == _DRAFT:
                self._note("file synced", path=old)
        elif kind == "file synced":
            self._note_bytes(path)

    def after(self, moment):
        kind, path, old = self._read(moment)
        if kind == "write":
            self._commits += 1
            self._copy_database()
            self._note("committed", number=self._commits, lock=Path(LOCK).read_text(encoding="utf-8"))
        elif path:
            self._note(kind, path=path, old=old)
            if old == _DRAFT:
                self._copy_database()

    def _read(self, moment):
        """The kind of a moment, and the paths that it is about, below the project's folder."""
        place, _, kind = moment.names[0].partition(" ")
        paths = [os.path.relpath(moment.facts[key], self._root) for key in ("path", "old") if key in moment.facts]
        path, old = [*paths, "", ""][:2]
        return (kind if place == "step" else place), path, old

    def _note_what_is_there(self, path):
        if path.is_dir():
            self._note("folder made", path=str(path))
        elif str(path) == DATABASE:
            self._note("file made", path=DATABASE)
        elif not path.name.startswith("state.") and path.suffix != ".log":
            self._note("file made", path=str(path))
            self._note_bytes(str(path))

    def _note_bytes(self, path):
        """Keep what a file holds now, where it is not what was last found in it."""
        data = Path(path).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if self._digests.get(path) != digest:
            self._digests[path] = digest
            (self._folder / "bytes" / digest).write_bytes(data)
            self._note("written", path=path, digest=digest)

    def _copy_database(self):
        with (
            closing(sqlite3.connect(DATABASE)) as source,
            closing(sqlite3.connect(self._folder / "commits" / f"{self._commits}.db")) as copy,
        ):
            source.backup(copy)

    def _note(self, kind, **facts):
        with (self._folder / "operations").open("a", encoding="utf-8") as out:
            out.write(json.dumps({"kind": kind, **facts}) + "\n")
