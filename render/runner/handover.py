"""Takes a file that a person hands in for a purchase: checked, copied into place and recorded as a download would be.

Knows nothing of why it is handed in. The file that was given stays where it is.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.artifacts.folder import Delivery
from render.errors import UsageError
from render.records import Artifact
from render.runner.owners import Owners
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from render.artifacts.folder import ArtifactFolder
    from render.records import Attempt, Snapshot

_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedIn:
    """A file, the record of the purchase that it stands for, and where it belongs."""

    source: Path
    attempt: Attempt
    path: str


async def take_file(
    given: HandedIn, *, folder: ArtifactFolder, snapshot: Snapshot, write: Callable[[Sequence[Change]], None]
) -> tuple[Change, ...]:
    """Put a copy of the file where it belongs; return what is to be recorded of it.

    What it displaces is recorded with `write` before.

    Raises:
        UsageError: it cannot be read.
        BytesRefusedError: it is no whole file of a kind that may stand there; nothing was changed.
        HeldError: the place is taken, or the disk refuses.
        StateError: from `write`; the file that stands there stays.
    """
    owners, attempt = Owners(snapshot, ()), given.attempt

    async def write_now(*changes: Change) -> None:
        write(changes)

    delivery = Delivery(
        attempt_id=attempt.id,
        target=given.path,
        earlier_fingerprint=owners.mark(given.path, taker=attempt.id),
    )
    making_way = owners.making_way(given.path, taker=attempt.id, write=write_now)
    received = await folder.receive(_read(given.source), delivery=delivery, before_naming=making_way)
    artifact = Artifact(
        attempt_id=attempt.id,
        path=given.path,
        sha256=received.sha256,
        size_bytes=received.size_bytes,
        measured=received.measured,
    )
    return (Change(attempt=attempt, artifact=artifact),)


async def _read(source: Path) -> AsyncIterator[bytes]:
    if not await asyncio.to_thread(source.is_file):
        raise UsageError(f"{source} is not a file")
    try:
        with await asyncio.to_thread(source.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                yield piece
    except OSError as error:
        raise UsageError(f"cannot read {source}: {error.strerror}") from error
