"""Counts what the axes of all shots would make, before any of it is made, and tells of the shot that is too much.

A count takes no longer for a million tasks than for one. What is wrong with the axes themselves is for `axes` to say.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from render.axes import MAX_TASKS_OF_A_SHOT, count_of_range
from render.catalog.fit import is_of_kind
from render.catalog.spec import Kind
from render.manifest.keys import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from render.manifest.findings import Findings, Path
    from render.manifest.overrides import Overrides

MAX_TASKS = 100_000
#: of all axes of a project together: ten for each of its tasks
MAX_VALUES = 10 * MAX_TASKS


def are_too_many(raw_shots: Iterable[tuple[Path, Mapping[str, Any]]], overrides: Overrides, findings: Findings) -> bool:
    """Whether the shots that have axes make more tasks than one project may have; reported where the last fits not."""
    tasks = values = 0
    fixed = overrides.params.keys() | overrides.variables.keys()
    for path, raw in raw_shots:
        if "matrix" not in raw and "zip" not in raw:
            continue
        matrix, zipped = (_sizes(raw.get(group), fixed) for group in ("matrix", "zip"))
        takes = raw.get("takes", 1)
        count = prod(matrix) * max(zipped, default=1) * (max(1, takes) if is_of_kind(Kind.INTEGER, takes) else 1)
        # a shot that is too much by itself is told by itself, and not made
        if count <= MAX_TASKS_OF_A_SHOT:
            tasks, values = tasks + count, values + sum(matrix) + sum(zipped)
        if tasks > MAX_TASKS or values > MAX_VALUES:
            most = f"{MAX_TASKS:,} tasks" if tasks > MAX_TASKS else f"{MAX_VALUES:,} values of axes"
            message = f"more than {most} in one project"
            findings.add(path, "too-many-tasks", message, hint="split it into several projects")
            return True
    return False


def _sizes(group: Any, fixed: Iterable[str]) -> list[int]:
    """Return how many values each axis of `matrix` or `zip` has; one for those that the command line sets."""
    return [1 if name in fixed else _size(written) for name, written in mapping(group).items()]


def _size(written: Any) -> int:
    if isinstance(written, list):
        return max(1, len(written))
    bounds = [mapping(written).get("from"), mapping(written).get("to"), mapping(written).get("step", 1)]
    start, end, step = (bound if is_of_kind(Kind.NUMBER, bound) else 0 for bound in bounds)
    return max(1, count_of_range(start, end, step))
