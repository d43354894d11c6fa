"""WEBP: one RIFF file whose stated size is the file's, with chunks that tile it.

Damage inside the coded picture passes: seeing that takes a decoder.
Source: RFC 9649.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.records import Measured

if TYPE_CHECKING:
    from render.containers.source import ByteSource

_HEADER_BYTES = 12
_PICTURES = frozenset({b"VP8 ", b"VP8L", b"ANMF"})


def read(source: ByteSource) -> Measured:
    """Check a WEBP file to its end.

    Raises:
        BytesRefusedError: it is not a whole WEBP file.
    """
    _check_riff_size(source)
    kinds = set[bytes]()
    offset = _HEADER_BYTES
    while offset < source.size_bytes:
        kind, offset = _chunk(source, offset)
        kinds.add(kind)
    if not kinds & _PICTURES:
        source.refuse("it holds no picture", at=offset)
    width, height = _size(source)
    return Measured(media_type="image/webp", width_px=width, height_px=height)


def _check_riff_size(source: ByteSource) -> None:
    stated = 8 + int.from_bytes(source.take(4, 4), "little")
    if source.size_bytes not in {stated, stated + stated % 2}:
        source.refuse(f"it states a size of {stated} bytes and has {source.size_bytes}", at=4)


def _chunk(source: ByteSource, offset: int) -> tuple[bytes, int]:
    """Return the kind of a chunk and where the next one begins."""
    header = source.take(offset, 8)
    kind, length = header[:4], int.from_bytes(header[4:], "little")
    if not all(0x20 <= letter < 0x7F for letter in kind):
        source.refuse("no chunk begins here", at=offset)
    end = offset + 8 + length
    # Some writers leave out the padding byte of an odd last chunk.
    if end > source.size_bytes:
        source.refuse("a chunk reaches beyond the file", at=offset)
    return kind, min(end + length % 2, source.size_bytes)


def _size(source: ByteSource) -> tuple[int, int]:
    kind, body = source.take(_HEADER_BYTES, 4), _HEADER_BYTES + 8
    if kind == b"VP8X":
        return _little(source, body + 4, 3) + 1, _little(source, body + 7, 3) + 1
    if kind == b"VP8L" and source.take(body, 1) == b"\x2f":
        packed = _little(source, body + 1, 4)
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and source.take(body + 3, 3) == b"\x9d\x01\x2a":
        width, height = _little(source, body + 6, 2) & 0x3FFF, _little(source, body + 8, 2) & 0x3FFF
        if width and height:
            return width, height
    return source.refuse("its picture has no size", at=_HEADER_BYTES)


def _little(source: ByteSource, offset: int, length: int) -> int:
    return int.from_bytes(source.take(offset, length), "little")
