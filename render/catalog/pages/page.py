"""What a page about a model says, as it says it: parameters in the provider's spelling, sizes, prices, examples.

Values are texts still; `params.py` knows what they mean. Knows no layout and no spec.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One parameter of a request."""

    #: the provider's names, from the request down to this one
    path: tuple[str, ...]
    line: int
    #: as the page has it: `integer`, `array of strings`, `string | integer`
    kind: str
    #: by the page's words in small letters: `min`, `max`, `step`, `default`, `value`, `required`, `paired with` …
    facts: Mapping[str, str] = field(default_factory=dict)
    #: the only values allowed, as far as the page names them
    allowed: tuple[str, ...] = ()
    #: how many there are, where the page counts them
    allowed_count: int | None = None
    excluded: tuple[str, ...] = ()
    excluded_count: int | None = None
    #: everything else that stands below the name, to look for facts in
    text: str = ""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path[-1]

    @property
    def dotted(self) -> str:
        """The whole of its path, as people write it."""
        return ".".join(self.path)

    @property
    def is_required(self) -> bool:
        """Whether a request must have it."""
        return self.facts.get("required") == "true"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """Something on a page that was not understood."""

    line: int
    #: one line, and not too long
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A request that a page shows, and what was charged for it."""

    request: Mapping[str, Any]
    cost_usd: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """All that was read of one page."""

    title: str
    #: `runware` or `aimlapi`
    provider: str
    rows: tuple[Row, ...]
    #: the provider's id, where the page names it beside the rows
    id: str = ""
    #: its own address, where it names it
    url: str = ""
    #: (width, height) in px
    sizes: tuple[tuple[int, int], ...] = ()
    #: what one size costs, in USD
    listed_usd: Mapping[tuple[int, int], float] = field(default_factory=dict)
    #: what parameters have to do with each other, a sentence each, with its line
    constraints: tuple[tuple[int, str], ...] = ()
    examples: tuple[Example, ...] = ()
    unread: tuple[Unread, ...] = ()
    #: what its example came out as, in px
    example_size: tuple[int, int] | None = None

    def row(self, *path: str) -> Row | None:
        """The row with this path, or None."""
        return next((row for row in self.rows if row.path == path), None)


def unread(line: int, text: str) -> Unread:
    """Note what was not understood."""
    flat = " ".join(text.split())
    return Unread(line=line, text=flat if len(flat) <= 80 else f"{flat[:79]}…")
