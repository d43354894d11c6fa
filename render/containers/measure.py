"""Decides which container a file is, and hands it to the module that knows that container.

Also holds which containers may stand under which file name. The first bytes decide what a file is; its name never does.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from render.containers import jpeg, matroska, mp4, png, webp
from render.containers.source import ByteSource
from render.errors import BytesRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from render.records import Measured

_OPENING_BYTES = 12

# MP4 and QuickTime are one container under two brands, and players take either under either name:
# a paid clip is not withheld because its brand and its name differ.
_MOVIE = frozenset({"video/mp4", "video/quicktime"})

MEDIA_TYPES: Mapping[str, frozenset[str]] = {
    ".mp4": _MOVIE,
    ".mov": _MOVIE,
    ".webm": frozenset({"video/webm"}),
    ".jpg": frozenset({"image/jpeg"}),
    ".jpeg": frozenset({"image/jpeg"}),
    ".png": frozenset({"image/png"}),
    ".webp": frozenset({"image/webp"}),
}

_ALL_TYPES = frozenset().union(*MEDIA_TYPES.values())


def media_types_for(path: str) -> frozenset[str]:
    """Say which media types may stand under this file name; every known one where its extension is not in the table."""
    return MEDIA_TYPES.get(PurePosixPath(path).suffix.lower(), _ALL_TYPES)


def measure(file: BinaryIO, size_bytes: int) -> Measured:
    """Check that an opened file is a whole media file, and read what its headers say about it.

    Raises:
        BytesRefusedError: it is of no known kind, damaged, or cut short; the message names the byte.
    """
    if size_bytes < _OPENING_BYTES:
        raise BytesRefusedError(f"not a media file: it has {size_bytes} bytes")
    opening = ByteSource(file, size_bytes=size_bytes, kind="media").take(0, _OPENING_BYTES)
    kind, read = _reader_for(opening)
    return read(ByteSource(file, size_bytes=size_bytes, kind=kind))


def _reader_for(opening: bytes) -> tuple[str, Callable[[ByteSource], Measured]]:
    if opening[4:8] == b"ftyp":
        return "MP4", mp4.read
    if opening[:4] == b"RIFF" and opening[8:12] == b"WEBP":
        return "WEBP", webp.read
    for signature, kind, read in _SIGNATURES:
        if opening.startswith(signature):
            return kind, read
    raise BytesRefusedError(f"not a media file: it begins with {_shown(opening)} (byte 0)")


_SIGNATURES = (
    (jpeg.SIGNATURE, "JPEG", jpeg.read),
    (png.SIGNATURE, "PNG", png.read),
    (matroska.SIGNATURE, "WEBM", matroska.read),
)


def _shown(opening: bytes) -> str:
    text = opening.decode("ascii", "replace")
    return f'"{text}"' if text.isprintable() and text.isascii() else opening.hex(" ")
