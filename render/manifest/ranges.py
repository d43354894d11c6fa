"""Reads a range of numbers, `{from: 1, to: 8, step: 1}`, or says what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.axes import MAX_TASKS_OF_A_SHOT, count_of_range, values_of_range
from render.catalog.fit import is_of_kind
from render.catalog.spec import Kind
from render.catalog.wording import plain, shown
from render.manifest.phrases import like, wrong_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.manifest.findings import Findings, Path

_KEYS = ("from", "to", "step")
_COUNTABLE = 10**12
_SHAPE = "a range has `from`, `to` and, unless it is 1, `step`"


def read_range(name: str, written: Mapping[str, Any], path: Path, findings: Findings) -> tuple[float, ...]:
    """Return the values of the range of an axis; none, or its first alone, where something is wrong with it."""
    bounds = {key: written.get(key, 1 if key == "step" else None) for key in _KEYS}
    unknown = [key for key in written if key not in _KEYS]
    for key in unknown:
        hint = like(str(key), _KEYS) or _SHAPE
        findings.add((*path, key), "unknown-key", f"a range has no `{key}`", hint=hint, of_key=True)
    for key, value in bounds.items():
        if key not in written and value is None and not unknown:
            findings.add((*path, key), "required", f"`{key}` is missing in the range of `{name}`", hint=_SHAPE)
        elif key in written and not is_of_kind(Kind.NUMBER, value):
            message, hint = wrong_kind(value, "a number")
            findings.add((*path, key), "type", f"`{key}`: {message}", hint=hint)
    if unknown or not all(is_of_kind(Kind.NUMBER, value) for value in bounds.values()):
        return ()
    return _values(name, (bounds["from"], bounds["to"], bounds["step"]), path, findings)


def tell_too_many(makes: str, path: Path, findings: Findings) -> None:
    """Report a shot that makes more tasks than one shot may; `makes` says how many, in a sentence."""
    hint = "use fewer values, or split it into several shots"
    findings.add(path, "too-many-tasks", f"{makes}; at most {MAX_TASKS_OF_A_SHOT:,}", hint=hint)


def _values(name: str, bounds: tuple[float, float, float], path: Path, findings: Findings) -> tuple[float, ...]:
    start, end, step = bounds
    count = count_of_range(*bounds)
    if not count:
        message = f"`{name}`: steps of {shown(step)} never lead from {shown(start)} to {shown(end)}"
        hint = (
            f"write `step: {plain(-step)}`, or exchange `from` and `to`"
            if step
            else f"write `step: {1 if start <= end else -1}`"
        )
        findings.add((*path, "step"), "axis-range", message, hint=hint)
        return ()
    if count > MAX_TASKS_OF_A_SHOT:
        many = f"{count:,}" if count < _COUNTABLE else "far too many"
        tell_too_many(f"`{name}` has {many} values", path, findings)
        return (start,)
    return values_of_range(*bounds)
