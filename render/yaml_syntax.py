"""Says what is wrong with a text that a YAML parser refused: where the slip probably is, and how it is mended.

A parser stops where it cannot go on, which is often the line after the slip, and speaks of its own grammar. Looks at
that line and at the one above it. Knows nothing of what the text means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from render.wish import Place

LOOK_THERE = "look at this line and at the one before it"
_COLON = 'put a text that holds `: ` in quotes: "a city: night"'
_BRACKETS = "a `[` or `{` is not closed, or a `,` is missing before this"
_NO_COLON = "a `:` is missing, or a text of several lines is not indented"
_ALIGN = "indent the keys of one mapping alike, and put a text that holds quotes in quotes"
_ALIGN_ITEMS = "indent the keys of one mapping alike, and the items of one list"
_QUOTE = "put a text that begins with this character in quotes"
_BACKSLASH = "put a text that holds `\\` in single quotes: there it stands for itself"
#: what a YAML parser says, in part, and what that means to who wrote the file; what they can do about it
_SYNTAX = (
    ("unknown escape character", "`\\` begins an escape in double quotes, and this is none", _BACKSLASH),
    ("mapping values are not allowed", "a second `: ` stands on this line", _COLON),
    ("scanning a quoted scalar", "this text has no end", "the quote that opens here is not closed"),
    ("while parsing a flow", "a list or a mapping in brackets breaks off here", _BRACKETS),
    ("could not find expected ':'", "this line is no `key: value`", _NO_COLON),
    ("did not find expected key", "this does not go on what stands above it", _ALIGN),
    ("did not find expected '-'", "this is no item of the list above it", _ALIGN_ITEMS),
    ("scanning an alias", "`*` begins an alias, and this is none", "put a text that begins with `*` in quotes"),
    ("scanning an anchor", "`&` begins an anchor, and this is none", "put a text that begins with `&` in quotes"),
    ("found character that cannot start any token", "no value can begin with this character", _QUOTE),
)
#: of these the cause may be a slip that the parser does not know of
_OF_BLOCKS = (
    "mapping values are not allowed",
    "could not find expected ':'",
    "did not find expected key",
    "did not find expected '-'",
)

_LINE_END = re.compile("\r\n|[\r\n]")
#: of a text before the place where the parser stopped, and of its line behind it: more is not looked at
_LOOKED_BACK, _LOOKED_ON = 4_000, 1_000

_WIDE_SPACE = re.compile(r" *(?:- *)?(?:[^\s:#]+:)?([^\S \t])")
_TIGHT_DASH = re.compile(r" *(-)([A-Za-z_][\w.-]*:)(?:\s|\Z)")
_TIGHT_COLON = re.compile(r" *(?:- +)?([A-Za-z_][\w-]*)(:)[^\s:/]")
_KEY = re.compile(r" *(?:- +)*([^\s:#\[{\"'][^:#]*?) *:(?: |\Z)")
_OPENED = re.compile(r" *(?:- +)*(?:[^\s:#]+: +)?([\[{\"'])")
_ENDS = {"[": "a list", "{": "a mapping", '"': "a quoted text", "'": "a quoted text"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """What is wrong with a text, and where."""

    place: Place
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    #: counted from 0
    number: int
    text: str

    def slip(self, column: int, message: str, hint: str) -> Slip:
        return Slip(place=Place(line=self.number + 1, column=column + 1), message=message, hint=hint)


def slip_in(text: str, said: str, mark: Any) -> Slip:
    """Say what is wrong with `text`, of which a parser said `said` at `mark`, or at no place it could name."""
    line = _Line(number=mark.line if mark else 0, text="")
    column = mark.column if mark else 0
    if "tab character" in said or (mark and text[mark.index : mark.index + 1] == "\t"):
        return line.slip(column, "a tab stands where YAML allows none", "indent with spaces")
    found = _looked_for(text, said, mark) if mark else None
    if found is not None:
        return found
    message, hint = next(((means, hint) for part, means, hint in _SYNTAX if part in said), (said, LOOK_THERE))
    return line.slip(column, message, hint)


def _looked_for(text: str, said: str, mark: Any) -> Slip | None:
    """Find the slip behind what the parser said, on the line where it stopped or on the one above; None without one."""
    lines = _lines_before(text, mark)
    if not lines:
        return None
    if "while parsing a flow" in said:
        return _brace_in_brackets(lines[0], mark.column)
    if not any(part in said for part in _OF_BLOCKS):
        return None
    tight = (slip for look in (_wide_space, _tight_dash, _tight_colon) for line in lines if (slip := look(line)))
    found = next(tight, None)
    found = found or _deeper(lines, mark.column)
    return found or (_text_goes_on(lines[0], mark.column) if "expected key" in said else None)


def _lines_before(text: str, mark: Any) -> list[_Line]:
    """Return the line of `mark` and the one above that holds something, without a line that is too long to look at."""
    begin = max(0, mark.index - _LOOKED_BACK)
    before = _LINE_END.split(text[begin : mark.index])
    behind = _LINE_END.split(text[mark.index : mark.index + _LOOKED_ON], maxsplit=1)[0]
    lines = [_Line(number=mark.line - back, text=line) for back, line in enumerate(reversed(before))]
    lines[0] = _Line(number=mark.line, text=before[-1] + behind)
    whole = lines[:-1] if begin else lines
    above = (line for line in whole[1:] if line.text.strip() and not line.text.lstrip().startswith("#"))
    return [*whole[:1], *([line] if (line := next(above, None)) else [])]


def _wide_space(line: _Line) -> Slip | None:
    found = _WIDE_SPACE.match(line.text)
    if found is None:
        return None
    message = f"the space here is U+{ord(found.group(1)):04X}, which looks like one and is none for YAML"
    return line.slip(found.start(1), message, "write an ordinary space in its place")


def _tight_dash(line: _Line) -> Slip | None:
    found = _TIGHT_DASH.match(line.text)
    if found is None:
        return None
    return line.slip(found.start(1), "there is no space behind this `-`", f"write `- {found.group(2)}`")


def _tight_colon(line: _Line) -> Slip | None:
    found = _TIGHT_COLON.match(line.text)
    if found is None:
        return None
    return line.slip(found.start(2), "there is no space behind this `:`", f"write `{found.group(1)}: ` and its value")


def _deeper(lines: list[_Line], column: int) -> Slip | None:
    """Say of a line whose first key is refused, there or at its `: `, that it stands deeper than the key above it."""
    key, above = (_KEY.match(line.text) for line in (lines[0], lines[-1]))
    if key is None or above is None or column not in key.span(1) or key.start(1) <= above.start(1):
        return None
    message = f"`{key.group(1)}` is indented deeper than `{above.group(1)}` above it, which has its value already"
    return lines[0].slip(key.start(1), message, "indent the keys of one mapping alike")


def _text_goes_on(line: _Line, column: int) -> Slip | None:
    """Say of a line on which something stands behind a closing bracket or quote what that made of it."""
    found = _OPENED.match(line.text)
    if found is None or found.start(1) >= column:
        return None
    opened = found.group(1)
    message = f"{_ENDS[opened]} ends before this, and the line goes on"
    if opened == "'":
        return line.slip(column, message, "put a text that holds `'` in double quotes, or write `''` for each of them")
    quote = "single quotes" if opened == '"' else "quotes"
    return line.slip(column, message, f"put the whole text in {quote}, if it is one that begins with `{opened}`")


def _brace_in_brackets(line: _Line, column: int) -> Slip | None:
    """Say of a `{` or `[` in the middle of an unquoted text in brackets that the text needs quotes."""
    before, here = line.text[:column], line.text[column : column + 1]
    if here not in {"{", "["} or not before or before[-1] in " ,[{:":
        return None
    opened = f"${here}" if before.endswith("$") else here
    message = f"between brackets, a text that holds `{opened}` stands in quotes"
    return line.slip(column, message, 'write it like prompt: "a boat at ${time}"')
