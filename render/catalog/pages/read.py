"""Reads a page in whichever layout it is written, or says what was looked for and not found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.catalog.pages.aimlapi import is_aimlapi, read_aimlapi
from render.catalog.pages.markdown import is_markdown, read_markdown
from render.catalog.pages.plain import is_plain, read_plain
from render.catalog.pages.reference import is_reference, read_reference
from render.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from render.catalog.pages.page import Page

#: ten times the longest page that was seen
MOST_BYTES = 256 * 1024
#: what is far more than any page has, and still read in a moment
_MOST_ROWS, _MOST_VALUES, _MOST_STEPS, _MOST_SENTENCES, _LONGEST_LINE = 200, 2000, 8, 200, 10_000
_LAYOUTS: Mapping[str, tuple[Callable[[str], bool], Callable[[str], Page]]] = {
    "a section `## Request Parameters` (Markdown)": (is_markdown, read_markdown),
    "parameters behind a line with a dash (text)": (is_plain, read_plain),
    "`Request`, and `taskType` above its type (reference)": (is_reference, read_reference),
    "`/v2/video/generations` and the models it is valid for (AI/ML API)": (is_aimlapi, read_aimlapi),
}


def read_page(text: str) -> Page:
    """Read the text of a page.

    Raises:
        UsageError: it is in no layout that is known, or describes nothing, or far too much.
    """
    _require_lines(text)
    for is_it, read in _LAYOUTS.values():
        if is_it(text):
            page = read(text)
            break
    else:
        looked_for = "; ".join(_LAYOUTS)
        raise UsageError("this is no page about a model that can be read", hint=f"looked for: {looked_for}")
    if not page.rows:
        raise UsageError("no parameter could be read on this page", hint=_first_unread(page))
    values = sum(len(row.allowed) + len(row.excluded) for row in page.rows) + len(page.sizes)
    for count, most, what in (
        (len(page.rows), _MOST_ROWS, "parameters"),
        (values, _MOST_VALUES, "values"),
        (max(len(row.path) for row in page.rows), _MOST_STEPS, "parameters in one another"),
        (len(page.constraints), _MOST_SENTENCES, "sentences about what goes together"),
    ):
        if count > most:
            raise UsageError(f"the page has {count:,} {what}; {most:,} are read at most")
    return page


def _require_lines(text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > _LONGEST_LINE:
            message = f"line {number} has {len(line):,} characters; {_LONGEST_LINE:,} are read at most"
            raise UsageError(message, hint="save the page as text or Markdown, not as HTML")


def _first_unread(page: Page) -> str:
    return "; ".join(f"line {each.line}: {each.text}" for each in page.unread[:3])
