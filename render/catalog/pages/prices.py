"""Makes price rows of what a page lists and of what its examples were charged."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from render.catalog.pages.page import Page

#: what a price depends on, in our names, where a request says it
_DECIDING = ("width", "height", "duration", "fps", "steps")
_COUNTS = ("no", "an example", "two examples", "three examples", "four examples")


def price_rows(page: Page) -> list[dict[str, Any]]:
    """Return the prices on a page as they stand in a spec, the list first, then by amount."""
    return [*_listed(page), *sorted(_charged(page), key=_least)]


def _listed(page: Page) -> Iterator[dict[str, Any]]:
    for (width, height), usd in page.listed_usd.items():
        yield {"when": {"width": width, "height": height}, "usd": usd, "source": "list price on the model page"}


def _charged(page: Page) -> Iterator[dict[str, Any]]:
    alike: dict[tuple[tuple[str, Any], ...], list[float]] = defaultdict(list)
    for example in page.examples:
        when = tuple((name, example.request[name]) for name in _DECIDING if _is_number(example.request.get(name)))
        if when and example.cost_usd is not None:
            alike[when].append(float(example.cost_usd))
    for when, usd in alike.items():
        low, high = min(usd), max(usd)
        count = _COUNTS[len(usd)] if len(usd) < len(_COUNTS) else f"{len(usd)} examples"
        source = f"charged in {count} on the model page"
        yield {"when": dict(when), "usd": low if low == high else [low, high], "source": source}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _least(row: dict[str, Any]) -> float:
    usd = row["usd"]
    return float(usd[0] if isinstance(usd, list) else usd)
