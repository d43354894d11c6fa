"""Draws the catalog for people: a table of models, and one model's page; and the same facts as plain data.

Plain text of a given width, readable from 72 columns; no colour, so that it can be piped. Decides layout only: every
fact comes from the specs.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from render.catalog.wording import kind_words, limits, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from render.catalog.spec import ModelSpec, Param, Price

_NARROWEST = 72
_GAP = 2
# Keeps a value with spaces in it on one line while the list is wrapped.
_HARD_SPACE = "\u00a0"


def models_text(specs: Sequence[ModelSpec], width: int) -> str:
    """Draw a table of models: alias, id, medium, provider, and what a request was seen to cost."""
    head = ("ALIAS", "MEDIUM", "PROVIDER", "PRICE OBSERVED", "ID")
    rows = [head, *(_row(spec) for spec in specs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    if sum(widths) + _GAP * (len(head) - 1) <= max(width, _NARROWEST):
        lines = ["  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows]
    else:
        lines = [line for spec in specs for line in _stacked(_row(spec), width)]
    return "\n".join([*lines, "", "`render models NAME` shows every parameter of one model."]) + "\n"


def model_text(spec: ModelSpec, width: int) -> str:
    """Draw one model's page: parameters with type, bounds, default, wire name and source; rules, sizes, prices."""
    width = max(width, _NARROWEST)
    lines = [
        spec.name,
        *_wrapped(_identity(spec), width, indent=2),
        *_wrapped(
            f"source: {spec.source}, checked {spec.checked}; also of every parameter that names no other",
            width,
            indent=2,
        ),
        *_wrapped(spec.note, width, indent=2),
        *_section("Parameters", (line for param in spec.params for line in param_lines(param, spec, width))),
        *_section("Sizes", _wrapped(", ".join(f"{size[0]}x{size[1]}" for size in spec.sizes), width, indent=2)),
        *_section("Sizes by shape", (f"  {shape}  {w}x{h}" for shape, (w, h) in spec.aspect_sizes.items())),
        *_section("Rules", (line for rule in spec.rules for line in _bullet(_rule(rule.say, rule.is_warning), width))),
        *_section("Prices", (line for price in _prices(spec) for line in _bullet(price, width))),
        *_section(
            "Set by renderline, not in a manifest", (line for field in spec.owned for line in _owned(field, width))
        ),
    ]
    return "\n".join(lines) + "\n"


def models_json(specs: Sequence[ModelSpec]) -> dict[str, Any]:
    """All models as plain data: `{"models": [...]}`, each as `model_json` gives it."""
    return {"models": [model_json(spec) for spec in specs]}


def model_json(spec: ModelSpec) -> dict[str, Any]:
    """One model as plain data: the fields of `ModelSpec`, tuples as lists, what is empty left out."""
    data: dict[str, Any] = _plain_data(spec)
    return data


def _plain_data(value: Any) -> Any:
    if is_dataclass(value):
        members = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain_data(member) for name, member in members if not _is_empty(member)}
    if isinstance(value, tuple):
        return [_plain_data(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain_data(item) for name, item in value.items()}
    return value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | tuple | dict) and not value)


def _row(spec: ModelSpec) -> tuple[str, str, str, str, str]:
    model_id = "any other provider:id@version" if spec.matches else spec.id
    return (spec.aliases[0] if spec.aliases else "-", spec.medium, spec.provider, _price_range(spec), model_id)


def _stacked(row: tuple[str, ...], width: int) -> Iterator[str]:
    alias, medium, provider, price, model_id = row
    yield alias
    yield from _wrapped(model_id, width, indent=2)
    yield from _wrapped(f"{medium}, {provider}; {price}", width, indent=2)


def _price_range(spec: ModelSpec) -> str:
    if not spec.prices:
        return "none published"
    low = min(price.usd_low for price in spec.prices)
    high = max(price.usd_high for price in spec.prices)
    durations = {price.when.get("duration") for price in spec.prices}
    per = "image" if spec.medium == "image" else " / ".join(f"{length} s" for length in durations) + " clip"
    return f"${low:g} to ${high:g} per {per}"


def _prices(spec: ModelSpec) -> Iterator[str]:
    for price in spec.prices:
        shape = ", ".join(f"{name} {plain(value)}" for name, value in price.when.items())
        yield f"{_usd(price)} for {shape}: {price.source}"


def _usd(price: Price) -> str:
    one = price.usd_low == price.usd_high
    return f"${price.usd_low:g}" if one else f"${price.usd_low:g} to ${price.usd_high:g}"


def _identity(spec: ModelSpec) -> str:
    names = f"{', '.join(spec.aliases)}: {spec.id}" if spec.aliases else spec.id
    rate = f", {spec.fps:g} frames/s" if spec.fps else ""
    task = f", {spec.task}" if spec.task else ""
    return f"{names} ({spec.medium} at {spec.provider}{task}{rate})"


def param_lines(param: Param, spec: ModelSpec, width: int, indent: int = 2) -> Iterator[str]:
    """A parameter's name, then what bounds it, what it does, its values, its source, and its fields."""
    deeper = indent + 4
    yield f"{' ' * indent}{param.name}  (sent as {param.wire})"
    yield from _wrapped("; ".join(_facts(param)), width, indent=deeper)
    yield from _wrapped(param.about, width, indent=deeper)
    yield from _values(param, width, deeper)
    if param.source:
        yield from _wrapped(f"source: {param.source}", width, indent=deeper)
    for field in param.fields:
        yield from param_lines(field, spec, width, indent=deeper)


def _facts(param: Param) -> Iterator[str]:
    bounds = limits(param)
    yield f"{kind_words(param)}, {bounds}" if bounds else kind_words(param)
    if param.required:
        yield "required"
    if param.default is not None:
        yield f"default {plain(param.default)}"
    if param.excluded:
        yield f"without {', '.join(plain(value) for value in param.excluded)}"
    if param.usual is not None:
        yield f"usual {param.usual[0]:g} to {param.usual[1]:g}"
    if param.is_delivery:
        yield "delivery only: never renders again"
    if param.is_not_yet:
        yield "not yet accepted"


def _values(param: Param, width: int, indent: int) -> Iterator[str]:
    """The allowed values where the line of bounds does not list them, or where each has a meaning."""
    for value, meaning in zip(param.allowed, param.meanings, strict=False):
        yield from _bullet(f"{plain(value)}: {meaning}", width, indent=indent)
    if not param.meanings and "values" in limits(param):
        whole = (plain(value).replace(" ", _HARD_SPACE) for value in param.allowed)
        lines = _wrapped(", ".join(whole), width, indent=indent)
        yield from (line.replace(_HARD_SPACE, " ") for line in lines)


def _owned(param: Param, width: int) -> Iterator[str]:
    yield from _wrapped(f"{param.wire}: {'; '.join(_facts(param))}", width, indent=2)


def _rule(say: str, is_warning: bool) -> str:  # noqa: FBT001  one rule's own flag
    return f"{say} (a warning)" if is_warning else say


def _section(title: str, lines: Iterable[str]) -> list[str]:
    body = list(lines)
    return ["", title, *body] if body else []


def _bullet(text: str, width: int, indent: int = 2) -> list[str]:
    return wrap(
        text, width=width, initial_indent=" " * indent + "- ", subsequent_indent=" " * (indent + 2), **_UNBROKEN
    )


def _wrapped(text: str, width: int, *, indent: int) -> list[str]:
    return wrap(text, width=width, initial_indent=" " * indent, subsequent_indent=" " * indent, **_UNBROKEN)


_UNBROKEN: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
