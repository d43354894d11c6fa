"""Everything that is wrong with a record, at once: for a person who wants to know, not for a run that wants to start.

Asks the same questions as whoever opens the record, and one more: each row by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.errors import DamageError, StateError
from render.store.connection import opened_to_read
from render.store.fitness import damaged, explained, is_there, require_complete, require_sound
from render.store.lock import recorded_sequence
from render.store.salvage import Salvage, salvage

if TYPE_CHECKING:
    from pathlib import Path

    from render.store.fitness import Owner


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong."""

    #: `damage`, or `refused` where the record is another's, or of another version, and may be sound
    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """What was looked at and what was found; without findings the record is sound."""

    salvage: Salvage
    findings: tuple[Finding, ...] = ()


def examine(path: Path, *, owner: Owner) -> Examination:
    """Look at the record at `path` as a whole and row by row. Needs no lock and changes nothing."""
    findings: list[Finding] = []
    sequence = recorded_sequence(path)
    read = Salvage()
    try:
        read = salvage(path, owner=owner)
        findings += [_finding(damaged(path, line)) for line in read.unreadable]
        if is_there(path):
            _look_at_structure(path)
            require_complete(path, found=read.sequence, sequence=sequence)
    except StateError as error:
        findings.append(_finding(error))
    return Examination(salvage=read, findings=tuple(findings))


def _look_at_structure(path: Path) -> None:
    with explained(path), opened_to_read(path) as connection:
        require_sound(connection, path)


def _finding(error: StateError) -> Finding:
    return Finding(
        kind="damage" if isinstance(error, DamageError) else "refused", message=error.message, hint=error.hint
    )
