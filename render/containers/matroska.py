"""WEBM: an EBML header and one segment that reaches exactly to the end of the file.

A segment of unknown length, as live writers leave it, is walked cluster by cluster to the end. Inside the last cluster
every block is walked too, so that a tail of zeros is seen. Damage inside a coded frame passes.
Source: RFC 8794 (EBML) and RFC 9559 (Matroska).
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from render.containers import ebml
from render.records import Measured

if TYPE_CHECKING:
    from render.containers.ebml import Element
    from render.containers.source import ByteSource

SIGNATURE = b"\x1a\x45\xdf\xa3"

_DOC_TYPE = 0x4282
_SEGMENT = 0x18538067
_INFO = 0x1549A966
_TRACKS = 0x1654AE6B
_CLUSTER = 0x1F43B675
#: SeekHead, Info, Tracks, Chapters, Cluster, Cues, Attachments, Tags: where one begins, an open cluster has ended
_TOP_LEVEL = frozenset({0x114D9B74, _INFO, _TRACKS, 0x1043A770, _CLUSTER, 0x1C53BB6B, 0x1941A469, 0x1254C367})
_TIMESTAMP_SCALE = 0x2AD7B1
_DURATION = 0x4489
_TRACK_ENTRY = 0xAE
_TRACK_TYPE = 0x83
_DEFAULT_DURATION = 0x23E383
_VIDEO = 0xE0
_PIXEL_WIDTH = 0xB0
_PIXEL_HEIGHT = 0xBA


def read(source: ByteSource) -> Measured:
    """Check a WEBM file to its end.

    Raises:
        BytesRefusedError: it is not a whole WEBM file.
    """
    header = ebml.element(source, 0, source.size_bytes)
    doc_type = ebml.child(source, header, _DOC_TYPE)
    if doc_type is None or ebml.text(source, doc_type) != "webm":
        source.refuse("its header does not name the type webm", at=0)
    segment = ebml.element(source, header.end, source.size_bytes)
    if segment.id != _SEGMENT:
        source.refuse("no segment follows its header", at=header.end)
    if segment.end != source.size_bytes:
        source.refuse("something follows its segment", at=segment.end)
    parts = _parts(source, segment)
    width, height, fps = _picture(source, parts[_TRACKS])
    return Measured(
        media_type="video/webm", width_px=width, height_px=height, duration_s=_duration(source, parts[_INFO]), fps=fps
    )


def _parts(source: ByteSource, segment: Element) -> dict[int, Element]:
    """Walk the segment to its end; return its parts by id, the last of each."""
    parts: dict[int, Element] = {}
    offset = segment.body
    while offset < segment.end:
        part = ebml.element(source, offset, segment.end)
        if part.is_open:
            part = _closed(source, part)
        parts[part.id] = part
        offset = part.end
    for id_, name in ((_INFO, "information"), (_TRACKS, "tracks"), (_CLUSTER, "pictures")):
        if id_ not in parts:
            source.refuse(f"it has no {name}", at=offset)
    for _ in ebml.children(source, parts[_CLUSTER]):
        pass
    return parts


def _closed(source: ByteSource, cluster: Element) -> Element:
    """Find the end of a cluster of unknown length: the next top-level element, or the end of the file."""
    if cluster.id != _CLUSTER:
        source.refuse("only a cluster may leave its length open", at=cluster.start)
    offset = cluster.body
    while offset < cluster.end:
        block = ebml.element(source, offset, cluster.end)
        if block.id in _TOP_LEVEL:
            break
        offset = block.end
    return ebml.Element(id=cluster.id, start=cluster.start, body=cluster.body, end=offset)


def _duration(source: ByteSource, info: Element) -> float | None:
    scale = ebml.child(source, info, _TIMESTAMP_SCALE)
    scale_ns = 1_000_000 if scale is None else ebml.number(source, scale)
    duration = ebml.child(source, info, _DURATION)
    if duration is None:
        return None
    packed = source.take(duration.body, duration.end - duration.body)
    if len(packed) not in {4, 8}:
        source.refuse("its duration is not a number", at=duration.start)
    ticks: float = struct.unpack(">f" if len(packed) == 4 else ">d", packed)[0]
    return ticks * scale_ns / 1e9 if math.isfinite(ticks) and ticks > 0 else None


def _picture(source: ByteSource, tracks: Element) -> tuple[int, int, float | None]:
    """Return width, height and frames a second of the first video track."""
    for track in ebml.children(source, tracks):
        if track.id != _TRACK_ENTRY:
            continue
        parts = {part.id: part for part in ebml.children(source, track)}
        if _TRACK_TYPE in parts and _VIDEO in parts and ebml.number(source, parts[_TRACK_TYPE]) == 1:
            width, height = _size(source, parts[_VIDEO])
            return width, height, _fps(source, parts.get(_DEFAULT_DURATION))
    return source.refuse("it has no video track", at=tracks.start)


def _size(source: ByteSource, video: Element) -> tuple[int, int]:
    sides = [ebml.child(source, video, side) for side in (_PIXEL_WIDTH, _PIXEL_HEIGHT)]
    width, height = (0 if side is None else ebml.number(source, side) for side in sides)
    if not width or not height:
        source.refuse("its picture has no size", at=video.start)
    return width, height


def _fps(source: ByteSource, frame_duration: Element | None) -> float | None:
    duration_ns = 0 if frame_duration is None else ebml.number(source, frame_duration)
    return 1e9 / duration_ns if duration_ns else None
