"""What it costs to write one step of a purchase down for good, beside the least that SQLite can do here."""

import sqlite3
import statistics
import time
from contextlib import closing

from render.store import Change, open_store
from tests.builders import a_task, an_attempt
from tests.prove.section import Figure

_TEXT_BYTES = 1000
#: a step writes one row of thirty columns and tells the lock; many times the floor would be a mistake of ours
_MOST_TIMES = 10


def measure_transitions(*, writes, folder):
    """Write so many steps one by one, and as many bare rows; figures, and no breaches of their own."""
    folder.mkdir(parents=True)
    ours, floor = _ours(folder / "state.db", writes), _floor(folder / "floor.db", writes)
    times = ours / floor
    figures = (
        Figure(name="durable step of a purchase, median ms", value=round(ours * 1000, 3)),
        Figure(name="bare durable row of SQLite, median ms", value=round(floor * 1000, 3)),
        Figure(name="times the bare row", value=round(times, 2), bound=f"at most {_MOST_TIMES}",
               is_kept=times <= _MOST_TIMES),
    )  # fmt: skip
    return figures, []


def _ours(path, writes):
    with open_store(path, project="scale", kind="paid") as store:
        changes = [Change(attempt=_attempt(no)) for no in range(writes)]
        return _median(lambda no: store.write([changes[no]]), writes)


def _attempt(number):
    task = a_task(shot=f"s{number:05d}", params={"prompt": "x" * (_TEXT_BYTES // 2), "width": 768, "height": 512})
    return an_attempt(task, request={"positivePrompt": "x" * (_TEXT_BYTES // 2)})


def _floor(path, writes):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, text TEXT)")
        text = "x" * _TEXT_BYTES
        return _median(lambda no: connection.execute("INSERT INTO rows VALUES (?, ?)", (no, text)), writes)


def _median(write, writes):
    """The median time of one write, in seconds."""
    took = []
    for number in range(writes):
        began = time.perf_counter()
        write(number)
        took.append(time.perf_counter() - began)
    return statistics.median(took)
