"""Reads ordinary YAML line by line, several times faster than a parser of the whole language; gives up on the rest.

Ordinary is what nearly every line of nearly every manifest is: `key: value`, `- item`, words, numbers, quoted texts
without escapes, short `[lists]` and `{mappings}`, texts folded with `>-` or kept with `|`. Whatever could mean anything
else, and whatever is wrong, raises UnusualError: then `yaml_source` reads the text with a real parser. So what comes
from here is what would come from there, without the places.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.yaml_scalars import read_plain
from render.yaml_text import MAX_DEPTH, MAX_NODES

if TYPE_CHECKING:
    from collections.abc import Callable

_KEY = r"[A-Za-z_][A-Za-z0-9_./@-]{0,99}"
_LINE = re.compile(rf"^( *)(- )?(?:({_KEY}):(?= |$))? *(.*)$")
_FIRST = r"(?:[\w$./(+~]|-(?=[\w.]))"
_COMMENT = r"(?: +#.*| *)"
#: a `:` before a space and a `#` after one mean something else
_PLAIN = re.compile(rf"({_FIRST}(?:[^:#]++|:(?=[^ ])|(?<=[^ ])#)*+)(?:#.*)?")
_QUOTED = re.compile(rf"""(?:"([^"\\]*)"|'([^']*)'){_COMMENT}""")
_ITEM = rf"""(?:{_FIRST}[^,\[\]{{}}:#"']*+|"[^"\\]*"|'[^']*')"""
_PAIR = rf"{_KEY}: +{_ITEM}"
_FLOW_LIST = re.compile(rf"\[( *(?:{_ITEM}(?: *, *{_ITEM})*+)? *)\]{_COMMENT}")
_FLOW_MAPPING = re.compile(rf"\{{( *(?:{_PAIR}(?: *, *{_PAIR})*+)? *)\}}{_COMMENT}")
#: the commonest of all: one entry
_FLOW_ENTRY = re.compile(rf"\{{ *({_KEY}): +({_ITEM}) *\}}")
_ITEMS = re.compile(_ITEM)
_PAIRS = re.compile(rf"({_KEY}): +({_ITEM})")
_FOLD = re.compile(r"\n+")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$")
#: all lines of a text are held at once, at some two hundred bytes each
_MOST_LINES = 400_000
_NO_HEAD = (-1, "", "")
_BRACKETS = frozenset("[{")
#: a longer number may be too long for anything
_MOST_DIGITS = 100
#: words up to this length may mean something
_LONGEST_SPECIAL_WORD = 5


class UnusualError(Exception):
    """This text needs a real parser."""


