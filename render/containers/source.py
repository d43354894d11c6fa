"""The opened file that a container is read from, and the limits that keep a hostile one harmless.

Every look at the bytes goes through a ByteSource: never beyond the end, never more at once than `_LARGEST_READ_BYTES`,
and never more often than `_MOST_READS`. Whatever the bytes claim, reading them ends, soon and in little memory.
It knows no container.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NoReturn

from render.errors import BytesRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST_READ_BYTES = 8 * 1024 * 1024
_MOST_READS = 200_000
_PIECE_BYTES = 256 * 1024


class ByteSource:
    """A file of a known size, read by offset; `kind` names the container in refusals."""

    def __init__(self, file: BinaryIO, *, size_bytes: int, kind: str) -> None:
        self._file = file
        self.size_bytes = size_bytes
        self.kind = kind
        self._reads = 0

    def take(self, offset: int, length: int) -> bytes:
        """Read exactly `length` bytes at `offset`.

        Raises:
            BytesRefusedError: the file ends first, or more is asked for than a sane file needs.
        """
        self._reads += 1
        if self._reads > _MOST_READS or length > _LARGEST_READ_BYTES:
            self.refuse("it is cut into more parts than a sane file has", at=offset)
        if offset + length > self.size_bytes:
            self.refuse(f"{length} bytes are announced, and the file ends at byte {self.size_bytes}", at=offset)
        self._file.seek(offset)
        taken = self._file.read(length)
        if len(taken) != length:
            self.refuse(f"the file ends {length - len(taken)} bytes early", at=offset)
        return taken

    def number(self, offset: int, length: int) -> int:
        """Read an unsigned big-endian number of `length` bytes at `offset`."""
        return int.from_bytes(self.take(offset, length), "big")

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """Read from `start` to `end` in order, in pieces of bounded size."""
        for offset in range(start, end, _PIECE_BYTES):
            yield self.take(offset, min(_PIECE_BYTES, end - offset))

    def refuse(self, what: str, *, at: int) -> NoReturn:
        """Say that this is no whole file of its kind, why, and at which byte.

        Raises:
            BytesRefusedError: always.
        """
        raise BytesRefusedError(f"not a whole {self.kind} file: {what} (byte {at})")
