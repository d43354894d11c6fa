"""JPEG: marker segments from SOI through a frame header and at least one scan to EOI at the end.

Zero bytes may follow EOI, as some encoders pad their files; anything else there is refused. A picture whose coded data
is damaged between its markers passes: seeing that takes a decoder.
Source: ITU-T Recommendation T.81, annex B.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from render.records import Measured

if TYPE_CHECKING:
    from render.containers.source import ByteSource

SIGNATURE = b"\xff\xd8\xff"

_END = 0xD9
_SCAN = 0xDA
#: start-of-frame markers; DHT (C4), JPG (C8) and DAC (CC) share their range
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: markers without a segment: TEM and the restart markers
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})

# In coded data 0xFF is followed by 0x00, a restart marker, or more 0xFF; anything else is the next marker.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def read(source: ByteSource) -> Measured:
    """Check a JPEG file to its end.

    Raises:
        BytesRefusedError: it is not a whole JPEG file.
    """
    size: tuple[int, int] | None = None
    has_scan = False
    marker, offset = _marker(source, 2)
    while marker != _END:
        body, end = _segment(source, marker, offset)
        if marker in _FRAMES:
            size = _frame_size(source, body)
        if marker == _SCAN:
            has_scan, end = True, _scan_end(source, end)
        marker, offset = _marker(source, end)
    _check_rest(source, offset)
    if size is None or not has_scan:
        source.refuse("it holds no picture", at=offset)
    return Measured(media_type="image/jpeg", width_px=size[0], height_px=size[1])


def _marker(source: ByteSource, offset: int) -> tuple[int, int]:
    """Read the marker at `offset`; return it and the offset after it."""
    first, marker = source.take(offset, 2)
    while first == 0xFF and marker == 0xFF:
        offset += 1
        marker = source.number(offset + 1, 1)
    if first != 0xFF or marker == 0:
        source.refuse("no marker begins here", at=offset)
    return marker, offset + 2


def _segment(source: ByteSource, marker: int, offset: int) -> tuple[int, int]:
    """Return where the body of a marker's segment begins and ends."""
    if marker in _BARE:
        return offset, offset
    length = source.number(offset, 2)
    if length < 2:
        source.refuse("a segment is shorter than its own length field", at=offset)
    return offset + 2, offset + length


def _frame_size(source: ByteSource, body: int) -> tuple[int, int]:
    height, width = source.number(body + 1, 2), source.number(body + 3, 2)
    if not width or not height:
        source.refuse("its picture has no size", at=body + 1)
    return width, height


def _scan_end(source: ByteSource, start: int) -> int:
    """Find the marker that ends the coded data which begins at `start`."""
    offset, carried = start, b""
    for piece in source.pieces(start, source.size_bytes):
        found = _NEXT_MARKER.search(carried + piece)
        if found:
            return offset - len(carried) + found.start()
        offset += len(piece)
        carried = piece[-1:] if piece.endswith(b"\xff") else b""
    return source.refuse("its picture data has no end", at=source.size_bytes)


def _check_rest(source: ByteSource, offset: int) -> None:
    for piece in source.pieces(offset, source.size_bytes):
        if piece.strip(b"\x00"):
            source.refuse("something follows its end", at=offset)
