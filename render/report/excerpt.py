"""A line of a file with its number, and a caret under what a problem is about: never wider than the terminal.

Whatever the line holds, what is shown steers no terminal and tells no key: each of its characters is shown as itself
where that is safe, and else as its escape; the caret stands where a terminal puts the character.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from render.disclosure import lines, starred

if TYPE_CHECKING:
    from render.report.palette import Palette
    from render.wish import Problem

_TAB = "→"
_CUT = "…"
_GUTTER = 5
#: what is underlined: a quoted text, a plain word, or one character of anything else
_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s,:\[\]{}\"'#](?:[^\s,:\[\]{}]|:(?=[^\s,\]}]))*|.", re.DOTALL
)
#: of a text that goes on, this many characters are underlined at most
_LONGEST_CARET = 40


def excerpt_lines(problem: Problem, paint: Palette, *, width: int) -> list[str]:
    """Return the line and the caret below it, or nothing where there is no line to show."""
    excerpt = problem.excerpt
    if excerpt is None:
        return []
    at = problem.column - excerpt.column
    if not 0 <= at <= len(excerpt.text):
        return []
    token = _TOKEN.match(excerpt.text, at)
    length = min(len(token.group()) if token else 1, _LONGEST_CARET)
    cells = [_cell(character) for character in starred(excerpt.text)]
    gutter = f"{problem.line:>{_GUTTER}} | "
    before, marked, after = _fitted(cells, at, length, max(width - len(gutter), 2 * _GUTTER))
    colour = paint.red if problem.is_error else paint.yellow
    caret = " " * _columns(before) + colour("^" * max(1, _columns(marked)))
    text = "".join((*before, *marked, *after)).rstrip()
    beside = "| ".rjust(len(gutter))
    return [f"{paint.dim(gutter)}{text}", f"{paint.dim(beside)}{caret}"]


def numbered(problem: Problem, paint: Palette, *, width: int) -> str:
    """Return the line of a problem with its number, cut where it is too long; without a caret."""
    gutter = f"{problem.line:>{_GUTTER}} | "
    cells = [_cell(character) for character in starred(problem.excerpt.text if problem.excerpt else "")]
    before, marked, after = _fitted(cells, 0, 1, max(width - len(gutter), 2 * _GUTTER))
    return f"{paint.dim(gutter)}{''.join((*before, *marked, *after))}".rstrip()


def _fitted(cells: list[str], at: int, length: int, room: int) -> tuple[list[str], list[str], list[str]]:
    """Cut a line on both sides so that it fits with the marked part in sight: what is before it, it, what is after."""
    before, marked, after = cells[:at], cells[at : at + length], cells[at + length :]
    if _columns(cells) <= room:
        return before, marked, after
    # the beginning of a line is left in sight where there is room for it: it holds the key
    if _columns(before) + _columns(marked) >= room - room // 4:
        before = [_CUT, *_last(before, room // 3)]
    marked = _first(marked, room - _columns(before) - 2)
    left = room - _columns(before) - _columns(marked) - 1
    return before, marked, after if _columns(after) <= left else [*_first(after, left), _CUT]


def _first(cells: list[str], room: int) -> list[str]:
    taken, used = 0, 0
    for cell in cells:
        used += _width(cell)
        if used > room:
            break
        taken += 1
    return cells[:taken]


def _last(cells: list[str], room: int) -> list[str]:
    return _first(cells[::-1], room)[::-1]


def _cell(character: str) -> str:
    return f"{_TAB} " if character == "\t" else lines(character).replace("\n", "\\n")


def _columns(cells: list[str]) -> int:
    return sum(map(_width, cells))


def _width(cell: str) -> int:
    """How many columns a terminal gives to what is shown of one character."""
    if len(cell) > 1 or cell.isascii():
        return len(cell)
    if unicodedata.category(cell) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(cell) in "WF" else 1
