"""A plan as text, tasks with work first in sight, and as the stable JSON shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.disclosure import redact
from render.records import Action
from render.report.table import counted, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from render.records import Plan, PlannedTask
    from render.report.palette import Palette

_NOTHING = {Action.SKIP}
_STUCK = {Action.HOLD, Action.LEAVE}


def plan_text(plan: Plan, paint: Palette, *, width: int) -> str:
    """Return a line a task that needs work, then the totals; what is up to date is only counted."""
    shown = [planned for planned in plan.tasks if planned.action not in _NOTHING]
    rows = [(planned.task.key, planned.action.value, planned.reason) for planned in shown]
    lines = table(rows, width=width, paint=[paint.bold, _action_paint(paint), None])
    if any(planned.action in _STUCK for planned in shown):
        lines.append(f"  {paint.dim('decide about what a run holds or leaves alone: render resolve KEY')}")
    totals = ", ".join(f"{count} {action.value}" for action, count in plan.totals.items())
    if not plan.tasks:
        lines.append("nothing to render: no shot is enabled")
    elif not shown:
        lines.append(paint.green(f"nothing to do: {counted(len(plan.tasks), 'task')} up to date"))
    else:
        lines.append(paint.bold(f"{counted(len(plan.tasks), 'task')}: {totals}"))
    return "\n".join(lines) + "\n"


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return `{"tasks": [{"key", "shot", "model", "action", "reason", "path"}], "totals": {action: count}}`."""
    return {
        "tasks": [_task_json(planned) for planned in plan.tasks],
        "totals": {action.value: count for action, count in plan.totals.items()},
    }


def _task_json(planned: PlannedTask) -> dict[str, Any]:
    task = planned.task
    return {
        "key": task.key,
        "shot": task.shot,
        "model": task.model,
        "action": planned.action.value,
        "reason": redact(planned.reason),
        "path": task.path,
    }


def _action_paint(paint: Palette) -> Callable[[str], str]:
    def colour(cell: str) -> str:
        return paint.yellow(cell) if cell in _STUCK else paint.cyan(cell)

    return colour
