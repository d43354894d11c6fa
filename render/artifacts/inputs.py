"""Reads the files that go in once more, to send them: what comes out whole is exactly what was digested before.

The last piece of a file is held back until the digest of all is found to be the right one, so that a file that was
edited meanwhile is never sent to its end.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from render.artifacts.threads import finished
from render.containers.opening import PIECE_BYTES, open_ordinary
from render.errors import InputChangedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator
    from io import BufferedReader

    from render.wish import InputFile


class InputBytes:
    """One file on its way out; `trouble` says afterwards why it did not come whole."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self.trouble: InputChangedError | None = None

    @property
    def size_bytes(self) -> int:
        """How long it was when it was digested."""
        return self._file.size_bytes

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give its bytes in order, the last piece only once all are known to be the right ones.

        Raises:
            InputChangedError: they are not, or it cannot be read.
        """
        reading = _pieces(self._file)
        try:
            while piece := await _next(reading):
                yield piece
        except InputChangedError as error:
            self.trouble = error
            raise
        finally:
            reading.close()


async def input_content(file: InputFile) -> bytes:
    """Read a small file whole.

    Raises:
        InputChangedError: it is not as it was, or cannot be read.
    """
    return b"".join([piece async for piece in InputBytes(file).pieces()])


async def _next(reading: Iterator[bytes]) -> bytes:
    return await finished(asyncio.to_thread(next, reading, b""))


def _pieces(file: InputFile) -> Generator[bytes, None, None]:
    try:
        with open_ordinary(file.path) as opened:
            yield from _checked(opened, file)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise InputChangedError(f"the input {file.name} cannot be read any more: {reason}") from error


def _checked(opened: BufferedReader, file: InputFile) -> Iterator[bytes]:
    digest, count, held = hashlib.sha256(), 0, b""
    while piece := opened.read(PIECE_BYTES):
        count += len(piece)
        if count > file.size_bytes:
            break
        if held:
            yield held
        digest.update(piece)
        held = piece
    if (count, digest.hexdigest()) != (file.size_bytes, file.sha256):
        raise InputChangedError(f"the input {file.name} was changed while the run was on its way; run again")
    yield held
