"""Reads every row that can still be read, one by one, and names the others: of a sound record that is all of them.

A row whose checksum is wrong counts as one that cannot be read: what it says is not what was recorded. Never writes.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from render.store.connection import memory_copy, opened_to_read
from render.store.fitness import explained, is_there, require_never_there, require_same, version_of
from render.store.lock import recorded_sequence
from render.store.rows import artifact_of, attempt_of, upload_of
from render.store.tables import VERSION, steps_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from render.records import Artifact, Attempt, Upload
    from render.store.fitness import Owner


@dataclass(frozen=True, kw_only=True, slots=True)
class Salvage:
    """What could be read of a record, oldest first, and what could not."""

    attempts: tuple[Attempt, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    uploads: tuple[Upload, ...] = ()
    #: one line for each row, or run of rows, that is not among them
    unreadable: tuple[str, ...] = ()
    #: the number of the row written last, 0 in an empty record
    sequence: int = 0


def salvage(path: Path, *, owner: Owner) -> Salvage:
    """Read what can be read of the record of `owner`, damaged or not; empty where there never was one.

    Raises:
        StateError: nothing can be read, or it is not ours, of a newer version, or of another project or kind.
    """
    sequence = recorded_sequence(path)
    if not is_there(path):
        require_never_there(path, sequence=sequence)
        return Salvage()
    with explained(path), ExitStack() as opened:
        connection = opened.enter_context(opened_to_read(path))
        version = version_of(connection, path)
        steps_from(version)
        if version != VERSION:
            connection = opened.enter_context(closing(memory_copy(connection)))
        require_same(connection, path, owner)
        return _read(connection, sequence=sequence)


def _read(connection: sqlite3.Connection, *, sequence: int) -> Salvage:
    attempts, lost_attempts = _rows(connection, "attempts", attempt_of, sequence=sequence)
    artifacts, lost_artifacts = _rows(connection, "artifacts", artifact_of, sequence=sequence)
    uploads, lost_uploads = _rows(connection, "uploads", upload_of, sequence=sequence)
    known = {attempt.id for attempt in attempts}
    orphans = [
        f"the file {each.path}: its attempt cannot be read" for each in artifacts if each.attempt_id not in known
    ]
    return Salvage(
        attempts=tuple(attempts),
        artifacts=tuple(artifact for artifact in artifacts if artifact.attempt_id in known),
        uploads=tuple(uploads),
        unreadable=(*lost_attempts, *lost_artifacts, *orphans, *lost_uploads),
        sequence=_sequence(connection, most=sequence),
    )


def _rows(
    connection: sqlite3.Connection, table: str, read: Callable[[dict[str, Any]], Any], *, sequence: int
) -> tuple[list[Any], list[str]]:
    found: list[Any] = []
    faults: list[tuple[int, str]] = []
    # Rows are numbered from 1 without a gap, and never more of them were written than `sequence` says.
    last = _highest(connection, "rowid", table)
    for number in range(1, (sequence if last is None else last) + 1):
        try:
            found.append(read(_row(connection, table, number)))
        except (ValueError, TypeError, KeyError, sqlite3.Error) as error:
            faults.append((number, str(error)))
    return found, list(_named(table, faults))


def _row(connection: sqlite3.Connection, table: str, number: int) -> dict[str, Any]:
    row = connection.execute(f"SELECT * FROM {table} WHERE rowid = ?", (number,)).fetchone()  # noqa: S608 - our own names
    if row is None:
        raise ValueError("it is not there")
    return dict(row)


def _sequence(connection: sqlite3.Connection, *, most: int) -> int:
    """Return the number of the row written last, or of the rows that can be read where the index of numbers cannot."""
    highest = _highest(connection, "sequence", "attempts")
    if highest is not None:
        return highest
    found = [0]
    for number in range(1, (_highest(connection, "rowid", "attempts") or most) + 1):
        with suppress(ValueError, TypeError, KeyError, sqlite3.Error):
            row = _row(connection, "attempts", number)
            attempt_of(row)
            found.append(row["sequence"])
    return max(found)


def _highest(connection: sqlite3.Connection, column: str, table: str) -> int | None:
    """Return the highest number in a column, 0 in an empty table, and None where that cannot be read."""
    with suppress(sqlite3.Error):
        return int(connection.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0])  # noqa: S608 - our own names
    return None


def _named(table: str, faults: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Name every row once; neighbours with the same fault together."""
    for (_, fault), group in groupby(enumerate(faults), key=lambda item: (item[1][0] - item[0], item[1][1])):
        numbers = [number for _, (number, _) in group]
        rows = f"row {numbers[0]}" if len(numbers) == 1 else f"rows {numbers[0]} to {numbers[-1]}"
        yield f"{table}, {rows}: {fault}"
