"""Sound files, known by their first bytes alone: nothing checks whether they are whole, as providers decode them.

Source: the ID3v2 and MPEG audio frame headers, RIFF/WAVE, FLAC, Ogg and ISO/IEC 14496-12 brands of MPEG-4 audio.
"""

from __future__ import annotations

_M4A_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
_MOST_FRAME_BITS = 0xE0


def sound_type(opening: bytes) -> str:
    """Return the media type of a sound file that begins with these bytes, at least 12; "" for anything else."""
    if opening.startswith(b"ID3") or _is_mpeg_frame(opening):
        return "audio/mpeg"
    if opening.startswith(b"RIFF") and opening[8:12] == b"WAVE":
        return "audio/wav"
    if opening.startswith(b"fLaC"):
        return "audio/flac"
    if opening.startswith(b"OggS"):
        return "audio/ogg"
    return "audio/mp4" if opening[4:8] == b"ftyp" and opening[8:12] in _M4A_BRANDS else ""


def _is_mpeg_frame(opening: bytes) -> bool:
    """Whether there is the head of a frame of layer III: eleven set bits, a version, the layer, and a bit rate."""
    if opening[0] != 0xFF or opening[1] & _MOST_FRAME_BITS != _MOST_FRAME_BITS:
        return False
    version, layer, rate = opening[1] >> 3 & 3, opening[1] >> 1 & 3, opening[2] >> 4
    return version != 1 and layer == 1 and rate not in {0, 15}
