"""The open record: durable writes, one transaction a batch, and consistent reads.

A crash at any instant leaves all of a batch or none of it. A connection that has failed to write is not used again:
after a failed sync SQLite would report the next commit as done.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from render.errors import StateError
from render.store.connection import connect_to_write, create_database, empty_log
from render.store.fitness import Owner, highest_sequence, is_there, require_never_there
from render.store.lock import writer_lock
from render.store.reading import read_all, read_fit
from render.store.rows import artifact_row, attempt_row, moment_text, upload_row
from render.store.writing import WRITE_ARTIFACT, WRITE_ATTEMPT, WRITE_UPLOAD, Change, Known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from render.records import Snapshot
    from render.store.lock import LockHolder, WriterLock


class Store:
    """The record while this process may write to it.

    May be used from another thread than the one that opened it, one call at a time.
    """

    def __init__(self, path: Path, *, owner: Owner, lock: WriterLock) -> None:
        self._path = path
        self._owner = owner
        self._lock = lock
        self._run_id = ""
        self._file = _file_at(path)
        self._snapshot: Snapshot | None = read_fit(path, owner=owner, sequence=lock.sequence)
        self._connection = connect_to_write(path)
        self._is_sound = True
        lock.tell(run_id="", sequence=highest_sequence(self._connection))

    @property
    def is_sound(self) -> bool:
        """Whether it can be written; False from a failure of the disk on, until `reopen` returns."""
        return self._is_sound

    def write(self, changes: Sequence[Change | Known]) -> None:
        """Record all of `changes` in one transaction; on return they are durable.

        Raises:
            StateError: nothing was recorded. After a failure of the disk nothing more can be, until it is opened anew.
            ValueError: a record that cannot be spelled; nothing was recorded.
        """
        sequence = self._lock.sequence
        about_attempts = [change for change in changes if isinstance(change, Change)]
        rows = [attempt_row(change.attempt, sequence=sequence + no) for no, change in enumerate(about_attempts, 1)]
        artifacts = [artifact_row(change.artifact) for change in about_attempts if change.artifact]
        uploads = [upload_row(change.upload) for change in changes if isinstance(change, Known)]
        with self._transaction() as connection:
            connection.executemany(WRITE_ATTEMPT, rows)
            connection.executemany(WRITE_ARTIFACT, artifacts)
            connection.executemany(WRITE_UPLOAD, uploads)
        self._lock.tell(run_id=self._run_id, sequence=sequence + len(rows))

    def snapshot(self) -> Snapshot:
        """Read everything; whether the files are there is not this record's business."""
        if self._snapshot is None:
            self._snapshot = read_all(self._connection, self._path)
        return self._snapshot

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

    def reopen(self) -> None:
        """After a failure of the disk: close, open anew, look at everything again, and only then go on.

        The failed transaction may have left frames that a new connection finds whole. Moving them into the database is
        synced anew, so that whatever can be read from then on is durable.

        Raises:
            StateError: it cannot be written yet, or is no longer what was acknowledged.
        """
        self._is_sound = False
        with suppress(sqlite3.Error):
            self._connection.close()
        if not is_there(self._path):
            require_never_there(self._path, sequence=self._lock.sequence)
        self._file = _file_at(self._path)
        read_fit(self._path, owner=self._owner, sequence=self._lock.sequence)
        self._connection = connect_to_write(self._path)
        if not empty_log(self._connection):
            raise StateError(f"{self._path} is being read, so that it cannot be brought in order now")
        self._lock.tell(run_id=self._run_id, sequence=highest_sequence(self._connection))
        self._is_sound = True

    def close(self) -> None:
        """Put everything into the database itself where that goes, and let go of it."""
        with closing(self._connection), suppress(sqlite3.Error):
            if self._is_sound:
                empty_log(self._connection)

    def _require_in_place(self) -> None:
        """Make sure that the open file is the one the next run will find: SQLite writes to a removed one as well."""
        if self._file is None or _file_at(self._path) != self._file:
            self._is_sound = False
            raise StateError(
                f"{self._path} was removed or replaced while it was open, so nothing more is written to it",
                hint="put back the record that was there, then run again",
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if not self._is_sound:
            raise StateError(f"{self._path} could not be written before, so nothing more is written to it")
        self._require_in_place()
        self._snapshot = None
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
            with suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")


def _file_at(path: Path) -> tuple[int, int] | None:
    """Return device and inode of the file at `path`, which is not opened for it; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - says plainly that nothing is opened
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def open_store(
    path: Path,
    *,
    project: str,
    kind: str,
    wait_s: float = 0.0,
    on_wait: Callable[[LockHolder], None] | None = None,
) -> Iterator[Store]:
    """Open the record at `path` for writing, or make it; `kind` is `paid` or `offline`. Holds the writer's lock.

    While somebody else writes, it waits up to `wait_s` seconds; `on_wait` then hears once who that is.

    Raises:
        StateError: somebody else writes, or the record is not one to be used here; nothing was changed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"cannot make {path.parent}: {error.strerror}") from error
    with writer_lock(path, wait_s=wait_s, on_wait=on_wait) as lock:
        if not is_there(path):
            require_never_there(path, sequence=lock.sequence)
            create_database(path, project=project, kind=kind)
        store = Store(path, owner=Owner(project=project, kind=kind), lock=lock)
        try:
            yield store
        finally:
            store.close()
