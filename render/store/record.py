"""The open record: durable writes, one transaction a batch, and consistent reads.

A crash at any instant leaves all of a batch or none of it. A connection that has failed to write is not used again:
after a failed sync SQLite would report the next commit as done.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.errors import StateError
from render.records import Snapshot
from render.store.connection import connect_to_read, create_database, open_to_write
from render.store.fitness import (
    damaged,
    highest_sequence,
    is_there,
    require_current,
    require_fit,
    require_never_there,
    require_readable,
    unreadable,
)
from render.store.lock import recorded_sequence, writer_lock
from render.store.rows import (
    ARTIFACT_COLUMNS,
    ATTEMPT_COLUMNS,
    artifact_of,
    artifact_row,
    attempt_of,
    attempt_row,
    moment_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from render.records import Artifact, Attempt
    from render.store.lock import WriterLock


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One attempt as it is now, and its file where there is one; both replace what stands under the attempt's id."""

    attempt: Attempt
    artifact: Artifact | None = None


def _upsert(table: str, columns: Sequence[str], key: str) -> str:
    names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    return f"INSERT INTO {table} ({names}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {updates}"  # noqa: S608 - our own names


_WRITE_ATTEMPT = _upsert("attempts", ("sequence", *ATTEMPT_COLUMNS), "id")
_WRITE_ARTIFACT = _upsert("artifacts", ARTIFACT_COLUMNS, "attempt_id")


class Store:
    """The record while this process may write to it.

    May be used from another thread than the one that opened it, one call at a time.
    """

    def __init__(self, connection: sqlite3.Connection, *, path: Path, lock: WriterLock) -> None:
        self._connection = connection
        self._path = path
        self._lock = lock
        self._run_id = ""
        self._is_sound = True

    def write(self, changes: Sequence[Change]) -> None:
        """Record all of `changes` in one transaction; on return they are durable.

        Raises:
            StateError: nothing was recorded. After a failure of the disk nothing more can be, until it is opened anew.
            ValueError: a record that cannot be spelled; nothing was recorded.
        """
        sequence = self._lock.sequence
        rows = [attempt_row(change.attempt) | {"sequence": sequence + no} for no, change in enumerate(changes, 1)]
        artifacts = [artifact_row(change.artifact) for change in changes if change.artifact]
        with self._transaction() as connection:
            connection.executemany(_WRITE_ATTEMPT, rows)
            connection.executemany(_WRITE_ARTIFACT, artifacts)
        self._lock.tell(run_id=self._run_id, sequence=sequence + len(rows))

    def snapshot(self) -> Snapshot:
        """Read everything; whether the files are there is not this record's business."""
        attempts, artifacts = _read_all(self._connection, self._path)
        return Snapshot(attempts=attempts, artifacts=artifacts)

    def begin_run(self, run_id: str, *, started_at: datetime) -> None:
        """Record that a run has begun, and name it in the lock."""
        row = (run_id, os.getpid(), os.uname().nodename, moment_text(started_at))
        with self._transaction() as connection:
            connection.execute("INSERT INTO runs (run_id, pid, host, started) VALUES (?, ?, ?, ?)", row)
        self._run_id = run_id
        self._lock.tell(run_id=run_id, sequence=self._lock.sequence)

    def end_run(self, run_id: str, *, ended_at: datetime, exit_status: int) -> None:
        """Record how a run ended; a run without an end was killed, or could not go on."""
        row = (moment_text(ended_at), exit_status, run_id)
        with self._transaction() as connection:
            connection.execute("UPDATE runs SET ended = ?, exit_status = ? WHERE run_id = ?", row)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if not self._is_sound:
            raise StateError(f"{self._path} could not be written before, so nothing more is written to it")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            raise StateError(f"{self._path} refuses a row that contradicts another: {error}") from error
        except sqlite3.Error as error:
            self._is_sound = False
            raise StateError(
                f"{self._path} could not be written: {error} ({getattr(error, 'sqlite_errorname', 'closed')})",
                hint="this step was not recorded; make room or mend the disk, then run again",
            ) from error
        finally:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")


@contextmanager
def open_store(path: Path, *, project: str, kind: str, wait_s: float = 0.0) -> Iterator[Store]:
    """Open the record at `path` for writing, or make it; `kind` is `paid` or `offline`. Holds the writer's lock.

    Raises:
        StateError: somebody else writes, or the record is not one to be used here; nothing was changed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"cannot make {path.parent}: {error.strerror}") from error
    with writer_lock(path) as lock:
        if is_there(path):
            require_fit(path, project=project, kind=kind, sequence=lock.sequence)
        else:
            require_never_there(path, sequence=lock.sequence)
            create_database(path, project=project, kind=kind)
        with open_to_write(path) as connection:
            lock.tell(run_id="", sequence=highest_sequence(connection))
            yield Store(connection, path=path, lock=lock)


def read_snapshot(path: Path, *, project: str, kind: str) -> Snapshot:
    """Read the record of `project` while another process may be writing; empty where there is none. Needs no lock.

    Raises:
        StateError: the record is damaged, not ours, of another version, project or kind, or cannot be read.
    """
    if not is_there(path):
        require_never_there(path, sequence=recorded_sequence(path))
        return Snapshot()
    try:
        with closing(connect_to_read(path)) as connection:
            require_current(connection, path)
            require_readable(connection, path, project=project, kind=kind, sequence=recorded_sequence(path))
            attempts, artifacts = _read_all(connection, path)
            return Snapshot(attempts=attempts, artifacts=artifacts)
    except sqlite3.Error as error:
        raise unreadable(path, error) from error


def _read_all(connection: sqlite3.Connection, path: Path) -> tuple[tuple[Attempt, ...], dict[str, Artifact]]:
    try:
        connection.execute("BEGIN")
        rows = connection.execute("SELECT * FROM attempts ORDER BY born")
        attempts = tuple(attempt_of(dict(row)) for row in rows)
        found = (artifact_of(dict(row)) for row in connection.execute("SELECT * FROM artifacts"))
        return attempts, {artifact.attempt_id: artifact for artifact in found}
    except (ValueError, TypeError, KeyError, sqlite3.Error) as error:
        raise damaged(path, f"a row cannot be read: {error}") from error
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")
