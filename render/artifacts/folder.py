"""A project's output folder: takes bytes in, checks them, and gives them their final names. Async; work is in threads.

The order that keeps the package's guarantee: written beside the target, length, container, sync of the file, a second
name for the old file, word of it, rename, sync of the folder. It knows nothing of where bytes come from or what they
cost.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.artifacts.beginning import read_note, remove_note
from render.artifacts.filling import Limit, fill
from render.artifacts.part import opened_part, part_name, publish, sweep
from render.artifacts.paths import checked, opened_folder
from render.artifacts.placing import keep, place_again, settle
from render.artifacts.refusals import held_on_trouble
from render.artifacts.threads import in_thread
from render.containers.measure import measure, media_types_for
from render.errors import BytesRefusedError, HeldError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from pathlib import Path, PurePosixPath

    from render.artifacts.beginning import Note
    from render.artifacts.part import Part
    from render.records import Beginning, FileMark, Measured

    BeforeNaming = Callable[["Naming"], Awaitable[None]]

_LARGEST_BYTES = 2 * 1024**3


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What is to be received: for which attempt, under which name, and what is known about it beforehand."""

    attempt_id: str
    #: relative to the output folder, with `/`; its extension says which media are accepted
    target: str
    #: as announced by the server; None where it announced nothing
    expected_bytes: int | None = None
    #: how many bytes of it come from an earlier try, as `beginning` said; 0 where all of it arrives
    start: int = 0
    #: what the rest could be asked for by, should it break off; None where it could not
    mark: FileMark | None = None
    #: fingerprint of the file that may stand at the target; "" where it is not known, then its own digest marks it
    earlier_fingerprint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """What arrived, was checked and is in place."""

    sha256: str
    size_bytes: int
    measured: Measured


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """A whole file is about to take a name."""

    #: its digest
    sha256: str
    #: where in `.earlier/` what stands there now has its second name; "" where nothing does, or a file with these bytes
    kept: str


