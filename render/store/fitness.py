"""Whether the files of a record may be used: looked at before anything is written, and left as they are when not.

Reads through SQLite alone, with a connection that cannot write. It may make a `-shm` beside a `-wal` with content; that
holds nothing of its own, and state.db and the `-wal` keep every byte.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.errors import DamageError, StateError
from render.store.tables import APPLICATION_ID, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SALVAGE = (
    "`render state check` says what is wrong, `render state export -o FILE` writes down every row that can be read, "
    "and `render state import FILE` makes a record of them; where no row can be read, copy {name}, {name}-wal and "
    "{name}-shm together into another folder and try `sqlite3 {name} .recover` there; do not delete the record: it "
    "knows what was paid for"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Whose record it is."""

    project: str
    #: `paid` or `offline`
    kind: str


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


def require_readable(connection: sqlite3.Connection, path: Path, *, owner: Owner, sequence: int) -> None:
    """Make sure that the database is of this owner and whole; `sequence` is the highest row number ever durable.

    Raises:
        StateError: it is not.
    """
    require_same(connection, path, owner)
    require_complete(path, found=highest_sequence(connection), sequence=sequence)


def require_never_there(path: Path, *, sequence: int) -> None:
    """Make sure that there has been no record where there is none now: a new one would buy everything again.

    Raises:
        StateError: `sequence` tells of writes that are gone.
    """
    if sequence:
        raise DamageError(
            f"the record {path} is gone: {sequence} writes were made to it",
            hint=f"put it back; or, to start afresh and buy everything again, remove {path.stem}.lock",
        )


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of the record, which is ours and none that only a newer program knows.

    Raises:
        StateError: it is neither.
    """
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


def damaged(path: Path, found: str) -> DamageError:
    """Make the refusal for a record that cannot be trusted."""
    return DamageError(f"the record {path} is damaged: {found}", hint=_SALVAGE.format(name=path.name))


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite, or a text that is none, makes of a broken file into a refusal.

    Raises:
        StateError: the block could not read the record.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        # a name of a table or column, too: SQLite quotes it in what it finds
        raise damaged(path, f"a text in it is none: {error}") from error


def _unreadable(path: Path, error: sqlite3.Error) -> StateError:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StateError(f"cannot read the record {path}: {error}", hint="it was left as it is; try again")
    return damaged(path, str(error))


def require_sound(connection: sqlite3.Connection, path: Path) -> None:
    """Make sure that SQLite finds the structure of the database in order.

    Raises:
        StateError: it does not.
    """
    (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if finding != "ok":
        raise damaged(path, finding)


def require_same(connection: sqlite3.Connection, path: Path, owner: Owner) -> None:
    """Make sure that the database is of this owner.

    Raises:
        StateError: it is not.
    """
    row = connection.execute("SELECT project, kind FROM meta").fetchone()
    if row is None:
        raise damaged(path, "it does not say whose it is")
    if row["kind"] != owner.kind:
        raise StateError(
            f"{path.parent} holds {row['kind']} renders, and this run is {owner.kind}",
            hint="give another folder with --out, so that paid and offline renders do not mix",
        )
    if row["project"] != owner.project:
        raise StateError(
            f"{path.parent} belongs to project {row['project']!r}, not to {owner.project!r}",
            hint="give another folder with --out, or put the manifest's `project` right",
        )


def require_complete(path: Path, *, found: int, sequence: int) -> None:
    """Make sure that no acknowledged write is missing: `found` is the highest row number, `sequence` the highest known.

    Raises:
        StateError: some are.
    """
    # SQLite opens a cut or deleted log as a shorter record without a word.
    behind = sequence - found
    if behind > 0:
        raise DamageError(
            f"the record {path} lacks the last {behind} of {sequence} writes; part of it was deleted or put back",
            hint=f"restore {path.name} together with {path.name}-wal; "
            f"if an older record was put back on purpose, remove {path.stem}.lock",
        )
