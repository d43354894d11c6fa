"""Whether the files of a record may be used: looked at before anything is written, and left as they are when not.

Reads through SQLite alone, with a connection that cannot write. It may leave an empty `-wal` and a `-shm` behind, which
hold nothing of their own; state.db and a `-wal` with content keep every byte.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from render.errors import StateError
from render.store.connection import connect_to_read
from render.store.tables import APPLICATION_ID, VERSION, steps_from

if TYPE_CHECKING:
    from pathlib import Path

_SALVAGE = (
    "copy {name}, {name}-wal and {name}-shm together into another folder; there, "
    "`sqlite3 {name} .recover | sqlite3 salvaged.db` keeps what can be read; do not delete the record: "
    "it knows what was paid for"
)


def is_there(path: Path) -> bool:
    """Say whether there is a database at `path`.

    Raises:
        StateError: there is none, but what belongs to one; or it is empty, or not a file.
    """
    companions = [path.with_name(path.name + ending) for ending in ("-wal", "-shm")]
    try:
        if not path.exists():
            left = [companion.name for companion in companions if companion.exists()]
            if left:
                raise damaged(path, f"{' and '.join(left)} without {path.name}")
            return False
        if not path.is_file() or not path.stat().st_size:
            raise damaged(path, f"{path.name} is {'empty' if path.is_file() else 'not a file'}")
    except OSError as error:
        raise StateError(f"cannot look at {path}: {error.strerror}") from error
    return True


def require_fit(path: Path, *, project: str, kind: str, sequence: int) -> None:
    """Make sure that the database at `path` is sound, ours, of a version we know, and of this project and kind.

    `sequence` is the highest row number that is known to have been durable.

    Raises:
        StateError: it is not; says what was found and what to do.
    """
    try:
        with closing(connect_to_read(path)) as connection:
            steps_from(_version_of(connection, path))
            require_readable(connection, path, project=project, kind=kind, sequence=sequence)
    except sqlite3.Error as error:
        raise unreadable(path, error) from error


def require_readable(connection: sqlite3.Connection, path: Path, *, project: str, kind: str, sequence: int) -> None:
    """Make sure that the database is sound and whole, and of this project and kind; readers and writers ask the same.

    Raises:
        StateError: it is not.
    """
    _require_sound(connection, path)
    _require_same(connection, path, project=project, kind=kind)
    _require_complete(connection, path, sequence)


def require_never_there(path: Path, *, sequence: int) -> None:
    """Make sure that there has been no record where there is none now: a new one would buy everything again.

    Raises:
        StateError: `sequence` tells of writes that are gone.
    """
    if sequence:
        raise StateError(
            f"the record {path} is gone: {sequence} writes were made to it",
            hint=f"put it back; or, to start afresh and buy everything again, remove {path.stem}.lock",
        )


def require_current(connection: sqlite3.Connection, path: Path) -> None:
    """Make sure that the database is ours and of exactly the version that we read.

    Raises:
        StateError: it is not.
    """
    if _version_of(connection, path) < VERSION:
        raise StateError(
            f"{path} was written by an older renderline", hint="the next `render run` brings it up to date"
        )


def _version_of(connection: sqlite3.Connection, path: Path) -> int:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application_id != APPLICATION_ID:
        raise StateError(
            f"{path} is a database of another program", hint="move it away, or give another folder with --out"
        )
    if version > VERSION:
        raise StateError(
            f"{path} was written by a newer renderline (version {version} of the record; this one knows {VERSION})",
            hint="update renderline; the record was left as it is",
        )
    return int(version)


def highest_sequence(connection: sqlite3.Connection) -> int:
    """Read the number of the row written last, 0 in an empty record."""
    (sequence,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM attempts").fetchone()
    return int(sequence)


def damaged(path: Path, found: str) -> StateError:
    """Make the refusal for a record that cannot be trusted."""
    return StateError(f"the record {path} is damaged: {found}", hint=_SALVAGE.format(name=path.name))


def unreadable(path: Path, error: sqlite3.Error) -> StateError:
    """Make the refusal for what SQLite says: damage only where it says so."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StateError(f"cannot read the record {path}: {error}", hint="it was left as it is; try again")
    return damaged(path, str(error))


def _require_sound(connection: sqlite3.Connection, path: Path) -> None:
    (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if finding != "ok":
        raise damaged(path, finding)


def _require_same(connection: sqlite3.Connection, path: Path, *, project: str, kind: str) -> None:
    row = connection.execute("SELECT project, kind FROM meta").fetchone()
    if row is None:
        raise damaged(path, "it does not say whose it is")
    if row["kind"] != kind:
        raise StateError(
            f"{path.parent} holds {row['kind']} renders, and this run is {kind}",
            hint="give another folder with --out, so that paid and offline renders do not mix",
        )
    if row["project"] != project:
        raise StateError(
            f"{path.parent} belongs to project {row['project']!r}, not to {project!r}",
            hint="give another folder with --out, or put the manifest's `project` right",
        )


def _require_complete(connection: sqlite3.Connection, path: Path, sequence: int) -> None:
    # SQLite opens a cut or deleted log as a shorter record without a word.
    behind = sequence - highest_sequence(connection)
    if behind > 0:
        raise StateError(
            f"the record {path} lacks the last {behind} of {sequence} writes; part of it was deleted or put back",
            hint=f"restore {path.name} together with {path.name}-wal; "
            f"if an older record was put back on purpose, remove {path.stem}.lock",
        )
