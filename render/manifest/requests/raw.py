"""Finds the raw requests in a text: JSON documents, one after the other or one a line, or the data of curl commands."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.manifest.requests.curl import NotCarriedError, sent_by
from render.manifest.requests.json_text import NotJsonError, documents
from render.manifest.requests.shell import NotShellError
from render.wish import Problem
from render.yaml_text import Lines

if TYPE_CHECKING:
    from render.manifest.requests.json_text import Json, Members

RULE = "request"

_JSON = re.compile(r"\s*[\[{]")
_LINE_END = re.compile("\r\n|[\r\n]")
#: a request that brings the key, as Runware takes it
_LOGIN = "authentication"


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where something stands in one of the texts: what a problem about it needs."""

    source: Original
    at: int

    def problem(self, message: str, hint: str = "") -> Problem:
        """Return a problem in this place."""
        line, column = self.source.line_and_column(self.at)
        return Problem(
            file=self.source.file,
            line=line,
            column=column,
            rule=RULE,
            message=message,
            hint=hint,
            excerpt=self.source.lines.excerpt(line, column),
        )


class Original:
    """One text that holds requests."""

    def __init__(self, text: str, *, file: str) -> None:
        self.text = text
        self.file = file
        self.lines = Lines(text.encode())
        self._ends = [found.end() for found in _LINE_END.finditer(text)]

    def line_and_column(self, at: int) -> tuple[int, int]:
        """Return the place of a character, both counted from 1."""
        line = bisect_right(self._ends, at)
        return line + 1, at - (self._ends[line - 1] if line else 0) + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """One request as it was written."""

    members: Members
    at: int
    source: Original
    #: where the letters of its text were written, where that is not the text as a whole
    places: tuple[int, ...] | None = None

    def spot(self, at: int) -> Spot:
        """Return where a character of its text stands."""
        if self.places is None:
            return Spot(source=self.source, at=at)
        return Spot(source=self.source, at=self.places[min(at, len(self.places) - 1)] if self.places else 0)


@dataclass(kw_only=True, slots=True)
class Found:
    """Everything that the texts hold."""

    requests: list[Raw]
    problems: list[Problem]
    #: how often a key was left out
    keys: int = 0


def find_requests(source: Original, found: Found) -> None:
    """Add the requests of one text, and what is wrong with it."""
    if _JSON.match(source.text):
        _read(source.text, Raw(members={}, at=0, source=source), found)
        return
    before = len(found.requests), len(found.problems), found.keys
    try:
        _read_commands(source, found)
    except NotShellError as error:
        found.problems.append(Spot(source=source, at=error.at).problem(str(error), "close it"))
    if (len(found.requests), len(found.problems), found.keys) == before:
        hint = "it may be one object, an array, one object a line, or curl commands"
        found.problems.append(Spot(source=source, at=0).problem("there is no request in it", hint))


def _read_commands(source: Original, found: Found) -> None:
    for sent in sent_by(source.text):
        if isinstance(sent, NotCarriedError):
            found.problems.append(Spot(source=source, at=sent.at).problem(sent.message, sent.hint))
            continue
        found.keys += sent.has_key
        if sent.data is not None:
            places = (*sent.data.places, sent.data.at)
            _read(sent.data.text, Raw(members={}, at=0, source=source, places=places), found)


def _read(text: str, within: Raw, found: Found) -> None:
    try:
        read = documents(text)
    except NotJsonError as error:
        found.problems.append(within.spot(error.at).problem(error.message, error.hint))
        return
    for document in read:
        items = document.value if isinstance(document.value, list) else [document]
        for item in items:
            _add(item, within, found)


def _add(item: Json, within: Raw, found: Found) -> None:
    if not isinstance(item.value, dict):
        found.problems.append(within.spot(item.at).problem("this is no request", "a request is an object: {…}"))
        return
    task = item.value.get("taskType")
    if task is not None and task.json.value == _LOGIN:
        found.keys += 1
        return
    found.requests.append(Raw(members=item.value, at=item.at, source=within.source, places=within.places))
