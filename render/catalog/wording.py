"""Words what a parameter takes, the same way in an editor, in a hint and in `render models`. Pure text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.media import kind_name
from render.catalog.spec import Kind

if TYPE_CHECKING:
    from render.catalog.spec import Param

_LISTED_IN_FULL = 16
_LONGEST_SHOWN = 40
_KINDS = {
    Kind.STRING: "text",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "true or false",
    Kind.OBJECT: "mapping",
    Kind.LIST: "list",
    Kind.FRAME: "first, last or a frame number",
}


def kind_words(param: Param) -> str:
    """The sort of value, in words: `whole number`, `list of mappings`."""
    if param.media:
        word = {"image": "image", "video": "video"}.get(param.media, "sound")
        return f"list of {word}s" if param.kind is Kind.LIST else word
    if param.kind is Kind.LIST and param.fields:
        return "list of mappings"
    return _KINDS[param.kind]


def limits(param: Param) -> str:
    """What bounds a value: `1 to 7 in steps of 0.01`, `5 or 10 s`, `2 to 32000 characters`; "" where nothing does."""
    if param.allowed:
        return _with_unit(_choices(param.allowed), param.unit)
    parts = [
        _span(param.minimum, param.maximum, param.unit),
        f"in steps of {param.step}" if param.step else "",
        _span(param.min_length, param.max_length, "characters"),
        _span(param.min_items, param.max_items, "items"),
        _choices(tuple(map(kind_name, param.media_types))),
        _FORMATS.get(param.format, ""),
    ]
    return " ".join(part for part in parts if part)


def plain(value: Any) -> str:
    """A value as it is written in a manifest."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def shown(value: Any) -> str:
    """Show a value as its author wrote it, cut short."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None or value == "":
        return "nothing" if value is None else "an empty text"
    text = value if isinstance(value, str) else plain(value)
    cut = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
    return f"`{cut}`" if isinstance(value, str) else cut


_FORMATS = {"uri": "an address", "uuid": "a UUID"}


def _choices(allowed: tuple[Any, ...]) -> str:
    if len(allowed) > _LISTED_IN_FULL:
        return f"one of {len(allowed)} values"
    if not allowed:
        return ""
    words = [plain(value) for value in allowed]
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _span(low: float | None, high: float | None, unit: str) -> str:
    if high is None:
        return "" if low is None else f"{_with_unit(str(low), unit)} or more"
    return _with_unit(f"at most {high}" if low is None else f"{low} to {high}", unit)


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text