class ArtifactFolder:
    """One project's media files below `root`; larger files than `largest_bytes` are not taken."""

    def __init__(self, root: Path, *, largest_bytes: int = _LARGEST_BYTES) -> None:
        self._root = root
        self._largest_bytes = largest_bytes

    async def receive(
        self, chunks: AsyncIterator[bytes], *, delivery: Delivery, before_naming: BeforeNaming | None = None
    ) -> Received:
        """Write, check and place one file; on any failure nothing of it remains, but what `beginning` then tells.

        `before_naming` is waited for when what stands at the target has its second name and still its first; what it
        raises is passed on, and the target stays as it is.

        Raises:
            BytesRefusedError: it is short, or no whole file of a kind that may stand under this name; or what was kept
                of it is not what it was.
            HeldError: it is too large, its name is taken by something that is no file, or the disk refuses.
        """
        target = checked(delivery.target)
        limit = Limit(target=target, largest_bytes=self._largest_bytes, expected_bytes=delivery.expected_bytes)
        limit.check_announced()
        async with self._part(target, delivery) as part:
            sha256, size_bytes = await fill(part, chunks, limit=limit, mark=delivery.mark)
            # from here on it is either in place or of no use
            await in_thread(f"{target} cannot be kept", remove_note, part.folder, part.name)
            measured = await in_thread(f"{target} cannot be kept", _verify, part, delivery, size_bytes)
            await self._make_way(target, sha256, delivery.earlier_fingerprint, before_naming)
            await in_thread(
                f"{target} cannot be put in place",
                settle,
                self._root,
                target,
                written=(part.folder, part.name),
                sha256=sha256,
                earlier=delivery.earlier_fingerprint,
            )
        return Received(sha256=sha256, size_bytes=size_bytes, measured=measured)

    async def beginning(self, delivery: Delivery) -> Beginning | None:
        """Say what an earlier try left of a file; None where nothing that can be used."""
        target = checked(delivery.target)
        note = await in_thread(f"{target} cannot be looked at", _note_about, self._root, target, delivery.attempt_id)
        return None if note is None else note.beginning

    async def place(
        self,
        source: str,
        *,
        target: str,
        sha256: str,
        earlier_fingerprint: str = "",
        before_naming: BeforeNaming | None = None,
    ) -> None:
        """Give the file at `source` a second name, by a hard link or else a copy; `source` stays.

        `before_naming` is as for `receive`; it is waited for before `source` is looked at.

        Raises:
            BytesRefusedError: the file at `source` does not have this digest.
            HeldError: there is none, the target's name is taken by something that is no file, or the disk refuses.
        """
        await self._make_way(checked(target), sha256, earlier_fingerprint, before_naming)
        await in_thread(
            f"{target} cannot be put in place",
            place_again,
            self._root,
            checked(source),
            checked(target),
            sha256=sha256,
            earlier=earlier_fingerprint,
        )

    async def free_bytes(self) -> int:
        """Return how many bytes may still be written below `root`.

        Raises:
            HeldError: the file system does not tell.
        """
        return await in_thread(f"{self._root} cannot be measured", _free_bytes, self._root)

    def sweep(self, *, keep: Mapping[str, str] | None = None) -> int:
        """Remove what earlier runs left half written; return how many files. Needs the project's writer lock.

        What was begun for the attempts in `keep`, which gives a target by attempt id, stays. Blocks: it belongs before
        a run, when nothing waits yet.

        Raises:
            HeldError: the folder cannot be looked through.
        """
        with held_on_trouble(f"{self._root} cannot be cleaned"):
            return sweep(self._root, keep=keep or {})

    async def _make_way(
        self, target: PurePosixPath, sha256: str, earlier: str, before_naming: BeforeNaming | None
    ) -> None:
        """Let it be said where the file at `target` is kept, while it is still there."""
        if before_naming is None:
            return
        trouble = f"what stands at {target} cannot be kept"
        kept = await in_thread(trouble, keep, self._root, target, sha256=sha256, earlier=earlier)
        await before_naming(Naming(sha256=sha256, kept=kept))

    @asynccontextmanager
    async def _part(self, target: PurePosixPath, delivery: Delivery) -> AsyncIterator[Part]:
        held, note = ExitStack(), None
        if delivery.start:
            what = f"{target} cannot be looked at"
            note = await in_thread(what, _note_about, self._root, target, delivery.attempt_id)
            if note is None or note.beginning.size_bytes != delivery.start:
                raise BytesRefusedError(f"what was kept of {target} is gone")
        opening = opened_part(self._root, target, owner=delivery.attempt_id, note=note)
        try:
            yield await in_thread(f"{target} cannot be written", held.enter_context, opening)
        finally:
            await in_thread(f"{target} cannot be cleaned up", held.close)


def _note_about(root: Path, target: PurePosixPath, attempt_id: str) -> Note | None:
    with suppress(HeldError, OSError), opened_folder(root, target.parent, create=False) as folder:
        return read_note(folder, part_name(attempt_id))
    return None


def _free_bytes(root: Path) -> int:
    space = os.statvfs(root)
    return space.f_bavail * space.f_frsize


async def digest(path: Path) -> str:
    """Return the hexadecimal SHA-256 of an ordinary file.

    Raises:
        HeldError: there is no such file, or it cannot be read.
    """
    return await in_thread(f"{path} cannot be read", _digest, path)


def _digest(path: Path) -> str:
    if not path.is_file():
        raise HeldError(f"{path} is not a file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify(part: Part, delivery: Delivery, size_bytes: int) -> Measured:
    """Check length and container of what was written, and sync it."""
    if delivery.expected_bytes not in {None, size_bytes}:
        raise BytesRefusedError(f"{size_bytes} of {delivery.expected_bytes} bytes arrived for {delivery.target}")
    with part.reader() as file:
        measured = measure(file, size_bytes)
    if measured.media_type not in media_types_for(delivery.target):
        raise BytesRefusedError(f"what arrived for {delivery.target} is {measured.media_type}")
    publish(part.folder, part.descriptor)
    os.fsync(part.descriptor)
    return measured
