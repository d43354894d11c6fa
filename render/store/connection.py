"""Connections to state.db: to read, to write, and to a database that is made or brought up to date.

Owns every setting of SQLite. state.db is never opened by any other means: closing a plain descriptor of it would drop
the locks that SQLite holds in this process.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from render.errors import StateError
from render.store.tables import VERSION, create_tables, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUSY_S = 5.0


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the database at `path` so that nothing can be written through it."""
    return _connect(path, mode="ro")


@contextmanager
def open_to_write(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database at `path` for durable writes, and bring it up to date; closed at the end.

    May be used from another thread than the one that opened it.

    Raises:
        StateError: it cannot be opened so.
    """
    try:
        connection = _connect(path, mode="rw")
    except sqlite3.Error as error:
        raise StateError(f"cannot write to {path}: {error}") from error
    with closing(connection):
        _make_ready(connection, path)
        yield connection


def create_database(path: Path, *, project: str, kind: str) -> None:
    """Make an empty record, readable by its owner alone, whatever the umask.

    It is built under another name and moved into place: a crash never leaves an empty or unmarked state.db.

    Raises:
        StateError: the folder or the disk refuses.
    """
    draft = path.with_name(path.name + ".new")
    try:
        _make_private_file(draft)
        with closing(_connect(draft, mode="rw")) as connection:
            _make_durable(connection, draft)
            create_tables(connection, project=project, kind=kind)
        draft.rename(path)
        _sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"cannot make {path}: {error}") from error


def _connect(path: Path, *, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _make_ready(connection: sqlite3.Connection, path: Path) -> None:
    try:
        _make_durable(connection, path)
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            _upgrade(connection, path)
        # What an earlier, killed writer left in the log alone is moved over, so that little ever lives there.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"cannot write to {path}: {error}") from error


def _make_durable(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StateError(f"{path} cannot keep a write-ahead log here", hint="put it on a local disk with --out")


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    copy = path.with_name(f"{path.name}.version-{version}")
    _make_private_file(copy)
    with closing(_connect(copy, mode="rw")) as kept:
        connection.backup(kept)
    migrate(connection)


def _make_private_file(path: Path) -> None:
    """Make an empty file, in place of whatever an interrupted try left; -wal and -shm will take its permissions."""
    for ending in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