def read_ordinary(text: str, read_flow: Callable[[str], Any]) -> dict[str, Any]:
    """Return the data of a text whose characters were found harmless; `read_flow` reads one value in brackets.

    Raises:
        UnusualError: the text, or something in it, is not ordinary.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    lines = text.count("\n")
    most = 3 * lines + 2 * (text.count(",") + text.count("[") + text.count("{"))
    if lines > _MOST_LINES or most >= MAX_NODES or not text.endswith("\n") or "\r" in text or "\t" in text:
        raise UnusualError
    return _Reader(text, read_flow).document()


class _Reader:
    """Builds the data of one text."""

    def __init__(self, text: str, read_flow: Callable[[str], Any]) -> None:
        self._lines = text.split("\n")
        self._read_flow = read_flow
        #: the number of the line to look at next, where a text of several lines was read ahead
        self._next = 0
        #: open mappings and lists from the outside in, each with the column it stands at
        self._open: list[tuple[int, Any]] = []
        #: the key of the innermost mapping whose value is yet to come
        self._pending: str | None = None
        #: how lines begin, up to the colon: the column, "- " or nothing, and the key
        self._heads: dict[str, tuple[int, str, str]] = {}
        #: what was read from the words that came before; in a long list most of them come again
        self._known: dict[str, Any] = {}
        self._known_lists: dict[str, list[Any]] = {}

    def document(self) -> dict[str, Any]:
        """Return the mapping that the text is."""
        root: dict[str, Any] = {}
        column, made = 0, root
        self._open.append((column, made))
        read, heads, known, missing = self._value, self._heads, self._known, object()
        for number, line in enumerate(self._lines):
            # the same few keys begin nearly all lines
            before, _, rest = line.partition(": ")
            indent, dash, key = heads.get(before, _NO_HEAD)
            is_simple = key and rest and rest[0] not in " #|>"
            if is_simple and not dash and indent == column and key not in made:
                value = known.get(rest, missing)
                made[key] = read(rest) if value is missing else value
            elif is_simple and dash and indent == column - 2 and self._open[-2][0] == column - 2:
                made = {key: read(rest)}
                self._follow(column, made)
            elif number >= self._next and self._take(number, line):
                column, made = self._open[-1]
                if self._pending is not None or type(made) is list:
                    column = -1
        self._settle()
        if not root:
            raise UnusualError
        return root

    def _follow(self, column: int, made: dict[str, Any]) -> None:
        """Let a mapping in a list be followed by the next one."""
        outer = self._open[-2][1]
        if type(outer) is not list:
            raise UnusualError
        outer.append(made)
        self._open[-1] = (column, made)

    def _take(self, number: int, line: str) -> bool:
        """Take in a line that changes what is open, or that a text of several lines begins in; False for a bare one."""
        parts = _LINE.match(line)
        indent, dash, key, rest = parts.groups("") if parts else ("", "", "", "")
        column = len(indent)
        if not (key or dash or (rest and rest[0] != "#")):
            return False
        if key:
            self._heads[f"{indent}{dash}{key}"] = (column, dash, key)
        if dash:
            self._begin_item(column)
            if not key:
                self._open[-1][1].append(self._value(rest))
                return True
            made: dict[str, Any] = {}
            self._open[-1][1].append(made)
            column += 2
            self._push(column, made)
        elif key:
            self._begin_entry(column)
        else:
            raise UnusualError
        self._put(number, column, key, rest)
        return True

    def _begin_entry(self, column: int) -> None:
        if self._pending is not None and column > self._open[-1][0]:
            made: dict[str, Any] = {}
            self._open[-1][1][self._pending] = made
            self._push(column, made)
        else:
            self._close(column, list)

    def _begin_item(self, column: int) -> None:
        if self._pending is not None and column >= self._open[-1][0]:
            items: list[Any] = []
            self._open[-1][1][self._pending] = items
            self._push(column, items)
        else:
            self._close(column, dict)

    def _close(self, column: int, not_this: type) -> None:
        """Leave what ends before a line at this column, so that what is innermost is what the line belongs to."""
        self._settle()
        still_open = self._open
        while still_open[-1][0] > column or (still_open[-1][0] == column and type(still_open[-1][1]) is not_this):
            still_open.pop()
            if not still_open:
                raise UnusualError
        if still_open[-1][0] != column:
            raise UnusualError

    def _push(self, column: int, made: Any) -> None:
        self._pending = None
        self._open.append((column, made))
        if len(self._open) >= MAX_DEPTH:
            raise UnusualError

    def _settle(self) -> None:
        """Let a key after which nothing came be empty."""
        self._pending = None

    def _put(self, number: int, column: int, key: str, rest: str) -> None:
        made = self._open[-1][1]
        if key in made:
            raise UnusualError
        if not rest or rest[0] == "#":
            made[key] = None
            self._pending = key
        else:
            made[key] = self._block(number + 1, column, rest) if rest[0] in "|>" else self._value(rest)

    def _value(self, rest: str) -> Any:
        if not rest:
            raise UnusualError
        if rest in self._known:
            return self._known[rest]
        first = rest[0]
        if first in _LETTERS and len(rest) > _LONGEST_SPECIAL_WORD and ":" not in rest and "#" not in rest:
            return rest.rstrip(" ")
        if first in _BRACKETS:
            return self._flow(rest)
        if rest.isdecimal() and rest.isascii() and first != "0" and len(rest) <= _MOST_DIGITS:
            return int(rest)
        plain = _PLAIN.fullmatch(rest)
        if plain:
            value, trap = read_plain(plain[1].rstrip(" "))
            if trap:
                raise UnusualError
            self._known[rest] = value
            return value
        quoted = _QUOTED.fullmatch(rest)
        if not quoted:
            raise UnusualError
        return quoted[1] or quoted[2] or ""

    def _flow(self, rest: str) -> Any:
        entry = _FLOW_ENTRY.fullmatch(rest)
        if entry:
            return {entry[1]: self._value(entry[2])}
        items = self._known_lists.get(rest)
        if items is not None:
            return items.copy()
        listed = _FLOW_LIST.fullmatch(rest)
        if listed:
            items = self._known_lists[rest] = [self._value(item) for item in _ITEMS.findall(listed[1])]
            return items.copy()
        entries = _FLOW_MAPPING.fullmatch(rest)
        if entries:
            pairs = _PAIRS.findall(entries[1])
            made = {key: self._value(item) for key, item in pairs}
            if len(made) == len(pairs):
                return made
        brackets = rest.count("[") + rest.count("{")
        # what is read line by line cannot be counted together: aliases could multiply in each
        if "&" in rest or len(self._open) + brackets > MAX_DEPTH:
            raise UnusualError
        return self._read_flow(rest)

    def _block(self, number: int, column: int, header: str) -> str:
        """Read the lines of a text below a `|` or `>`: at one indentation, blank lines between them."""
        lines = self._lines
        indent = len(lines[number]) - len(lines[number].lstrip(" "))
        texts: list[str] = []
        while indent > column and number < len(lines):
            line = lines[number]
            margin = len(line) - len(line.lstrip(" "))
            if margin == len(line) and margin <= indent:
                texts.append("")
            elif margin == indent:
                texts.append(line[indent:])
            elif margin <= column:
                break
            else:
                raise UnusualError
            number += 1
        self._next = number
        text = "\n".join(texts).rstrip("\n")
        if header not in {"|", "|-", ">", ">-"} or not text or not texts[0]:
            raise UnusualError
        if header[0] == ">":
            text = _FOLD.sub(lambda breaks: breaks[0][1:] or " ", text)
        return text if header.endswith("-") else f"{text}\n"
