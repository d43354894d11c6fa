"""Tells by its first bytes what kind of file a stranger sent; a name or a declared type is never believed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of media file."""

    #: the ending of our own file names
    suffix: str
    media_type: str

    @property
    def medium(self) -> str:
        """`image`, `video` or `audio`."""
        return self.media_type.partition("/")[0]


PNG = Kind(suffix="png", media_type="image/png")
JPEG = Kind(suffix="jpg", media_type="image/jpeg")
WEBP = Kind(suffix="webp", media_type="image/webp")
GIF = Kind(suffix="gif", media_type="image/gif")
BMP = Kind(suffix="bmp", media_type="image/bmp")
MP4 = Kind(suffix="mp4", media_type="video/mp4")
MOV = Kind(suffix="mov", media_type="video/quicktime")
WEBM = Kind(suffix="webm", media_type="video/webm")
MP3 = Kind(suffix="mp3", media_type="audio/mpeg")
WAV = Kind(suffix="wav", media_type="audio/wav")
FLAC = Kind(suffix="flac", media_type="audio/flac")

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"\x1aE\xdf\xa3", WEBM),
    (b"ID3", MP3),
    (b"\xff\xfb", MP3),
    (b"\xff\xf3", MP3),
    (b"\xff\xf2", MP3),
    (b"fLaC", FLAC),
)
#: of file names, by media type
ENDINGS = {kind.media_type: kind.suffix for kind in (PNG, JPEG, WEBP, GIF, BMP, MP4, MOV, WEBM, MP3, WAV, FLAC)}
#: what a task may name, by the medium it asks for; Source: the video inference API reference, read 2026-11-20
USABLE = {
    "image": frozenset({PNG.media_type, JPEG.media_type, WEBP.media_type}),
    "video": frozenset({MP4.media_type, MOV.media_type, WEBM.media_type}),
    "audio": frozenset({MP3.media_type, WAV.media_type, FLAC.media_type}),
}


def kind_of(content: bytes) -> Kind | None:
    """The kind of a file, or None for one of no kind that is taken."""
    if content[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(content[8:12])
    if content[4:8] == b"ftyp":
        return MOV if content[8:12] == b"qt  " else MP4
    return next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None)
