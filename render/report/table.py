"""Rows as aligned lines that fit the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.disclosure import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GAP = "  "
_LEAST_LAST = 20


def table(rows: Sequence[Sequence[str]], *, width: int, paint: Sequence[Callable[[str], str] | None]) -> list[str]:
    """Return one line a row: columns as wide as their widest cell, the last cut to what is left of `width`."""
    if not rows:
        return []
    clean = [[one_line(cell) for cell in row] for row in rows]
    sizes = [max(map(len, column)) for column in list(zip(*clean, strict=True))[:-1]]
    left = max(width - sum(sizes) - len(_GAP) * len(sizes), _LEAST_LAST)
    return [_line(row, sizes, left, paint) for row in clean]


def cut(text: str, width: int) -> str:
    """Return `text`, its end replaced by `…` where it is longer than `width` characters."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def counted(number: int, noun: str) -> str:
    """Return `1 task`, `2 tasks`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _line(row: Sequence[str], sizes: Sequence[int], left: int, paint: Sequence[Callable[[str], str] | None]) -> str:
    cells = [*row[:-1], cut(row[-1], left)]
    painted = [colour(cell) if colour and cell else cell for cell, colour in zip(cells, paint, strict=True)]
    blanks = [" " * (size - len(cell)) for cell, size in zip(cells, sizes, strict=False)]
    return _GAP.join(cell + blank for cell, blank in zip(painted, [*blanks, ""], strict=True)).rstrip()
