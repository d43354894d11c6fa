"""ISO base media boxes, the grammar under MP4 and QuickTime: a length, a kind and a body. Knows no meaning of any kind.

Source: ISO/IEC 14496-12, section 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from render.containers.source import ByteSource

#: the copyright sign opens the kinds of QuickTime's user data; all other letters are printable ASCII
_LETTERS = frozenset({0xA9, *range(0x20, 0x7F)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """Where one box stands: offsets of its length field, of its body, and of the byte after it."""

    kind: bytes
    start: int
    body: int
    end: int


def boxes(source: ByteSource, start: int, end: int) -> Iterator[Box]:
    """Walk the boxes from `start`, in order, exactly to `end`.

    Raises:
        BytesRefusedError: a box reaches beyond `end`, or something that is no box stands between.
    """
    offset = start
    while offset < end:
        box = _box(source, offset, end)
        yield box
        offset = box.end


def inside(source: ByteSource, parent: Box, *kinds: bytes) -> Box | None:
    """Follow a path of kinds down from `parent`, taking the first box of each; None where one is absent."""
    for kind in kinds:
        found = next((box for box in boxes(source, parent.body, parent.end) if box.kind == kind), None)
        if found is None:
            return None
        parent = found
    return parent


def _box(source: ByteSource, offset: int, limit: int) -> Box:
    if offset + 8 > limit:
        source.refuse("a box is cut short", at=offset)
    header = source.take(offset, 8)
    length, kind, body = int.from_bytes(header[:4], "big"), header[4:], offset + 8
    if not _LETTERS.issuperset(kind):
        source.refuse("no box begins here", at=offset)
    if length == 1:
        length, body = source.number(body, 8), body + 8
    elif length == 0:
        length = _open_length(source, offset, limit)
    if length < body - offset or offset + length > limit:
        source.refuse(f"box {kind.decode('latin-1')} of {length} bytes does not fit into {limit - offset}", at=offset)
    return Box(kind=kind, start=offset, body=body, end=offset + length)


def _open_length(source: ByteSource, offset: int, limit: int) -> int:
    if limit != source.size_bytes:
        source.refuse("only the last box of a file may leave its length open", at=offset)
    return limit - offset
