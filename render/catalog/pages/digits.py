"""Cuts numbers apart that a page lost the gaps between: `592656688752`, four values. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

#: by where they end and with which number: numbers from the beginning on, at most two ways for each
_Ways: TypeAlias = "dict[tuple[int, int], list[tuple[int, ...]]]"

_MOST_VALUES = 64
_MOST_DIGITS = 256
#: beyond that many, one of them is not found by looking
_MOST_WAYS = 200


def cut_apart(digits: str, *, count: int, among: range) -> tuple[str, ...]:
    """Return the `count` rising numbers of `among` that stand in `digits` without gaps; none where that is in doubt."""
    if not digits.isdecimal() or not 0 < count <= _MOST_VALUES or len(digits) > _MOST_DIGITS or not among:
        return ()
    ways: _Ways = {(0, among.start - 1): [()]}
    for _ in range(count):
        ways = _one_more(ways, digits, among)
        if len(ways) > _MOST_WAYS:
            return ()
    whole = [way for (at, _), found in ways.items() if at == len(digits) for way in found]
    return tuple(map(str, whole[0])) if len(whole) == 1 else ()


def _one_more(ways: _Ways, digits: str, among: range) -> _Ways:
    """Go on from each way with one more number; of those that meet, two are enough to know that there is a doubt."""
    made: _Ways = {}
    for (at, last), found in ways.items():
        for number, end in _numbers(digits, at, among):
            if number > last:
                known = made.setdefault((end, number), [])
                known += [(*way, number) for way in found[: 2 - len(known)]]
    return made


def _numbers(digits: str, at: int, among: range) -> Iterator[tuple[int, int]]:
    """Yield every number of `among` that stands at a place, and where it ends."""
    for width in range(len(str(among[0])), len(str(among[-1])) + 1):
        piece = digits[at : at + width]
        if len(piece) == width and int(piece) in among and str(int(piece)) == piece:
            yield int(piece), at + width
