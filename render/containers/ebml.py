"""EBML, the grammar under Matroska and WEBM: elements of an id, a length and a body. Knows no meaning of any id.

Source: RFC 8794, sections 4 to 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from render.containers.source import ByteSource

_LONGEST_ID_BYTES = 4
_LONGEST_LENGTH_BYTES = 8
_LONGEST_TEXT_BYTES = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """Where one element stands: offsets of its id, of its body, and of the byte after it."""

    id: int
    start: int
    body: int
    end: int
    #: its length was left open, and `end` is that of what it stands in
    is_open: bool = False


def element(source: ByteSource, offset: int, limit: int) -> Element:
    """Read the element at `offset`, which must end at `limit` or before.

    Raises:
        BytesRefusedError: no element stands here, or it reaches beyond `limit`.
    """
    id_bytes = _width(source, offset, limit, _LONGEST_ID_BYTES)
    id_ = source.number(offset, id_bytes)
    length_bytes = _width(source, offset + id_bytes, limit, _LONGEST_LENGTH_BYTES)
    unknown = (1 << 7 * length_bytes) - 1
    length = source.number(offset + id_bytes, length_bytes) & unknown
    body = offset + id_bytes + length_bytes
    if length == unknown:
        return Element(id=id_, start=offset, body=body, end=limit, is_open=True)
    if body + length > limit:
        source.refuse(f"an element of {length} bytes reaches beyond byte {limit}", at=offset)
    return Element(id=id_, start=offset, body=body, end=body + length)


def children(source: ByteSource, parent: Element) -> Iterator[Element]:
    """Walk the elements inside `parent`, in order, exactly to its end."""
    offset = parent.body
    while offset < parent.end:
        inner = element(source, offset, parent.end)
        yield inner
        offset = inner.end


def child(source: ByteSource, parent: Element, id_: int) -> Element | None:
    """Find the first element with this id inside `parent`."""
    return next((inner for inner in children(source, parent) if inner.id == id_), None)


def number(source: ByteSource, element: Element) -> int:
    """Read the body of an element as an unsigned number."""
    length = element.end - element.body
    if length > _LONGEST_LENGTH_BYTES:
        source.refuse("a number is too long", at=element.start)
    return source.number(element.body, length)


def text(source: ByteSource, element: Element) -> str:
    """Read the body of an element as a short text."""
    length = min(element.end - element.body, _LONGEST_TEXT_BYTES)
    return source.take(element.body, length).rstrip(b"\x00").decode("ascii", "replace")


def _width(source: ByteSource, offset: int, limit: int, longest: int) -> int:
    """Return how many bytes the variable-width number at `offset` takes; its leading zero bits say so."""
    if offset >= limit:
        source.refuse("an element is cut short", at=offset)
    width = 9 - source.number(offset, 1).bit_length()
    if width > longest or offset + width > limit:
        source.refuse("no element begins here", at=offset)
    return width
