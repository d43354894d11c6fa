"""Connections to state.db: to read, to write, and to a database that is made or brought up to date.

Owns every setting of SQLite. state.db is never opened by any other means: closing a plain descriptor of it would drop
the locks that SQLite holds in this process.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from render.errors import StateError
from render.store.tables import VERSION, create_tables, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_BUSY_S = 5.0


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the database at `path` so that nothing can be written through it, even where nothing can be written at all.

    A reader, too, needs room beside it for an index of the log.

    Raises:
        StateError: it can only be read where SQLite may write beside it.
        sqlite3.Error: it cannot be read.
    """
    connection = _connect(path, mode="ro")
    try:
        # Only a first read opens the file.
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        connection.close()
        if not _means_no_room(getattr(error, "sqlite_errorcode", 0)):
            raise
        return _connect_where_nothing_is_written(path)
    return connection


@contextmanager
def opened_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database at `path` as `connect_to_read` does, close it, and leave no empty log beside it.

    One that was there before stays where the block finds the record wanting.

    Raises:
        StateError: as `connect_to_read`.
        sqlite3.Error: as `connect_to_read`.
    """
    may_go = not _log_of(path).exists()
    try:
        with closing(connect_to_read(path)) as connection:
            yield connection
        may_go = True
    finally:
        if may_go:
            _tidy(path)


def connect_to_write(path: Path) -> sqlite3.Connection:
    """Open the database at `path` for durable writes, and bring it up to date; the caller closes it.

    May be used from another thread than the one that opened it.

    Raises:
        StateError: it cannot be opened so.
    """
    try:
        connection = _connect(path, mode="rw")
    except sqlite3.Error as error:
        raise StateError(f"cannot write to {path}: {error}") from error
    try:
        _make_ready(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def empty_log(connection: sqlite3.Connection) -> bool:
    """Move what is in the write-ahead log alone into the database, durably; False where a reader was in the way."""
    (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def memory_copy(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Copy a database of an older version and bring the copy up to date, without touching the file."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    copy.row_factory = sqlite3.Row
    connection.backup(copy)
    migrate(copy)
    return copy


def create_database(path: Path, *, project: str, kind: str) -> None:
    """Make an empty record, and put it in its place.

    Raises:
        StateError: the folder or the disk refuses.
    """
    put_in_place(draft_database(path, project=project, kind=kind), path)


def draft_database(
    path: Path, *, project: str, kind: str, fill: Callable[[sqlite3.Connection], None] = lambda _: None
) -> Path:
    """Make a record beside its place, readable by its owner alone, whatever the umask, and return where it is.

    It is built under another name, so that a crash never leaves an empty or unmarked state.db. `fill` puts rows in.

    Raises:
        StateError: the folder or the disk refuses.
    """
    draft = path.with_name(path.name + ".new")
    try:
        _make_private_file(draft)
        with closing(_connect(draft, mode="rw")) as connection:
            _make_durable(connection, draft)
            create_tables(connection, project=project, kind=kind)
            fill(connection)
            # Closing tries this, too, but keeps silent on a full disk: the draft would get its name without its rows.
            empty_log(connection)
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"cannot make {path}: {error}") from error
    return draft


def put_in_place(draft: Path, path: Path) -> None:
    """Give a closed draft its name, durably.

    Raises:
        StateError: the folder refuses.
    """
    try:
        draft.rename(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StateError(f"cannot make {path}: {error}") from error
    # The folders above may have been made for this record: without their names it would be gone, too.
    for folder in path.absolute().parent.parents:
        with suppress(OSError):
            sync_folder(folder)


def _means_no_room(code: int) -> bool:
    """Whether the index of the log could not be made: the folder takes no file, or the disk is full.

    Then nobody else has the database open, for whoever has holds that index.
    """
    return code & 0xFF == sqlite3.SQLITE_CANTOPEN or code == sqlite3.SQLITE_IOERR_SHMSIZE


def _connect_where_nothing_is_written(path: Path) -> sqlite3.Connection:
    # SQLite leaves the log out of account here, so that there must be nothing in it.
    log = _log_of(path)
    if log.exists() and log.stat().st_size:
        raise StateError(
            f"the record {path} cannot be read where nothing can be written: a run that was cut short left {log.name}",
            hint=f"copy {path.name} and {log.name} together to where you can write, or make {path.parent} writable",
        )
    return _connect(path, mode="ro&immutable=1")


def _tidy(path: Path) -> None:
    """Have SQLite remove a log without content and its index: a reader makes them and may not remove them.

    Only a connection that could write does so, as it closes and if nobody else has the database open. It finds nothing
    to write: where the log has content, or a journal would be rolled back, everything stays as it is.
    """
    with suppress(OSError, sqlite3.Error):
        if not _log_of(path).stat().st_size and not path.with_name(path.name + "-journal").exists():
            with closing(_connect(path, mode="rw")) as connection:
                connection.execute("PRAGMA schema_version").fetchone()


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


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
        empty_log(connection)
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


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
