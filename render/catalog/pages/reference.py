"""Reads Runware's reference of a type of task: `Request`, then for each parameter a line with its name and one with its
type, facts of a line each, and prose.

What is nested has three lines above its type: where it belongs, and its name twice. Knows nothing of what a fact means.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from render.catalog.pages.examples import examples_in
from render.catalog.pages.page import Page, Row, Unread, unread

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = r"(?:string|integer|float|number|boolean|object)(?:\[\])?"
_KIND = re.compile(rf"{_WORDS}(?: \| {_WORDS})*\Z")
_CHOICE = re.compile(r'"[^"]*"(?: \| "[^"]*")*\Z')
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_ABOVE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\[\])?(?:[.»][A-Za-z][A-Za-z0-9_]*(?:\[\])?)*\Z")
_FACT = re.compile(r"(Min|Max|Step|Default|Min items|Max items): (.+)\Z")
_ODD_FACT = re.compile(r"[A-Z][A-Za-z ]{1,20}: \S{1,30}\Z")
_WORD_FACTS = {
    "required": {"required": "true"},
    "UUID v4": {"format": "UUID v4"},
    "URI": {"format": "URI"},
}
_ITS_VALUE = re.compile(r"the value should be (\w+)")


def is_reference(text: str) -> bool:
    """Whether a text is written in this layout."""
    lines = [line.strip() for line in text.split("\n")]
    return "Request" in lines and any(_begins(lines, at) and lines[at] == "taskType" for at in range(len(lines)))


def read_reference(text: str) -> Page:
    """Read a page in this layout."""
    lines = [line.strip() for line in text.split("\n")]
    first = lines.index("Request")
    last = next((at for at in range(first, len(lines)) if lines[at] == "Response"), len(lines))
    begins = [at for at in range(first, last) if _begins(lines, at)]
    missed: list[Unread] = []
    rows = tuple(_row(lines, begin, end, missed) for begin, end in pairwise([*begins, last]))
    return Page(
        title=next((line for line in lines if line), ""),
        provider="runware",
        rows=rows,
        examples=examples_in(text),
        unread=tuple(missed),
    )


def _begins(lines: Sequence[str], at: int) -> bool:
    """Whether a line is the name of a parameter: a type stands below it."""
    if at + 1 >= len(lines) or not _NAME.match(lines[at]) or not lines[at + 1]:
        return False
    return bool(_KIND.match(lines[at + 1]) or _CHOICE.match(lines[at + 1]))


def _row(lines: Sequence[str], at: int, end: int, missed: list[Unread]) -> Row:
    kind, facts, body = lines[at + 1], {}, at + 2
    while body < end and lines[body]:
        fact, word = _FACT.match(lines[body]), _WORD_FACTS.get(lines[body])
        if word is not None:
            facts.update(word)
        elif fact is not None:
            facts[fact.group(1).lower()] = fact.group(2).strip('"')
        elif _ODD_FACT.match(lines[body]):
            missed.append(unread(body + 1, lines[body]))
        else:
            break
        body += 1
    text = "\n".join(lines[body:end])
    path = _path(lines, at)
    found = _ITS_VALUE.search(text) if path == ("taskType",) else None
    is_choice = _CHOICE.match(kind) is not None
    return Row(
        path=path,
        line=at + 1,
        kind="string" if is_choice else kind,
        facts={**facts, "value": found.group(1)} if found else facts,
        allowed=tuple(re.findall(r'"([^"]*)"', kind)) if is_choice else (),
        text=text,
    )


def _path(lines: Sequence[str], at: int) -> tuple[str, ...]:
    name = lines[at]
    if at >= 2 and lines[at - 1] == name and _ABOVE.match(lines[at - 2]):
        return (*re.split(r"[.»]", lines[at - 2].replace("[]", "")), name)
    return (name,)
