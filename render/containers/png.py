"""PNG: chunks with checksums from the signature to IEND, which must be the file's last bytes.

Source: W3C Portable Network Graphics (Third Edition), sections 5 and 11.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from render.records import Measured

if TYPE_CHECKING:
    from render.containers.source import ByteSource

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_LONGEST_CHUNK_BYTES = 2**31 - 1


def read(source: ByteSource) -> Measured:
    """Check a PNG file to its end, every checksum included.

    Raises:
        BytesRefusedError: it is not a whole PNG file.
    """
    width, height = _size(source)
    offset, kind, kinds = len(SIGNATURE), b"", set[bytes]()
    while kind != b"IEND":
        kind, offset = _chunk(source, offset)
        kinds.add(kind)
    if offset != source.size_bytes:
        source.refuse("something follows its end", at=offset)
    if b"IDAT" not in kinds:
        source.refuse("it holds no picture", at=offset)
    return Measured(media_type="image/png", width_px=width, height_px=height)


def _size(source: ByteSource) -> tuple[int, int]:
    first = len(SIGNATURE)
    if source.take(first, 8) != b"\x00\x00\x00\x0dIHDR":
        source.refuse("its header is missing", at=first)
    width, height = source.number(first + 8, 4), source.number(first + 12, 4)
    if not width or not height:
        source.refuse("its picture has no size", at=first + 8)
    return width, height


def _chunk(source: ByteSource, offset: int) -> tuple[bytes, int]:
    """Check one chunk; return its kind and where the next one begins."""
    length, kind = source.number(offset, 4), source.take(offset + 4, 4)
    if length > _LONGEST_CHUNK_BYTES or not kind.isalpha():
        source.refuse("no chunk begins here", at=offset)
    body_end = offset + 8 + length
    stated = source.number(body_end, 4)
    checksum = 0
    for piece in source.pieces(offset + 4, body_end):
        checksum = zlib.crc32(piece, checksum)
    if checksum != stated:
        source.refuse(f"the checksum of its chunk {kind.decode('ascii')} is wrong", at=offset)
    return kind, body_end + 4
