"""How tasks stand in the record, as text and as the stable JSON shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.records import Action, Rest, Status
from render.report.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.records import Plan, PlannedTask
    from render.report.palette import Palette

NEW = "new"


def rest_of(planned: PlannedTask, *, is_running: bool) -> Rest | None:
    """Say why an unfinished attempt is not moving; None while a run may be moving it, or where it is finished."""
    attempt = planned.attempt
    if attempt is None:
        return None
    if planned.action in {Action.HOLD, Action.ADOPT}:
        return None if is_running else Rest.AMBIGUOUS
    if attempt.error_kind == "held":
        return Rest.HELD
    if attempt.status in {Status.PREPARED, Status.SUBMITTED, Status.RENDERED} and not is_running:
        return Rest.PARKED
    return None


def status_json(plan: Plan, *, is_running: bool) -> dict[str, Any]:
    """Return `{"tasks": [{"key", "status", "rests", "path", "remote_id", "cost_usd", "seed"}]}`."""
    return {"tasks": [_task_json(planned, is_running=is_running) for planned in plan.tasks]}


def status_text(plan: Plan, paint: Palette, *, is_running: bool, width: int) -> str:
    """Return a line a task: key, status, why it rests, file; and what has been paid for them."""
    rows = [_row(_task_json(planned, is_running=is_running)) for planned in plan.tasks]
    lines = table(rows, width=width, paint=[paint.bold, None, paint.yellow, paint.dim, None])
    lines.append(_footer(plan.tasks, paint, is_running=is_running))
    return "\n".join(lines) + "\n"


def _task_json(planned: PlannedTask, *, is_running: bool) -> dict[str, Any]:
    attempt, rest = planned.attempt, rest_of(planned, is_running=is_running)
    return {
        "key": planned.task.key,
        "status": attempt.status.value if attempt else NEW,
        "rests": rest.value if rest else None,
        "path": planned.task.path,
        "remote_id": (attempt.remote_id or None) if attempt else None,
        "cost_usd": attempt.cost_usd if attempt else None,
        "seed": attempt.seed if attempt else None,
    }


def _row(task: dict[str, Any]) -> tuple[str, ...]:
    cost = f"${task['cost_usd']:.4f}" if task["cost_usd"] is not None else ""
    return task["key"], task["status"], task["rests"] or "", cost, task["path"]


def _footer(tasks: Sequence[PlannedTask], paint: Palette, *, is_running: bool) -> str:
    saved = sum(planned.attempt is not None and planned.attempt.status is Status.SAVED for planned in tasks)
    cost = sum(planned.attempt.cost_usd or 0.0 for planned in tasks if planned.attempt)
    running = "; a run is going on" if is_running else ""
    return paint.bold(f"{saved} of {len(tasks)} saved, ${cost:.4f} reported by the providers{running}")
