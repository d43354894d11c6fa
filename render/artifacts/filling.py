"""Writes arriving bytes into a temporary file, counting and digesting them on the way. Judges only their number."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiofiles

from render.artifacts.refusals import held_on_trouble
from render.artifacts.threads import finished
from render.errors import HeldError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from hashlib import _Hash
    from pathlib import PurePosixPath

    from aiofiles.threadpool.binary import AsyncFileIO

    from render.artifacts.part import Part

#: smaller writes were measured to cost two to four times as much
_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How many bytes are taken under which name."""

    target: PurePosixPath
    largest_bytes: int

    def check(self, size_bytes: int) -> None:
        """Refuse more bytes than are taken.

        Raises:
            HeldError: there are more.
        """
        if size_bytes > self.largest_bytes:
            raise HeldError(f"{self.target} is larger than {self.largest_bytes} bytes, the most that is taken")


async def fill(part: Part, chunks: AsyncIterator[bytes], *, limit: Limit) -> tuple[str, int]:
    """Write all of `chunks`; return the hexadecimal SHA-256 of what was written, and its length in bytes.

    Raises:
        HeldError: there is more than the limit, or the disk refuses.
    """
    digest, size_bytes, waiting = hashlib.sha256(), 0, bytearray()
    async with aiofiles.open(part.descriptor, "wb", buffering=0, closefd=False) as out:
        async for chunk in chunks:
            size_bytes += len(chunk)
            limit.check(size_bytes)
            waiting += chunk
            if len(waiting) >= _PIECE_BYTES:
                await finished(_write(out, digest, bytes(waiting), target=limit.target))
                waiting.clear()
        await finished(_write(out, digest, bytes(waiting), target=limit.target))
    return digest.hexdigest(), size_bytes


async def _write(out: AsyncFileIO, digest: _Hash, piece: bytes, *, target: PurePosixPath) -> None:
    await asyncio.to_thread(digest.update, piece)
    rest = memoryview(piece)
    with held_on_trouble(f"{target} cannot be written"):
        while rest:
            rest = rest[await out.write(rest) :]
