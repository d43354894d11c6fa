"""Reads the page of a rule: `pages/<number>.md`, which ships with the program.

A page has a heading, what the rule means, `## Refused at LINE:COLUMN` and `## In order` with the files of an example
each, and `## Why`. A fenced block is one file: the manifest, or the one that the fence names
(```` ```yaml prompts/fox.txt ````); `latin-1` beside it tells the encoding it is saved in. Rules about what is
too large to be shown have no example.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.rules.table import Rule

MANIFEST = "film.shots.yaml"

_FOLDER = Path(__file__).parent / "pages"
_SECTION = re.compile(r"^## ", re.MULTILINE)
_FENCE = re.compile(r"^```\w+ ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"Refused at (?:(\S+):)?(\d+):(\d+)\Z")
_ENCODINGS = ("latin-1",)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleFile:
    """One file of an example."""

    name: str
    text: str
    encoding: str = "utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class RulePage:
    """What a person is told about a rule."""

    meaning: str
    why: str
    #: broken, and the same mended; the manifest first, empty where the rule is about what is too large to be shown
    refused: tuple[ExampleFile, ...] = ()
    mended: tuple[ExampleFile, ...] = ()
    #: file, line and column of what is refused
    place: tuple[str, int, int] = field(default=(MANIFEST, 0, 0))


def read_page(rule: Rule) -> RulePage:
    """Read the page of one rule."""
    text = (_FOLDER / f"{rule.number}.md").read_text(encoding="utf-8")
    opening, *parts = _SECTION.split(text)
    sections: Mapping[str, str] = dict(part.split("\n", 1) for part in parts)
    title = next((title for title in sections if title.startswith("Refused")), "")
    place = _PLACE.match(title)
    return RulePage(
        meaning=opening.partition("\n")[2].strip(),
        why=sections["Why"].strip(),
        refused=_files(sections.get(title, "")),
        mended=_files(sections.get("In order", "")),
        place=(place.group(1) or MANIFEST, int(place.group(2)), int(place.group(3))) if place else (MANIFEST, 0, 0),
    )


def _files(section: str) -> tuple[ExampleFile, ...]:
    return tuple(_file(found.group(1), found.group(2)) for found in _FENCE.finditer(section))


def _file(info: str, text: str) -> ExampleFile:
    if info in _ENCODINGS:
        return ExampleFile(name=MANIFEST, text=text, encoding=info)
    return ExampleFile(name=info or MANIFEST, text=text)
