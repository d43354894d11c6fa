"""Owns the connection to the server's database: its tables, their versions, and when what was written is committed.

What is written within one turn of the event loop is one commit. Nobody waits for the disk but who says so: a reply
waits for `committed` before it leaves. A group that holds a sale is synced; a group of mere counts is not: it
outlives the process, not a power cut. All methods are called from one thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

#: each entry leads from the version before it to the next
_MIGRATIONS = (
    """
CREATE TABLE job (
    id TEXT PRIMARY KEY, provider TEXT NOT NULL, task_type TEXT NOT NULL, model TEXT NOT NULL, request TEXT NOT NULL,
    accepted_at REAL NOT NULL, cost_usd REAL NOT NULL
) STRICT;
CREATE TABLE result (
    id TEXT PRIMARY KEY, job_id TEXT NOT NULL REFERENCES job (id), number INTEGER NOT NULL, seed INTEGER NOT NULL,
    cost_usd REAL NOT NULL, file_name TEXT NOT NULL UNIQUE, ready_at REAL NOT NULL, state TEXT NOT NULL,
    finished_at REAL, error_code TEXT NOT NULL, error_message TEXT NOT NULL, UNIQUE (job_id, number)
) STRICT;
CREATE INDEX result_by_state ON result (state);
CREATE TABLE purchase (
    number INTEGER PRIMARY KEY, job_id TEXT NOT NULL REFERENCES job (id), cost_usd REAL NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE submission (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, client_request_id TEXT NOT NULL,
    job_ids TEXT NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE tally (kind TEXT PRIMARY KEY, requests INTEGER NOT NULL) STRICT;
""",
    """
ALTER TABLE purchase ADD COLUMN submission INTEGER REFERENCES submission (number);
CREATE INDEX purchase_by_job ON purchase (job_id);
CREATE INDEX job_by_time ON job (provider, accepted_at);
CREATE TABLE refund (
    number INTEGER PRIMARY KEY, job_id TEXT NOT NULL REFERENCES job (id), provider TEXT NOT NULL,
    result_id TEXT NOT NULL UNIQUE, cost_usd REAL NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE fault (
    number INTEGER PRIMARY KEY, event TEXT NOT NULL, occurrence INTEGER NOT NULL, action TEXT NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE held (
    number INTEGER PRIMARY KEY, provider TEXT NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL, since_s REAL NOT NULL,
    left_s REAL NOT NULL
) STRICT;
""",
)


class LedgerError(Exception):
    """The database was made by a newer version of this program."""


class Database:
    """An open connection; make one with `open_database`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._is_open = self._is_synced = False
        self._waiting: list[asyncio.Future[None]] = []

    @contextmanager
    def write(self, *, is_synced: bool) -> Iterator[None]:
        """Let the block write all of its rows, or none; they are committed with the next group."""
        self._open_group(is_synced=is_synced)
        self._connection.execute("SAVEPOINT one")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO one")
            raise
        finally:
            self._connection.execute("RELEASE one")

    async def committed(self) -> None:
        """Wait until all that was written so far is committed.

        Raises:
            sqlite3.Error: it could not be; none of it stands.
        """
        if self._is_open:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter

    def commit(self) -> None:
        """Commit the group that is open, if one is, and wake who waits for it."""
        if not self._is_open:
            return
        self._is_open, waiting, self._waiting = False, self._waiting, []
        failure = self._try_commit()
        for waiter in waiting:
            if waiter.done():
                continue
            if failure is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(failure)

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Add one row inside `write`, and give its number."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names are ours, values are bound
        return self._connection.execute(statement, tuple(row.values())).lastrowid or 0

    def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement: inside `write` if it changes anything."""
        return self._connection.execute(statement, values)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._connection.execute(statement, values).fetchall()

    def _open_group(self, *, is_synced: bool) -> None:
        if self._is_open and is_synced and not self._is_synced:
            # how far a commit reaches is settled before it begins, so counts do not wait for a sale to join them
            self.commit()
        if self._is_open:
            return
        if is_synced != self._is_synced:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if is_synced else 'NORMAL'}")
            self._is_synced = is_synced
        self._connection.execute("BEGIN IMMEDIATE")
        self._is_open = True
        asyncio.get_running_loop().call_soon(self.commit)

    def _try_commit(self) -> sqlite3.Error | None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return error
        return None


@contextmanager
def open_database(path: Path) -> Iterator[Database]:
    """Open the database at `path`, making it where there is none, and bringing an older one up to date.

    Raises:
        LedgerError: a newer version of this program made it.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        _set_up(connection, path)
        database = Database(connection)
        yield database
        database.commit()
    finally:
        connection.close()


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(_MIGRATIONS):
        connection.execute("ROLLBACK")
        raise LedgerError(f"{path} is of version {version}; this server knows {len(_MIGRATIONS)}")
    for migration in _MIGRATIONS[version:]:
        for statement in migration.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")
    connection.execute("COMMIT")
