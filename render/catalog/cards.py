"""Lays the specs of a folder open as far as it costs nothing: what each is called, and where that is written.

Also says what is wrong with a spec's file before anybody reads it: it comes from a folder that a user named, or that
merely lies beside a manifest, so nothing in it is trusted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from render.catalog.source import excess
from render.errors import ManifestError
from render.wish import Excerpt, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_MOST_BYTES = 1024 * 1024
_WORD = re.compile(r"[^\s\[\],]+")
_HEAD_LINE = re.compile(r"^(id|aliases|matches): *(.*?) *$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What can be known of a spec without reading it: how it is called, and where it is."""

    id: str
    aliases: tuple[str, ...]
    #: as in ModelSpec.matches
    matches: str
    #: as the user would open it
    file: str
    text: str = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Aliases and id."""
        return (*self.aliases, self.id)


def cards_in(folder: Path) -> list[Card]:
    """Return a card for every spec in a folder, by file name.

    Raises:
        ManifestError: the folder or one of the files cannot be read.
    """
    try:
        files = sorted(folder.glob("*.yaml"))
    except OSError as exc:
        message, hint = f"the model specs cannot be read: {exc.strerror}", "see who may read the folder: `ls -l`"
        raise ManifestError([problem_of(str(folder), message, hint=hint)]) from exc
    return [_card(file, _text_of(file)) for file in files]


def _text_of(file: Path) -> str:
    fault, hint = "it is not a regular file", "what ends in `.yaml` here is a spec: move this out of the folder"
    try:
        # anything else might never end
        if file.is_file():
            with file.open("rb") as opened:
                content = opened.read(_MOST_BYTES + 1)
            if len(content) <= _MOST_BYTES:
                return content.decode("utf-8-sig")
            fault, hint = f"it is larger than {_MOST_BYTES // 2**20} MiB", "describe one model in one file"
    except (OSError, UnicodeDecodeError) as exc:
        fault, hint = "it is not UTF-8", "save it as UTF-8"
        if isinstance(exc, OSError):
            fault, hint = exc.strerror or "it cannot be opened", "see who may read the file: `ls -l`"
    raise ManifestError([problem_of(str(file), f"this model spec cannot be read: {fault}", hint=hint)])


def _card(file: Path, text: str) -> Card:
    head: Mapping[str, str] = dict(_HEAD_LINE.findall(text))
    aliases = (alias.strip() for alias in head.get("aliases", "").strip("[]").split(","))
    return Card(
        id=head.get("id", file.name),
        aliases=tuple(alias for alias in aliases if alias),
        matches=head.get("matches", ""),
        file=str(file),
        text=text,
    )


def check_excess(card: Card) -> None:
    """Refuse a spec that holds more than can be read in little memory.

    Raises:
        ManifestError: it does.
    """
    fault = excess(card.text)
    if fault is not None:
        message, hint, place = fault
        raise ManifestError([excerpted(problem_of(card.file, message, place=place, hint=hint), card.text)])


def about_name(card: Card, name: str, message: str) -> Problem:
    """Report something about an alias or the id of a spec, where it stands."""
    place = next((place for word, place in _names_with_places(card.text) if word == name), None)
    problem = problem_of(card.file, message, place=place, hint="give this one another name")
    return excerpted(problem, card.text)


def _names_with_places(text: str) -> Iterator[tuple[str, Place]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if _HEAD_LINE.match(line):
            for word in _WORD.finditer(line):
                yield word.group(), Place(line=number, column=word.start() + 1)


def problem_of(file: str, message: str, *, place: Place | None = None, hint: str = "") -> Problem:
    """Build a finding about a spec's file; without a `place`, about the file as a whole."""
    line, column = (place.line, place.column) if place is not None else (0, 0)
    return Problem(file=file, line=line, column=column, rule="model-spec", message=message, hint=hint)


def excerpted(problem: Problem, text: str) -> Problem:
    """Return a finding about a spec with the line it is about."""
    lines = text.splitlines()
    if not 0 < problem.line <= len(lines):
        return problem
    return replace(problem, excerpt=Excerpt(text=lines[problem.line - 1]))
