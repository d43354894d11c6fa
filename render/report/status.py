"""How tasks stand in the record, as text and as the stable JSON shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.records import Action, Rest, Status
from render.report.plan import names_lanes
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
    """Return `{"tasks": […]}`: how each stands, whether its file is here, and what the provider said of it."""
    return {"tasks": [_task_json(planned, is_running=is_running) for planned in plan.tasks]}


def status_text(plan: Plan, paint: Palette, *, is_running: bool, width: int) -> str:
    """Return a line a task: key, status, why it rests or what stands in its place, file; and what has been paid."""
    has_lanes = names_lanes(plan.tasks)
    rows = [_row(_task_json(planned, is_running=is_running), has_lane=has_lanes) for planned in plan.tasks]
    columns = [paint.bold, *([paint.dim] if has_lanes else []), None, paint.yellow, paint.dim, None]
    lines = table(rows, width=width, paint=columns)
    lines.append(_footer(plan.tasks, paint, is_running=is_running))
    return "\n".join(lines) + "\n"


def _task_json(planned: PlannedTask, *, is_running: bool) -> dict[str, Any]:
    attempt, rest = planned.attempt, rest_of(planned, is_running=is_running)
    return {
        "key": planned.task.key,
        "lane": planned.lane,
        "status": attempt.status.value if attempt else NEW,
        "rests": rest.value if rest else None,
        "path": planned.task.path,
        "is_here": _is_here(planned),
        "in_the_way": _in_the_way(planned),
        "remote_id": (attempt.remote_id or None) if attempt else None,
        "cost_usd": attempt.cost_usd if attempt else None,
        "seed": attempt.seed if attempt else None,
    }


def _is_here(planned: PlannedTask) -> bool:
    """Whether its file stands where the record says, with the recorded size."""
    return planned.action in {Action.SKIP, Action.PLACE}


def _in_the_way(planned: PlannedTask) -> str | None:
    obstacle = planned.obstacle
    return None if obstacle is None or _is_here(planned) else f"{obstacle.what} at {obstacle.path}"


def _row(task: dict[str, Any], *, has_lane: bool) -> tuple[str, ...]:
    cost = f"${task['cost_usd']:.4f}" if task["cost_usd"] is not None else ""
    is_gone = task["status"] == Status.SAVED and not task["is_here"]
    stands = ((task["in_the_way"] or "").replace(f"at {task['path']}", "in its place"), "missing" if is_gone else "")
    told = ", ".join(filter(None, (task["rests"], next(filter(None, stands), None))))
    lane = [task["lane"]] if has_lane else []
    return task["key"], *lane, task["status"], told, cost, task["path"]


def _footer(tasks: Sequence[PlannedTask], paint: Palette, *, is_running: bool) -> str:
    saved = [planned for planned in tasks if planned.attempt is not None and planned.attempt.status is Status.SAVED]
    gone = sum(not _is_here(planned) for planned in saved)
    others = f", {gone} saved before and not here" if gone else ""
    cost = sum(planned.attempt.cost_usd or 0.0 for planned in tasks if planned.attempt)
    running = "; a run is going on" if is_running else ""
    return paint.bold(
        f"{len(saved) - gone} of {len(tasks)} saved{others}, ${cost:.4f} reported by the providers{running}"
    )
