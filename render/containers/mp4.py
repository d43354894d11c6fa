"""MP4 and QuickTime: `ftyp` first, boxes that tile the file exactly, a movie header and the media it speaks of.

Where the movie header lists its samples, the last one of the video track must lie inside the media data, and in H.264
and H.265 must not end in a zero byte, which those formats forbid: so a tail of zeros is seen
though the boxes still fit. A fragmented file that was cut between two fragments passes, and so does damage inside a
coded picture.
Source: ISO/IEC 14496-12; ISO/IEC 14496-10, section 7.4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.containers import tracks
from render.containers.boxes import boxes, inside
from render.records import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.containers.boxes import Box
    from render.containers.source import ByteSource
    from render.containers.tracks import VideoTrack

_LARGEST_MOVIE_BYTES = 64 * 1024 * 1024
_MOST_TRACKS = 64
_NO_ZERO_AT_END = frozenset({b"avc1", b"avc3", b"hvc1", b"hev1"})


def read(source: ByteSource) -> Measured:
    """Check an MP4 or QuickTime file to its end.

    Raises:
        BytesRefusedError: it is not a whole file of this kind, or holds no video.
    """
    brand = source.take(8, 4)
    top = tuple(boxes(source, 0, source.size_bytes))
    media = _boxes_of(source, top, b"mdat")
    movie = _boxes_of(source, top, b"moov")[-1]
    if movie.end - movie.start > _LARGEST_MOVIE_BYTES:
        source.refuse("its movie header is larger than any film needs", at=movie.start)
    video = _video_track(source, movie)
    _check_last_sample(source, video, media)
    return Measured(
        media_type="video/quicktime" if brand == b"qt  " else "video/mp4",
        width_px=video.width_px,
        height_px=video.height_px,
        duration_s=_duration(source, movie) or video.duration_s,
        fps=video.fps,
    )


def _boxes_of(source: ByteSource, top: Sequence[Box], kind: bytes) -> list[Box]:
    found = [box for box in top if box.kind == kind]
    if not found:
        source.refuse(f"it has no box {kind.decode('ascii')}", at=source.size_bytes)
    return found


def _video_track(source: ByteSource, movie: Box) -> VideoTrack:
    found = [box for box in boxes(source, movie.body, movie.end) if box.kind == b"trak"]
    if len(found) > _MOST_TRACKS:
        source.refuse(f"it has {len(found)} tracks", at=movie.start)
    for box in found:
        handler = inside(source, box, b"mdia", b"hdlr")
        if handler and source.take(handler.body + 8, 4) == b"vide":
            return tracks.read(source, box)
    return source.refuse("it has no video track", at=movie.start)


def _duration(source: ByteSource, movie: Box) -> float | None:
    header = inside(source, movie, b"mvhd")
    if header is None:
        return source.refuse("its movie header states no duration", at=movie.start)
    return tracks.duration(source, header)


def _check_last_sample(source: ByteSource, video: VideoTrack, media: Sequence[Box]) -> None:
    sample = video.last_sample
    if sample is None:
        return
    if not any(box.body <= sample.start and sample.end <= box.end for box in media):
        source.refuse(f"its last picture, up to byte {sample.end}, lies outside its media data", at=sample.start)
    if video.codec in _NO_ZERO_AT_END and source.take(sample.end - 1, 1) == b"\x00":
        source.refuse("its last picture ends in zeros", at=sample.end - 1)
