"""Decides whether one value fits one parameter, and says what would.

Pure, and free of schemas: a spec's own defaults are checked with this, and it words what a schema refused. Knows
nothing of other parameters (`rules.py` does) and nothing of where a value was written.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from render.catalog.spec import Kind
from render.catalog.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.catalog.spec import Param

_TYPES: Mapping[Kind, type] = {Kind.STRING: str, Kind.OBJECT: dict, Kind.LIST: list, Kind.FRAME: str}
_WORDS = {
    Kind.STRING: "a text",
    Kind.INTEGER: "a whole number without a decimal point",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.OBJECT: "a mapping",
    Kind.LIST: "a list",
    Kind.FRAME: "first, last or a frame number",
}
#: the words for places in a clip
FRAMES = ("first", "last")


def misfit(param: Param, value: Any) -> str:
    """Say what is wrong with `value` and what would do; "" where it fits.

    Looks at the value itself, not into the fields of an object or the items of a list.
    """
    if not is_of_kind(param.kind, value):
        return f"{shown(value)} is not {_WORDS[param.kind]}"
    if param.allowed and value not in param.allowed:
        return _not_allowed(param, value)
    return _out_of_bounds(param, value)


def _out_of_bounds(param: Param, value: Any) -> str:
    match value:
        case bool():
            return ""
        case int() | str() if param.kind is Kind.FRAME:
            return _frame_misfit(value)
        case str():
            return _length_misfit(param, value)
        case int() | float():
            return _range_misfit(param, value)
        case list():
            return _count_misfit(param, len(value))
        case _:
            return ""


def is_of_kind(kind: Kind, value: Any) -> bool:
    """Whether `value` is of the sort: booleans are not numbers, 1.0 is not an integer, NaN is nothing at all."""
    if isinstance(value, bool):
        return kind is Kind.BOOLEAN
    if isinstance(value, int):
        return kind in {Kind.INTEGER, Kind.NUMBER, Kind.FRAME}
    if isinstance(value, float):
        return kind is Kind.NUMBER and isfinite(value)
    return isinstance(value, _TYPES.get(kind, ()))


def is_multiple(value: float, *, step: str) -> bool:
    """Whether a finite `value` is a whole number of `step`, exactly as written: 4.35 is one of "0.01", 1.005 is not."""
    digits = len(step.partition(".")[2])
    scale: int = 10**digits
    unit = round(float(step) * scale)
    if isinstance(value, int) or value.is_integer():
        return int(value) * scale % unit == 0
    count = round(value * scale)
    # A double stands for the shortest decimal that leads to it: this holds only where the author wrote no more digits.
    return float(f"{count}e-{digits}") == value and count % unit == 0


def nearest_values(param: Param, value: float) -> tuple[Any, ...]:
    """The allowed numbers around `value`: the next below and the next above, one of them at the ends."""
    below = [allowed for allowed in param.allowed if allowed <= value]
    above = [allowed for allowed in param.allowed if allowed > value]
    return (*([max(below)] if below else ()), *([min(above)] if above else ()))


def _multiples_around(value: float, step: str) -> str:
    """The multiples of a step that are next below and next above a value between them."""
    # few values are wrong, and this takes a while to import
    from decimal import Decimal  # noqa: PLC0415

    below = Decimal(repr(value)) // Decimal(step) * Decimal(step)
    above = below + Decimal(step)
    return f"{below.normalize():f}, {above.normalize():f}"


def _not_allowed(param: Param, value: Any) -> str:
    if isinstance(value, str):
        return f"{shown(value)} is not one of the {len(param.allowed)} allowed values"
    nearest = ", ".join(str(near) for near in nearest_values(param, value))
    return f"{value} is not allowed; nearest: {nearest}"


def _length_misfit(param: Param, value: str) -> str:
    length = len(value)
    if param.min_length is not None and length < param.min_length:
        return f"a length of {length} is too short; at least {param.min_length} characters"
    if param.max_length is not None and length > param.max_length:
        return f"a length of {length} is too long; at most {param.max_length} characters"
    return ""


def _count_misfit(param: Param, count: int) -> str:
    if param.min_items is not None and count < param.min_items:
        return f"a list of {count} is too short; at least {param.min_items}"
    if param.max_items is not None and count > param.max_items:
        return f"a list of {count} is too long; at most {param.max_items}"
    return ""


def _frame_misfit(value: str | int) -> str:
    if isinstance(value, int):
        return f"{value} is no frame; frames are counted from 0" if value < 0 else ""
    return "" if value in FRAMES else f"{shown(value)} is no frame; write first, last or a frame number"


def _range_misfit(param: Param, value: float) -> str:
    if param.minimum is not None and value < param.minimum:
        return f"{value} is below the least value, {param.minimum}"
    if param.maximum is not None and value > param.maximum:
        return f"{value} is above the greatest value, {param.maximum}"
    if param.step is not None and not is_multiple(value, step=param.step):
        return f"{value} is not a multiple of {param.step}; nearest: {_multiples_around(value, param.step)}"
    return ""
