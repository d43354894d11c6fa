"""A plan as text, tasks with work first in sight, and as the stable JSON shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.disclosure import redact
from render.records import Action
from render.report.table import counted, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from render.records import Plan, PlannedTask
    from render.report.palette import Palette

_NOTHING = {Action.SKIP}
_STUCK = {Action.HOLD, Action.LEAVE}


def plan_text(plan: Plan, paint: Palette, *, width: int) -> str:
    """Return a line a task that needs work, then the totals; what is up to date is only counted."""
    shown = [planned for planned in plan.tasks if planned.action not in _NOTHING]
    has_lanes = names_lanes(shown)
    rows = [
        (planned.task.key, planned.action.value, *([planned.lane] if has_lanes else []), planned.reason)
        for planned in shown
    ]
    columns = [paint.bold, _action_paint(paint), *([paint.dim] if has_lanes else []), None]
    lines = table(rows, width=width, paint=columns)
    if any(planned.action in _STUCK for planned in shown):
        lines.append(f"  {paint.dim('decide about what a run holds or leaves alone: render resolve KEY')}")
    return "\n".join([*lines, totals_line(plan, paint)]) + "\n"


def names_lanes(tasks: Sequence[PlannedTask]) -> bool:
    """Whether any of these goes through a lane that is not called as its provider, so that lanes are worth a column."""
    return any(planned.lane != planned.task.provider for planned in tasks)


def totals_line(plan: Plan, paint: Palette) -> str:
    """Return how many tasks there are under each action, and how many were not selected."""
    others = f"; {plan.unselected} not selected" if plan.unselected else ""
    if not plan.tasks:
        return f"nothing to do{others}" if others else "nothing to render: no shot is enabled"
    number = counted(len(plan.tasks), "task")
    if all(planned.action in _NOTHING for planned in plan.tasks):
        return paint.green(f"nothing to do: {number} up to date{others}")
    totals = ", ".join(f"{count} {action.value}" for action, count in plan.totals.items())
    return paint.bold(f"{number}: {totals}{others}")


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return `{"tasks": [{"key", "shot", "model", "lane", "action", …}], "totals": {action: count}}`."""
    return {
        "tasks": [task_json(planned) for planned in plan.tasks],
        "totals": {action.value: count for action, count in plan.totals.items()},
    }


def task_json(planned: PlannedTask) -> dict[str, Any]:
    """Return what a plan says of one task."""
    task = planned.task
    return {
        "key": task.key,
        "shot": task.shot,
        "model": task.model,
        "lane": planned.lane,
        "action": planned.action.value,
        "reason": redact(planned.reason),
        "path": task.path,
    }


def _action_paint(paint: Palette) -> Callable[[str], str]:
    def colour(cell: str) -> str:
        return paint.yellow(cell) if cell in _STUCK else paint.cyan(cell)

    return colour
