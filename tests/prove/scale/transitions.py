"""What it costs to write one step of a purchase down for good, beside the least that SQLite can do here."""

import sqlite3
import statistics
import time
from contextlib import closing, contextmanager

from render.store import Change, open_store
from tests.builders import a_task, an_attempt
from tests.prove.section import Figure

_TEXT_BYTES = 1000
#: a step writes one row of thirty columns and tells the lock; many times the floor would be a mistake of ours
_MOST_TIMES = 10


def measure_transitions(*, writes, folder):
    """Write so many steps one by one, a bare row after each; figures, and no breaches of their own."""
    folder.mkdir(parents=True)
    with open_store(folder / "state.db", project="scale", kind="paid") as store, _floor(folder / "floor.db") as floor:
        ours, bare = _medians(writes, (_step(store), _bare_row(floor)))
    times = ours / bare
    figures = (
        Figure(name="durable step of a purchase, median ms", value=round(ours * 1000, 3)),
        Figure(name="bare durable row of SQLite, median ms", value=round(bare * 1000, 3)),
        Figure(name="times the bare row", value=round(times, 2), bound=f"at most {_MOST_TIMES}",
               is_kept=times <= _MOST_TIMES),
    )  # fmt: skip
    return figures, []


def _step(store):
    def write(number):
        task = a_task(shot=f"s{number:05d}", params={"prompt": "x" * (_TEXT_BYTES // 2), "width": 768, "height": 512})
        change = Change(attempt=an_attempt(task, request={"positivePrompt": "x" * (_TEXT_BYTES // 2)}))
        return lambda: store.write([change])

    return write


@contextmanager
def _floor(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, text TEXT)")
        yield connection


def _bare_row(connection):
    row = "x" * _TEXT_BYTES
    return lambda number: lambda: connection.execute("INSERT INTO rows VALUES (?, ?)", (number, row))


def _medians(writes, kinds):
    """The median times of one write of each kind, in seconds; taken in turns, so that a busy disk is busy for all."""
    took = [[] for _ in kinds]
    for number in range(writes):
        for times, prepare in zip(took, kinds, strict=True):
            write = prepare(number)
            began = time.perf_counter()
            write()
            times.append(time.perf_counter() - began)
    return map(statistics.median, took)
