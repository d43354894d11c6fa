"""Makes a new record of what an export holds, in place of a damaged one, which is kept under another name.

The new database is complete beside its place before anything is moved. The old one is moved first, so that a crash in
between leaves no record at all, which the count in `state.lock` betrays, and never a database with another one's log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.errors import DamageError, StateError
from render.store.connection import draft_database, put_in_place, sync_folder
from render.store.fitness import Owner, is_there
from render.store.lock import writer_lock
from render.store.reading import read_fit
from render.store.rows import artifact_row, attempt_row
from render.store.writing import WRITE_ARTIFACT, WRITE_ATTEMPT

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from render.store.lock import WriterLock
    from render.store.salvage import Salvage

_ENDINGS = ("", "-wal", "-shm")


def rebuild(path: Path, salvage: Salvage, *, owner: Owner, may_replace: bool) -> Path | None:
    """Make a record of `salvage` at `path`; return where what stood there was moved, or None where nothing did.

    A damaged record gives way; a sound one, or one that is not ours to judge, only where `may_replace` says so.

    Raises:
        StateError: it is in use, or would have to give way and may not; nothing was changed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"cannot make {path.parent}: {error.strerror}") from error
    with writer_lock(path) as lock:
        if not may_replace:
            _require_damage(path, owner=owner, lock=lock)
        first = lock.sequence + 1
        draft = draft_database(
            path, project=owner.project, kind=owner.kind, fill=lambda into: _fill(into, salvage, first=first)
        )
        kept = _moved_aside(path)
        if not salvage.attempts:
            # no row could bear a number that is beyond the count
            lock.tell(run_id="", sequence=0)
        put_in_place(draft, path)
        lock.tell(run_id="", sequence=lock.sequence + len(salvage.attempts))
        return kept


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


def _fill(connection: sqlite3.Connection, salvage: Salvage, *, first: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    rows = [attempt_row(attempt, sequence=number) for number, attempt in enumerate(salvage.attempts, first)]
    connection.executemany(WRITE_ATTEMPT, rows)
    connection.executemany(WRITE_ARTIFACT, map(artifact_row, salvage.artifacts))
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
