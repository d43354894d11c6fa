"""Reads Runware's page of a model in Markdown: front matter, `## Request Parameters`, a heading for each parameter.

A parameter's facts are the list right below its heading (`- **Min**: `1``); a list further down is prose. Knows nothing
of what a fact means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from render.catalog.pages.examples import examples_in
from render.catalog.pages.page import Page, Row, Unread, unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    #: lines with their numbers, from 1
    Lines = Sequence[tuple[int, str]]

_HEADING = re.compile(r"(#{1,6}) +(?:\[([^\]]*)\]\([^)]*\)\Z|(.*))")
_FACT = re.compile(r"- \*\*([^*:]+)\*\*:(.*)")
_VALUES = re.compile(r"\*\*(Allowed|Excluded) values\*\*:?(.*)")
_VALUE_LINE = re.compile(r"- `([^`]+)`")
_QUOTED = re.compile(r"`([^`]+)`")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_SIZE = re.compile(r"`?(\d{2,5})x(\d{2,5})`?\Z")
_PRICE = re.compile(r"`?\$(\d+(?:\.\d+)?)`?\Z")
_URL = re.compile(r"^url: *(https://\S+)$", re.MULTILINE)
_READ = {"type", "required", "value", "format", "min", "max", "step", "default", "paired with", "path"}
_READ |= {"min items", "max items"}
#: what the head of a page tells beside the id
_OF_THE_HEAD = {"status", "creator", "release date", "capabilities", "release", "license"}
#: answers are read by the provider's translator, and examples are found by themselves
_PASSED_OVER = {"Response Parameters", "Examples"}
_REQUEST = "Request Parameters"
_SIZES_FOLLOW = "The following dimension combinations are supported:"


@dataclass(kw_only=True, slots=True)
class _Reading:
    """What was read so far."""

    rows: list[Row] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    listed_usd: dict[tuple[int, int], float] = field(default_factory=dict)
    constraints: list[tuple[int, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    id: str = ""


def is_markdown(text: str) -> bool:
    """Whether a text is written in this layout."""
    return re.search(rf"^## {_REQUEST}\s*$", text, re.MULTILINE) is not None


def read_markdown(text: str) -> Page:
    """Read a page in this layout."""
    reading = _Reading()
    lines = _outside_fences(text)
    sections = [at for at, (_, line) in enumerate(lines) if line.startswith("## ")]
    title = _head(lines[: sections[0]] if sections else lines, reading)
    for begin, end in pairwise([*sections, len(lines)]):
        number, heading = lines[begin]
        name = heading.removeprefix("## ").strip()
        if name in _READERS:
            _READERS[name](lines[begin + 1 : end], reading)
        elif name not in _PASSED_OVER:
            reading.unread.append(unread(number, f"the section {name}"))
    url = _URL.search(text[:4000])
    return Page(
        title=title,
        provider="runware",
        id=reading.id,
        url=url.group(1) if url else "",
        rows=tuple(reading.rows),
        sizes=tuple(dict.fromkeys(reading.sizes)),
        listed_usd=reading.listed_usd,
        constraints=tuple(reading.constraints),
        examples=examples_in(text),
        unread=tuple(reading.unread),
    )


def _outside_fences(text: str) -> list[tuple[int, str]]:
    """Return the lines of a text; in the place of code stands nothing."""
    lines, is_code = [], False
    for number, line in enumerate(text.split("\n"), start=1):
        is_fence = line.lstrip().startswith("```")
        lines.append((number, "" if is_code or is_fence else line.rstrip()))
        is_code ^= is_fence
    return lines


def _head(lines: Lines, reading: _Reading) -> str:
    """Read what stands before the first section, and return the title."""
    title = ""
    for number, line in lines:
        fact = _FACT.match(line)
        if line.startswith("# ") and not title:
            title = line[2:].strip()
        elif fact and fact.group(1).lower() == "id":
            reading.id = fact.group(2).strip(" `")
        elif fact and fact.group(1).lower() not in _OF_THE_HEAD:
            reading.unread.append(unread(number, line))
    return title


def _read_prices(lines: Lines, reading: _Reading) -> None:
    for number, line in lines:
        fact = _FACT.match(line)
        if fact is None:
            continue
        size, price = _SIZE.match(fact.group(1).strip()), _PRICE.match(fact.group(2).strip())
        if size and price:
            reading.listed_usd[int(size.group(1)), int(size.group(2))] = float(price.group(1))
        else:
            reading.unread.append(unread(number, line))


def _read_constraints(lines: Lines, reading: _Reading) -> None:
    for number, line in lines:
        if line.startswith("|"):
            _read_size(number, line, reading)
        elif line not in {"", "---", _SIZES_FOLLOW}:
            reading.constraints.append((number, line))


def _read_size(number: int, line: str, reading: _Reading) -> None:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    size = _SIZE.match(cells[-1])
    if size:
        reading.sizes.append((int(size.group(1)), int(size.group(2))))
    elif cells[-1] != "Dimensions" and set(cells[-1]) - set("-: "):
        reading.unread.append(unread(number, line))


def _read_rows(lines: Lines, reading: _Reading) -> None:
    begins = [at for at, (_, line) in enumerate(lines) if line.startswith("###")]
    above: list[str] = []
    for begin, end in pairwise([*begins, len(lines)]):
        number, line = lines[begin]
        heading = _HEADING.match(line)
        name = (heading.group(2) or heading.group(3)) if heading else ""
        if heading is None or not _NAME.match(name):
            reading.unread.append(unread(number, line))
            continue
        above = [*above[: len(heading.group(1)) - 3], name]
        row = _row(above, number, lines[begin + 1 : end], reading)
        if row is not None:
            reading.rows.append(row)
            # what is nested in an object that has no heading of its own brings that object's name along
            above = [*above[:-1], ".".join(row.path)] if len(above) == 1 else above


def _row(above: Sequence[str], number: int, lines: Lines, reading: _Reading) -> Row | None:
    facts, at = _facts(lines, reading)
    if "type" not in facts:
        reading.unread.append(unread(number, f"{above[-1]}, which has no type"))
        return None
    values: dict[str, tuple[str, ...]] = {}
    for step, (_, line) in enumerate(lines):
        found = _VALUES.match(line)
        if found:
            values[found.group(1)] = tuple(_QUOTED.findall(found.group(2))) or _listed(lines[step + 1 :])
    return Row(
        path=_path(above, facts.pop("path", "")),
        line=number,
        kind=facts.pop("type"),
        facts=facts,
        allowed=values.get("Allowed", ()),
        excluded=values.get("Excluded", ()),
        text="\n".join(line for _, line in lines[at:]),
    )


def _facts(lines: Lines, reading: _Reading) -> tuple[dict[str, str], int]:
    """Read the list right below a heading, and say where it ends."""
    facts: dict[str, str] = {}
    for at, (number, line) in enumerate(lines):
        found = _FACT.match(line)
        if found is None and line:
            return facts, at
        if found is not None and found.group(1).lower() in _READ:
            facts[found.group(1).lower()] = found.group(2).strip(" `")
        elif found is not None:
            reading.unread.append(unread(number, line))
    return facts, len(lines)


def _listed(lines: Lines) -> tuple[str, ...]:
    """Return the values of a list that has a line for each."""
    values = []
    for _, line in lines:
        found = _VALUE_LINE.match(line)
        if found:
            values.append(found.group(1))
        elif line:
            break
    return tuple(values)


def _path(above: Sequence[str], told: str) -> tuple[str, ...]:
    """Return the path of a row. A page gives an object the path of its first field, so its own name ends the path."""
    name, steps = above[-1], told.split(".") if told else []
    if name in steps:
        at = steps.index(name) if len(above) == 1 else len(steps) - 1 - steps[::-1].index(name)
        return tuple(steps[: at + 1])
    return tuple(".".join(above).split("."))


_READERS = {"Pricing": _read_prices, "Compatibility & Validation": _read_constraints, _REQUEST: _read_rows}
