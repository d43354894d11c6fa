"""Reads Runware's page of a model as plain text: a dash, a name, and a line of type and facts that ends in a dash.

What stood in boxes on the page is lost in such a text: of most lists of values only their number is there. Knows
nothing of what a fact means.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from render.catalog.pages.digits import cut_apart
from render.catalog.pages.examples import examples_in
from render.catalog.pages.page import Page, Row, Unread, unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KIND = r"array of [a-z]+|array|string|integer|float|number|boolean|object"
_TYPE_LINE = re.compile(rf"(?:({_KIND})(?![\w]))?(?: \(\d+ propert(?:y|ies)\))?((?: ?[a-zA-Z].*)?) -\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:»[A-Za-z][A-Za-z0-9_]*)*\Z")
_FACT = re.compile(
    r"(?:^| )(?:(required|UUID v4|UUID|URI)|(min items|max items|min|max|step|default|value|paired with):)(?= |$)",
    re.IGNORECASE,
)
_COUNT = re.compile(r"(Allowed|Excluded) values (\d{1,4}) values?\Z")
_GLUED = re.compile(r"(\d[\d.]*)(?:Learn more.*)?\Z")
_MEANT = re.compile(r"- `([^`]+)`")
_SIZE = re.compile(r"(?:^|.*\s)(\d{2,5})x(\d{2,5})\Z")
_PRICE = re.compile(r"(\d{2,5})x(\d{2,5}):? \$(\d+(?:\.\d+)?)\Z")
_BEGIN = "API Options"
_FORMATS = {"uuid v4", "uuid", "uri"}


def is_plain(text: str) -> bool:
    """Whether a text is written in this layout."""
    lines = text.split("\n")
    return any(_begins(lines, at) for at in range(len(lines)))


def read_plain(text: str) -> Page:
    """Read a page in this layout."""
    lines = [line.strip() for line in text.split("\n")]
    begins = [at for at in range(len(lines)) if _begins(lines, at)]
    ends = _ends(lines, begins)
    missed: list[Unread] = []
    rows = [_row(lines, begin, end, missed) for begin, end in zip(begins, ends, strict=True)]
    missed += [unread(row.line, f"{row.dotted}, which has no type that is known") for row in rows if not row.kind]
    head = lines[: begins[0]]
    return Page(
        title=next((line for line in lines if line), ""),
        provider="runware",
        rows=tuple(row for row in rows if row.kind),
        sizes=tuple(dict.fromkeys(_sizes(head))),
        listed_usd=dict(_prices(head)),
        constraints=tuple(_constraints(head)),
        examples=examples_in(text),
        unread=tuple(missed),
    )


def _begins(lines: Sequence[str], at: int) -> bool:
    """Whether a parameter begins with the dash on this line."""
    if lines[at].strip() != "-" or at + 2 >= len(lines):
        return False
    return bool(_NAME.match(lines[at + 1].strip()) and _TYPE_LINE.match(lines[at + 2].strip()))


def _ends(lines: Sequence[str], begins: Sequence[int]) -> list[int]:
    """Where the text of each parameter ends: where the next one begins; of the last, where examples do."""
    last = next((at for at in range(begins[-1], len(lines)) if lines[at].startswith("{")), len(lines))
    return [following for _, following in pairwise([*begins, last])]


def _row(lines: Sequence[str], begin: int, end: int, missed: list[Unread]) -> Row:
    number = begin + 2
    found = _TYPE_LINE.match(lines[begin + 2])
    kind, told = (found.group(1) or "", found.group(2)) if found else ("", "")
    facts = _facts(told.strip(), number + 1, missed) if kind else {}
    body = lines[begin + 3 : end]
    counts = {word: (int(count), at) for at, line in enumerate(body) for word, count in _COUNT.findall(line)}
    meant = tuple(value.group(1) for line in body if (value := _MEANT.match(line)))
    allowed_count = counts.get("Allowed", (None, 0))[0]
    return Row(
        path=_path(lines[begin + 1]),
        line=number,
        kind=kind,
        facts=facts,
        allowed=_allowed(facts, body, meant, counts.get("Allowed")),
        allowed_count=allowed_count,
        excluded=_glued(facts, body, counts.get("Excluded")),
        excluded_count=counts.get("Excluded", (None, 0))[0],
        text="\n".join(body),
    )


def _facts(told: str, line: int, missed: list[Unread]) -> dict[str, str]:
    """Take the facts apart that stand behind the type, each up to the next one."""
    facts: dict[str, str] = {}
    begins = list(_FACT.finditer(told))
    ends = [*(each.start() for each in begins), len(told)]
    if told[: ends[0]].strip():
        missed.append(unread(line, told[: ends[0]]))
    for found, end in zip(begins, ends[1:], strict=True):
        word, key = found.groups()
        value = told[found.end() : end].strip()
        if key:
            facts[key.lower()] = value
        elif value:
            missed.append(unread(line, value))
        if word:
            facts.update({"format": word} if word.lower() in _FORMATS else {word.lower(): "true"})
    return facts


def _path(told: str) -> tuple[str, ...]:
    """Read `safety»modemode`: where it belongs, and its name behind that once more."""
    *above, last = told.split("»")
    half = len(last) // 2
    return (*above, last[:half] if above and last[:half] == last[half:] else last)


def _allowed(
    facts: dict[str, str], body: Sequence[str], meant: tuple[str, ...], count: tuple[int, int] | None
) -> tuple[str, ...]:
    """Return the values that are allowed, where the text names as many as it counts."""
    if count is None:
        return ()
    if len(meant) == count[0]:
        return meant
    if count[0] == 1 and "default" in facts:
        return (facts["default"],)
    return _glued(facts, body, count)


def _glued(facts: dict[str, str], body: Sequence[str], count: tuple[int, int] | None) -> tuple[str, ...]:
    """Return the numbers that stand without gaps below the line that counts them."""
    below = next((line for line in body[count[1] + 1 :] if line), "") if count else ""
    found = _GLUED.match(below)
    bounds = [facts.get(key, "") for key in ("min", "max")]
    if count is None or found is None or not all(bound.isdecimal() for bound in bounds):
        return ()
    step = facts.get("step", "1")
    among = range(int(bounds[0]), int(bounds[1]) + 1, max(int(step), 1) if step.isdecimal() else 1)
    return cut_apart(found.group(1), count=count[0], among=among)


def _sizes(head: Sequence[str]) -> Iterator[tuple[int, int]]:
    for line in head:
        found = _SIZE.match(line)
        if found:
            yield int(found.group(1)), int(found.group(2))


def _prices(head: Sequence[str]) -> Iterator[tuple[tuple[int, int], float]]:
    for line in head:
        found = _PRICE.match(line)
        if found:
            yield (int(found.group(1)), int(found.group(2))), float(found.group(3))


def _constraints(head: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the sentences of the section about what goes together, if there is one."""
    at = next((at for at, line in enumerate(head) if line == "Compatibility & Validation"), len(head))
    for number, line in enumerate(head[at + 1 :], start=at + 2):
        if line in {_BEGIN, "Request Parameters"}:
            return
        if line not in {"", "-", "Configuration", "Dimensions", "Configuration Dimensions"} and not _SIZE.match(line):
            yield number, line
