"""What a plan is about beside purchases: what is left where none is allowed, and files that no task asks for. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from render.lanes import carrier
from render.layout import EARLIER, earlier_path
from render.reasons import in_the_way
from render.records import Action, PlannedTask, Status
from render.wish import Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.lanes import LaneFacts
    from render.records import Attempt, Plan, Snapshot


def with_missing_files(plan: Plan, snapshot: Snapshot, *, lanes: Mapping[str, LaneFacts]) -> Plan:
    """Add the files that no task asks for any more and that are gone: they are fetched again, too.

    `lanes` is by name; what was bought where none of them leads does not count.
    """
    known = {planned.attempt.id for planned in plan.tasks if planned.attempt is not None}
    gone = [
        _fetched_again(replace(attempt, lane=lane), snapshot)
        for attempt in _saved_and_gone(snapshot)
        if attempt.id not in known and (lane := carrier(attempt, lanes)) is not None
    ]
    return replace(plan, tasks=(*plan.tasks, *gone))


def with_recorded_files(plan: Plan, snapshot: Snapshot) -> Plan:
    """Add every recorded file under a key that no task of the plan has."""
    asked = {planned.task.key for planned in plan.tasks}
    others = [
        _fetched_again(attempt, snapshot)
        for attempt in snapshot.attempts
        if attempt.id in snapshot.artifacts and attempt.task_key not in asked
    ]
    return replace(plan, tasks=(*plan.tasks, *others))


def without_purchases(plan: Plan) -> Plan:
    """Keep what was bought or may have been, and do about it only what buys nothing."""
    return replace(plan, tasks=tuple(kept for planned in plan.tasks if (kept := _unbought(planned)) is not None))


def _unbought(planned: PlannedTask) -> PlannedTask | None:
    match planned.action:
        case Action.SUBMIT:
            return None
        case Action.LEAVE:
            is_lost = planned.attempt is not None and planned.attempt.status is Status.LOST
            return planned if is_lost else None
        case Action.RECOVER:
            return replace(planned, action=Action.POLL, reason="may have been sent: asked about, not sent again")
        case _:
            return planned


def _saved_and_gone(snapshot: Snapshot) -> Iterator[Attempt]:
    for attempt in snapshot.attempts:
        artifact = snapshot.artifacts.get(attempt.id)
        if attempt.status is Status.SAVED and artifact is not None and artifact.path not in snapshot.present:
            yield attempt


def _fetched_again(attempt: Attempt, snapshot: Snapshot) -> PlannedTask:
    artifact = snapshot.artifacts[attempt.id]
    is_kept = artifact.path.startswith(f"{EARLIER}/")
    task = Task(
        key=attempt.task_key,
        shot=attempt.shot,
        take=attempt.take,
        model=attempt.model,
        provider=attempt.provider,
        lane=attempt.lane,
        params=attempt.params,
        path=artifact.path if is_kept else earlier_path(artifact.path, attempt.fingerprint),
    )
    obstacle = snapshot.obstacles.get(task.path)
    gone = "made before, and its file is missing"
    return PlannedTask(
        task=task,
        fingerprint=attempt.fingerprint,
        action=Action.DOWNLOAD,
        reason=gone if obstacle is None or obstacle.gives_way else in_the_way(obstacle),
        attempt=attempt,
        obstacle=obstacle,
    )
