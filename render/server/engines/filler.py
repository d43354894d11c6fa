"""Makes a finished file another one, or a longer one, without touching its picture: bytes that every player skips.

A `free` box in MP4 and MOV, a Void element in WEBM, comments in JPG, a text chunk in PNG, an unknown chunk in WEBP.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from render.server.engines.order import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PNG_END = 12
_JPG_SEGMENT = 65_537


def filled(data: bytes, *, file_format: Format, mark: bytes, size: int | None = None) -> bytes:
    """The same file with `mark` in it, and as many zeros as bring it to `size` bytes; it may become one or two longer.

    A file that is as long already gets the mark alone.
    """
    wrap, overhead = _WRAPPERS[file_format]
    room = (size or 0) - len(data) - overhead
    return wrap(data, mark.ljust(room, b"\0"))


def _box(data: bytes, filler: bytes) -> bytes:
    return data + struct.pack(">I4s", len(filler) + 8, b"free") + filler


def _void(data: bytes, filler: bytes) -> bytes:
    return data + b"\xec" + (len(filler) | 1 << 56).to_bytes(8) + filler


def _comments(data: bytes, filler: bytes) -> bytes:
    # one segment is paid for already; each further one takes its four bytes from the zeros
    segments = -(-(len(filler) + 4) // _JPG_SEGMENT)
    rest, step = filler[: len(filler) - 4 * (segments - 1)], _JPG_SEGMENT - 4
    parts = [rest[number * step : (number + 1) * step] for number in range(segments)]
    return data[:2] + b"".join(struct.pack(">HH", 0xFFFE, len(part) + 2) + part for part in parts) + data[2:]


def _text_chunk(data: bytes, filler: bytes) -> bytes:
    body = b"tEXtComment\0" + filler.replace(b"\0", b" ")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:-_PNG_END] + chunk + data[-_PNG_END:]


def _riff_chunk(data: bytes, filler: bytes) -> bytes:
    # chunks are of even length
    even = filler + b"\0" * (len(filler) % 2)
    body = data[8:] + struct.pack("<4sI", b"FILL", len(even)) + even
    return data[:4] + struct.pack("<I", len(body)) + body


#: how each format takes bytes that mean nothing, and what that costs beside them
_WRAPPERS: Mapping[Format, tuple[Callable[[bytes, bytes], bytes], int]] = {
    Format.MP4: (_box, 8),
    Format.MOV: (_box, 8),
    Format.WEBM: (_void, 9),
    Format.JPG: (_comments, 4),
    Format.PNG: (_text_chunk, 20),
    Format.WEBP: (_riff_chunk, 8),
}
