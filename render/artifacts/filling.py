"""Writes arriving bytes into a temporary file, counting and digesting them on the way. Judges only their number.

Notes how far it came where the rest could be asked for later: every few megabytes, and when no more bytes come.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiofiles

from render.artifacts.beginning import Note, remove_note, write_note
from render.artifacts.refusals import held_on_trouble
from render.artifacts.threads import finished, in_thread
from render.errors import BytesRefusedError, HeldError
from render.records import Beginning

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import PurePosixPath

    from aiofiles.threadpool.binary import AsyncFileIO

    from render.artifacts.part import Part
    from render.records import FileMark

#: smaller writes were measured to cost two to four times as much
_PIECE_BYTES = 1024 * 1024
#: a run that is killed fetches at most so much again
_NOTED_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How many bytes are taken under which name."""

    target: PurePosixPath
    largest_bytes: int
    #: as announced; None where nothing was
    expected_bytes: int | None = None

    def check_announced(self) -> None:
        """Refuse a file before a byte of it is read.

        Raises:
            HeldError: it is larger than anything that is taken.
        """
        self._check_size(self.expected_bytes or 0)

    def check(self, size_bytes: int) -> None:
        """Refuse more bytes than are taken, or were announced.

        Raises:
            HeldError: there are more than are taken.
            BytesRefusedError: there are more than were announced.
        """
        self._check_size(size_bytes)
        if self.expected_bytes is not None and size_bytes > self.expected_bytes:
            raise BytesRefusedError(f"more than the {self.expected_bytes} announced bytes arrived for {self.target}")

    def _check_size(self, size_bytes: int) -> None:
        if size_bytes > self.largest_bytes:
            raise HeldError(f"{self.target} is larger than {self.largest_bytes} bytes, the most that is taken")


async def fill(
    part: Part, chunks: AsyncIterator[bytes], *, limit: Limit, mark: FileMark | None = None
) -> tuple[str, int]:
    """Write all of `chunks` after what the part holds already; return the hexadecimal SHA-256 of all, and its length.

    Where the chunks break off and `mark` tells how to ask for the rest, a note stays.

    Raises:
        HeldError: there is more than the limit, or the disk refuses.
        BytesRefusedError: there is more than was announced.
    """
    async with aiofiles.open(part.descriptor, "wb", buffering=0, closefd=False) as out:
        filling = _Filling(part, out, limit=limit, mark=mark)
        try:
            async for chunk in chunks:
                await filling.take(chunk)
            await filling.write_out()
        except BaseException as error:
            await filling.give_up(error)
            raise
    return filling.digest.hexdigest(), filling.size_bytes


class _Filling:
    """One part on its way to being whole."""

    def __init__(self, part: Part, out: AsyncFileIO, *, limit: Limit, mark: FileMark | None) -> None:
        self.digest = part.digest.copy()
        #: written and digested
        self.size_bytes = part.size_bytes
        self._part = part
        self._out = out
        self._limit = limit
        self._mark = mark
        self._noted_bytes = part.size_bytes
        self._waiting = bytearray()

    @property
    def _arrived_bytes(self) -> int:
        return self.size_bytes + len(self._waiting)

    async def take(self, chunk: bytes) -> None:
        """Take what came next."""
        self._waiting += chunk
        self._limit.check(self._arrived_bytes)
        if len(self._waiting) >= _PIECE_BYTES:
            await self.write_out()
        if self._mark is not None and self.size_bytes - self._noted_bytes >= _NOTED_BYTES:
            await self._note(self._mark)

    async def write_out(self) -> None:
        """Write what waits; a cancellation does not tear it."""
        piece = bytes(self._waiting)
        self._waiting.clear()
        await finished(self._write(piece))

    async def give_up(self, error: BaseException) -> None:
        """Note what is here, or that it is of no use: too much came, or the disk takes no more."""
        is_useful = self._mark is not None and 0 < self._arrived_bytes < self._mark.size_bytes
        if self._mark is not None and is_useful and not isinstance(error, HeldError):
            with suppress(HeldError):
                await self.write_out()
                await self._note(self._mark)
                return
        # what went wrong is what must be told
        with suppress(OSError):
            remove_note(self._part.folder, self._part.name)

    async def _note(self, mark: FileMark) -> None:
        note = Note(beginning=Beginning(mark=mark, size_bytes=self.size_bytes), sha256=self.digest.hexdigest())
        self._noted_bytes = self.size_bytes
        await in_thread("a note cannot be written", write_note, self._part.folder, self._part.name, note)

    async def _write(self, piece: bytes) -> None:
        await asyncio.to_thread(self.digest.update, piece)
        rest = memoryview(piece)
        with held_on_trouble(f"{self._limit.target} cannot be written"):
            while rest:
                rest = rest[await self._out.write(rest) :]
        self.size_bytes += len(piece)
