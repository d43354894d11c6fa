"""The containers' checks alone, byte by byte: every cut, every tail of zeros, everything behind the end.

A cut or a tail that is taken for the whole is a breach, except where nothing in the file speaks of its own content:
inside a coded picture of a format without checksums, and behind the last table. There the announced length decides,
which `bringing` proves; how many such places there are is a figure.
"""

import io
from dataclasses import dataclass

from render.containers.measure import measure, media_types_for
from render.errors import BytesRefusedError
from tests.prove.files import bodies
from tests.prove.files.marks import boundaries, matters

#: of larger files the places that matter alone
_EVERY_BYTE_BELOW = 8 * 1024
_LAST_PART = "the last part"
#: the last part that a check can hold against something else; None where it is the end of the file
_LAST_VITAL = {
    "mp4": b"stco",
    "mp4-mpeg4": b"stco",
    "mp4-faststart": None,
    "mov": b"stco",
    "webm": b"\x1c\x53\xbb\x6b",
    "webm-live": _LAST_PART,
    "jpeg": None,
    "jpeg-progressive": None,
    "png": None,
    "webp": b"VP8 ",
    "webp-lossless": b"VP8L",
    "webp-extended": b"EXIF",
}
_BEHIND = (b"\x00\x01", b"<html></html>", b"\xff" * 16)


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep over one kind showed."""

    cuts: int
    tails: int
    #: tails of zeros that only the announced length can tell
    blind: int
    breaches: tuple


def sweep(kind, *, spread):
    """Try one kind; `spread` is how many places beside those that matter, 0 for every byte."""
    data = bodies.whole(kind)
    if not _is_whole(data, kind):
        return Swept(cuts=0, tails=0, blind=0, breaches=(f"{kind}: the whole file is refused",))
    places = range(len(data)) if not spread and len(data) < _EVERY_BYTE_BELOW else matters(kind, data, spread=spread)
    cuts = [place for place in places if _is_whole(data[:place], kind)]
    changed = [place for place in places if data[place:].strip(b"\0")]
    tails = [place for place in changed if _is_whole(bodies.zero_from(data, place), kind)]
    end = _end_of_sight(kind, data)
    breaches = [f"{kind}: cut at byte {place}, it is taken for whole" for place in cuts]
    breaches += [f"{kind}: zeros from byte {place} on are not seen" for place in tails if place < end]
    breaches += _mistaken(kind, data)
    blind = sum(place >= end for place in tails)
    return Swept(cuts=len(places), tails=len(changed), blind=blind, breaches=tuple(breaches))


def _end_of_sight(kind, data):
    vital = _LAST_VITAL[kind]
    if vital is None:
        return len(data)
    # the last part's beginning, its body's, and the end are the last three
    return boundaries(kind, data)[-3] if vital is _LAST_PART else data.rindex(vital)


def _mistaken(kind, data):
    for name, body in bodies.mistaken(kind).items():
        if _is_whole(body, kind):
            yield f"{kind}: {name} is taken for it"
    for more in _BEHIND:
        if _is_whole(data + more, kind):
            yield f"{kind}: {more!r} behind its end is not seen"


def _is_whole(data, kind):
    """Whether these bytes would be put under a name of that kind."""
    try:
        found = measure(io.BytesIO(data), len(data))
    except BytesRefusedError:
        return False
    return found.media_type in media_types_for(f"a.{bodies.extension(kind)}")
