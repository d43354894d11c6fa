"""The video track of an MP4 or QuickTime movie: its size, its times, and where its last sample lies.

Reads the track's tables as far as it needs them: all of the sample times, which are run lengths, and the ends of the
others. Source: ISO/IEC 14496-12, sections 8.3 to 8.7.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.containers.boxes import boxes, inside

if TYPE_CHECKING:
    from render.containers.boxes import Box
    from render.containers.source import ByteSource

#: a VisualSampleEntry up to and with its height, after the box header
_ENTRY_BYTES = 28


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Where one coded picture lies in the file: offsets of its first byte and of the byte after it."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class VideoTrack:
    """What the headers say about the first video track; None where they do not."""

    codec: bytes
    width_px: int
    height_px: int
    duration_s: float | None
    fps: float | None
    last_sample: Sample | None


def read(source: ByteSource, track: Box) -> VideoTrack:
    """Read a video track's headers.

    Raises:
        BytesRefusedError: a table is missing, or contradicts its own size.
    """
    media_header = inside(source, track, b"mdia", b"mdhd")
    samples = inside(source, track, b"mdia", b"minf", b"stbl")
    if media_header is None or samples is None:
        return source.refuse("its video track has no tables", at=track.start)
    tables = {box.kind: box for box in boxes(source, samples.body, samples.end)}
    codec, width, height = _picture(source, samples, tables.get(b"stsd"))
    return VideoTrack(
        codec=codec,
        width_px=width,
        height_px=height,
        duration_s=duration(source, media_header),
        fps=_fps(source, media_header, tables.get(b"stts")),
        last_sample=_last_sample(source, tables),
    )


def duration(source: ByteSource, header: Box) -> float | None:
    """Read the duration in seconds from a movie header or a media header; None where it states none."""
    is_long = source.number(header.body, 1) == 1
    length = 8 if is_long else 4
    ticks = source.number(header.body + (24 if is_long else 16), length)
    timescale = _timescale(source, header)
    is_unknown = ticks in {0, (1 << 8 * length) - 1}
    return None if is_unknown or not timescale else ticks / timescale


def _timescale(source: ByteSource, header: Box) -> int:
    return source.number(header.body + (20 if source.number(header.body, 1) == 1 else 12), 4)


def _picture(source: ByteSource, samples: Box, descriptions: Box | None) -> tuple[bytes, int, int]:
    """Return the codec and the coded size, as the first sample description states them."""
    if descriptions is None:
        return source.refuse("its video track does not say what it holds", at=samples.start)
    entry = next(boxes(source, descriptions.body + 8, descriptions.end), None)
    if entry is None or entry.end - entry.body < _ENTRY_BYTES:
        return source.refuse("its video track does not say what it holds", at=descriptions.start)
    width, height = struct.unpack(">HH", source.take(entry.body + 24, 4))
    if not width or not height:
        source.refuse("its picture has no size", at=entry.start)
    return entry.kind, width, height


def _fps(source: ByteSource, media_header: Box, times: Box | None) -> float | None:
    """Divide the number of frames by the time they take."""
    timescale = _timescale(source, media_header)
    frames = ticks = 0
    for count, delta in struct.iter_unpack(">II", _rows(source, times, row_bytes=8)):
        frames, ticks = frames + count, ticks + count * delta
    return frames * timescale / ticks if frames and ticks else None


def _last_sample(source: ByteSource, tables: dict[bytes, Box]) -> Sample | None:
    """Find the last sample of the last chunk; None where the movie header lists no samples."""
    offset_bytes = 8 if b"co64" in tables else 4
    offsets = tables.get(b"co64") or tables.get(b"stco")
    chunks = _rows(source, offsets, row_bytes=offset_bytes)
    runs = _rows(source, tables.get(b"stsc"), row_bytes=12)
    if not chunks or not runs or b"stsz" not in tables:
        return None
    sizes = _last_sizes(source, tables[b"stsz"], int.from_bytes(runs[-8:-4], "big"))
    start = int.from_bytes(chunks[-offset_bytes:], "big") + sum(sizes[:-1])
    return Sample(start=start, end=start + sizes[-1]) if sizes and sizes[-1] else None


def _last_sizes(source: ByteSource, table: Box, wanted: int) -> tuple[int, ...]:
    """Read the last `wanted` sample sizes."""
    uniform, count = source.number(table.body + 4, 4), source.number(table.body + 8, 4)
    first = max(0, count - wanted)
    if uniform:
        return (uniform * max(0, count - first - 1), uniform) if count > first else ()
    if table.body + 12 + 4 * count > table.end:
        source.refuse("a table is shorter than it says", at=table.start)
    return struct.unpack(f">{count - first}I", source.take(table.body + 12 + 4 * first, 4 * (count - first)))


def _rows(source: ByteSource, table: Box | None, *, row_bytes: int) -> bytes:
    """Read the rows of a table that states their number after its version and flags."""
    if table is None:
        return b""
    count = source.number(table.body + 4, 4)
    if table.body + 8 + count * row_bytes > table.end:
        source.refuse("a table is shorter than it says", at=table.start)
    return source.take(table.body + 8, count * row_bytes)
