"""Reads a whole record at once: looks whether it may be used, then takes every row; never writes.

A record of an older version is read from a copy in memory that is brought up to date; its files stay as they are.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from render.records import Snapshot
from render.store.connection import memory_copy, opened_to_read
from render.store.fitness import (
    Owner,
    damaged,
    explained,
    is_there,
    require_never_there,
    require_readable,
    require_sound,
    version_of,
)
from render.store.lock import recorded_sequence
from render.store.rows import artifact_of, attempt_of, upload_of
from render.store.tables import VERSION, steps_from

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


def read_snapshot(path: Path, *, project: str, kind: str) -> Snapshot:
    """Read the record of `project` while another process may be writing; empty where there is none. Needs no lock.

    Raises:
        StateError: the record is damaged, not ours, of a newer version, another project or kind, or cannot be read.
    """
    # asked first: the record may run ahead of it, never behind
    sequence = recorded_sequence(path)
    if not is_there(path):
        require_never_there(path, sequence=sequence)
        return Snapshot()
    return read_fit(path, owner=Owner(project=project, kind=kind), sequence=sequence)


def read_fit(path: Path, *, owner: Owner, sequence: int) -> Snapshot:
    """Make sure that the database at `path` is sound, ours and of this owner, and read it.

    `sequence` is the highest row number that is known to have been durable.

    Raises:
        StateError: it is not; says what was found and what to do.
    """
    with explained(path), ExitStack() as opened:
        connection = opened.enter_context(opened_to_read(path))
        version = version_of(connection, path)
        steps_from(version)
        require_sound(connection, path)
        if version != VERSION:
            connection = opened.enter_context(closing(memory_copy(connection)))
        require_readable(connection, path, owner=owner, sequence=sequence)
        return read_all(connection, path)


def read_all(connection: sqlite3.Connection, path: Path) -> Snapshot:
    """Read every row as of one moment: attempts, the oldest first, artifacts by attempt id, and uploads.

    Raises:
        StateError: a row is not what was written.
    """
    with explained(path):
        return _read_all(connection, path)


def _read_all(connection: sqlite3.Connection, path: Path) -> Snapshot:
    try:
        connection.execute("BEGIN")
        rows = connection.execute("SELECT * FROM attempts ORDER BY born")
        attempts = tuple(attempt_of(dict(row)) for row in rows)
        (last,) = connection.execute("SELECT coalesce(max(born), 0) FROM attempts").fetchone()
        # Rows are numbered from 1 and never removed.
        if last != len(attempts):
            raise damaged(path, f"{last - len(attempts)} of {last} attempts are missing")
        found = (artifact_of(dict(row)) for row in connection.execute("SELECT * FROM artifacts"))
        artifacts = {artifact.attempt_id: artifact for artifact in found}
        uploads = tuple(upload_of(dict(row)) for row in connection.execute("SELECT * FROM uploads ORDER BY rowid"))
        return Snapshot(attempts=attempts, artifacts=artifacts, uploads=uploads)
    except (ValueError, TypeError, KeyError) as error:
        raise damaged(path, f"a row cannot be read: {error}") from error
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")
