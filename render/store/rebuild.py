"""Makes a new record of what an export holds, in place of a damaged one, which is kept under another name.

The new database is complete beside its place before anything is moved. The old one is moved first, so that a crash in
between leaves no record at all, which the count in `state.lock` betrays, and never a database with another one's log.
An export that is older than what was written is refused: whatever was bought since would be bought again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from render.errors import DamageError, StateError
from render.store.connection import draft_database, put_in_place, sync_folder
from render.store.fitness import Owner, is_there
from render.store.lock import writer_lock
from render.store.reading import read_fit
from render.store.rows import artifact_row, attempt_row, upload_row
from render.store.salvage import salvage
from render.store.writing import WRITE_ARTIFACT, WRITE_ATTEMPT, WRITE_UPLOAD

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from render.store.lock import WriterLock
    from render.store.salvage import Salvage

_ENDINGS = ("", "-wal", "-shm")


def rebuild(
    path: Path, read: Salvage, *, owner: Owner, may_replace: bool, may_forget_newer: bool = False
) -> Path | None:
    """Make a record of `read` at `path`; return where what stood there was moved, or None where nothing did.

    A damaged record gives way; a sound one, or one that is not ours to judge, only where `may_replace` says so.
    Writes that `read` knows nothing of are forgotten only where `may_forget_newer` says so, too.

    Raises:
        StateError: it is in use, or would have to give way and may not; nothing was changed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"cannot make {path.parent}: {error.strerror}") from error
    with writer_lock(path) as lock:
        written = max(lock.sequence, _sequence_at(path, owner=owner))
        if not (may_replace and may_forget_newer):
            _require_up_to_date(path, found=read.sequence, written=written)
        if not may_replace:
            _require_damage(path, owner=owner, lock=lock)
        # beyond both, so that every earlier export is behind the new record
        first = max(written, read.sequence) + 1
        draft = draft_database(
            path, project=owner.project, kind=owner.kind, fill=lambda into: _fill(into, read, first=first)
        )
        kept = _moved_aside(path)
        if not read.attempts:
            # no row could bear a number that is beyond the count
            lock.tell(run_id="", sequence=0)
        put_in_place(draft, path)
        lock.tell(run_id="", sequence=first - 1 + len(read.attempts) if read.attempts else 0)
        return kept


def _sequence_at(path: Path, *, owner: Owner) -> int:
    """Return how far the record at `path` itself has come, since its lock may be gone; 0 where it does not say."""
    with suppress(StateError):
        return salvage(path, owner=owner).sequence
    return 0


def _require_up_to_date(path: Path, *, found: int, written: int) -> None:
    behind = written - found
    if behind > 0:
        raise StateError(
            f"this export is older than {path}: {behind} of {written} writes would be forgotten, "
            "and what they bought would be bought again",
            hint="export the record anew and import that; to forget them all the same, add --replace --forget-newer",
        )


def _require_damage(path: Path, *, owner: Owner, lock: WriterLock) -> None:
    try:
        if not is_there(path):
            return
        read_fit(path, owner=owner, sequence=lock.sequence)
    except DamageError:
        return
    except StateError as error:
        raise StateError(
            f"{error.message}, so it stays", hint="to move it aside all the same, add --replace"
        ) from error
    raise StateError(f"{path} is sound, so it stays", hint="to move it aside all the same, add --replace")


def _fill(connection: sqlite3.Connection, read: Salvage, *, first: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    rows = [attempt_row(attempt, sequence=number) for number, attempt in enumerate(read.attempts, first)]
    connection.executemany(WRITE_ATTEMPT, rows)
    connection.executemany(WRITE_ARTIFACT, map(artifact_row, read.artifacts))
    connection.executemany(WRITE_UPLOAD, map(upload_row, read.uploads))
    connection.execute("COMMIT")


def _moved_aside(path: Path) -> Path | None:
    there = [ending for ending in _ENDINGS if path.with_name(path.name + ending).exists()]
    if not there:
        return None
    number = 1
    while any(path.with_name(f"{path.name}.damaged-{number}{ending}").exists() for ending in _ENDINGS):
        number += 1
    kept = path.with_name(f"{path.name}.damaged-{number}")
    try:
        for ending in there:
            path.with_name(path.name + ending).rename(kept.with_name(kept.name + ending))
        sync_folder(path.parent)
    except OSError as error:
        raise StateError(f"cannot move {path} aside: {error.strerror}") from error
    return kept
