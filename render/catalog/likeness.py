"""Decides which known names a wrong one resembles. Pure; knows nothing of what the names stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


#: looking for what resembles a longer name takes long
_LONGEST = 100


def most_alike(name: str, *, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The `count` names of `known` that resemble `name` most, ignoring case, best first."""
    from difflib import SequenceMatcher  # noqa: PLC0415  wanted only once something is wrong

    matcher = SequenceMatcher(b=name.casefold(), autojunk=False)

    def ratio(candidate: str) -> float:
        matcher.set_seq1(candidate.casefold())
        return matcher.ratio()

    return tuple(sorted(known, key=ratio, reverse=True)[:count])


def one_alike(name: str, known: Iterable[str]) -> str | None:
    """The name of `known` that `name` resembles so much that it was probably meant, ignoring case; None without one."""
    from difflib import get_close_matches  # noqa: PLC0415  as above

    folded = {other.casefold(): other for other in known}
    near = get_close_matches(name[:_LONGEST].casefold(), folded, n=1, cutoff=0.65)
    return folded[near[0]] if near else None


def is_one_slip(written: str, meant: str) -> bool:
    """Whether one slip of the fingers leads from `meant` to `written`.

    A slip is one character missing, too many or wrong, or two neighbours swapped.
    """
    if written == meant or abs(len(written) - len(meant)) > 1:
        return False
    start = next((at for at, pair in enumerate(zip(written, meant, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    rest, wanted = written[start:], meant[start:]
    swapped = rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:]
    return swapped or rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]
