"""Finds the requests that a page shows as JSON, and what the answers say that they cost."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from render.catalog.pages.page import Example

if TYPE_CHECKING:
    from collections.abc import Iterator

#: where an object may begin: in a line of its own, or right behind another one
_BEGIN = re.compile(r"(?:^|(?<=\}))[ \t]*(\{)", re.MULTILINE)
_MOST = 200
_LONGEST = 32 * 1024
_DEEPEST = 16


def examples_in(text: str) -> tuple[Example, ...]:
    """Return the requests in a text, each with what was charged for it."""
    found = [each for each in _objects(text) if "taskType" in each and "taskUUID" in each]
    costs = {str(each["taskUUID"]): each["cost"] for each in found if _is_cost(each.get("cost"))}
    requests = [each for each in found if "model" in each]
    return tuple(Example(request=each, cost_usd=costs.get(str(each["taskUUID"]))) for each in requests)


def example_of(name: str, text: str) -> dict[str, Any]:
    """Return the object that a text shows under a name, or the first of a list there; empty where none is."""
    found = re.search(rf'"{re.escape(name)}"\s*:\s*(?:\[\s*)?(?=\{{)', text)
    return (_object_at(text, found.end()) or ({}, 0))[0] if found else {}


def _is_cost(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10_000


def _objects(text: str) -> Iterator[dict[str, Any]]:
    end = 0
    for number, found in enumerate(_BEGIN.finditer(text)):
        if number == _MOST:
            return
        read = _object_at(text, found.start(1)) if found.start(1) >= end else None
        if read is not None:
            made, end = read
            yield made


def _object_at(text: str, begin: int) -> tuple[dict[str, Any], int] | None:
    """Read the object that begins here, and where it ends; None where it is none, or more than an example is."""
    piece = text[begin : begin + _LONGEST]
    if _depth(piece) > _DEEPEST:
        return None
    try:
        made, length = json.JSONDecoder().raw_decode(piece)
    except ValueError:
        return None
    return (made, begin + length) if isinstance(made, dict) else None


def _depth(piece: str) -> int:
    """How deep brackets go until they are closed, at the most; texts are not told apart, so it may say too much."""
    depth = deepest = 0
    for found in re.finditer(r"[\[\]{}]", piece):
        depth += 1 if found.group() in "[{" else -1
        deepest = max(deepest, depth)
        if depth <= 0 or depth > _DEEPEST:
            break
    return deepest
