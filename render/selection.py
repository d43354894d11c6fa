"""Decides which part of a plan a command works on, and what is bought once more on purpose. Pure.

Everything is planned before anything is left out, so that a narrowed run decides about each task as a whole run would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from render.catalog.likeness import most_alike
from render.errors import UsageError
from render.layout import EARLIER, earlier_path
from render.precedence import IN_FLIGHT
from render.records import Action, Plan, PlannedTask, Status
from render.wish import Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.records import Artifact, Attempt, Snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What is asked for beside the manifest.

    Raises:
        UsageError: something is to be bought once more, and nothing says what.
    """

    #: task keys, shots, or patterns over both; empty for everything
    only: tuple[str, ...] = ()
    #: buy it once more, whatever is recorded
    again: bool = False
    #: buy nothing: bring home what was bought
    buys: bool = True

    def __post_init__(self) -> None:
        """Refuse to buy everything once more."""
        if self.again and not self.only:
            raise UsageError("--again needs --only", hint="say what to buy once more: --only KEY --again")


EVERYTHING = Selection()


def select(plan: Plan, selection: Selection) -> Plan:
    """Keep what is selected; earlier purchases that no task asks for stay only where they are named, too.

    Raises:
        UsageError: a pattern names nothing, or what is to be bought once more is on its way already.
    """
    if not selection.only:
        return plan
    for pattern in selection.only:
        if not any(_names(pattern, planned) for planned in plan.tasks):
            raise _unmatched(pattern, plan)
    kept = tuple(planned for planned in plan.tasks if any(_names(pattern, planned) for pattern in selection.only))
    if selection.again:
        on_their_way = {_content(planned): planned for planned in reversed(kept) if _is_on_its_way(planned)}
        kept = tuple(planned if _is_earlier(planned) else _once_more(planned, on_their_way) for planned in kept)
    return Plan(tasks=kept, warnings=plan.warnings)


def _names(pattern: str, planned: PlannedTask) -> bool:
    names = (planned.task.key, planned.task.shot)
    return pattern in names or any(fnmatchcase(name, pattern) for name in names)


def _unmatched(pattern: str, plan: Plan) -> UsageError:
    keys = list(dict.fromkeys(name for planned in plan.tasks for name in (planned.task.key, planned.task.shot)))
    near = most_alike(pattern, known=keys, count=1)
    hint = f"did you mean {near[0]}?" if near else "no shot is enabled"
    return UsageError(f"no task and no shot is called {pattern}", hint=hint)


def _content(planned: PlannedTask) -> tuple[str, str]:
    return planned.task.key, planned.fingerprint


def _once_more(planned: PlannedTask, on_their_way: Mapping[tuple[str, str], PlannedTask]) -> PlannedTask:
    if _content(planned) in on_their_way:
        raise _refusal(on_their_way[_content(planned)])
    if planned.action is Action.SUBMIT:
        return planned
    return replace(planned, action=Action.SUBMIT, reason=f"once more, on purpose; until now: {planned.reason}")


def _is_earlier(planned: PlannedTask) -> bool:
    return planned.task.path.startswith(f"{EARLIER}/")


def _is_on_its_way(planned: PlannedTask) -> bool:
    return planned.attempt is not None and planned.attempt.status in IN_FLIGHT


def _refusal(planned: PlannedTask) -> UsageError:
    key = planned.task.key
    if planned.action in {Action.HOLD, Action.ADOPT}:
        message = f"{key} is ambiguous: it may have been bought already, so it is not bought once more"
        return UsageError(
            message, hint=f"decide first: render resolve {key} --adopt ID | --file F | --retry | --abandon"
        )
    message = f"{key} is on its way: {planned.reason}"
    return UsageError(message, hint=f"let a run bring it home, or give it up: render resolve {key} --retry")


def without_purchases(plan: Plan, snapshot: Snapshot, *, endpoints: Mapping[str, str]) -> Plan:
    """Keep what was bought or may have been, and do about it only what buys nothing: ask, fetch, place.

    Files that no task asks for any more and that are gone are fetched again, too. `endpoints` is by provider name;
    what was bought at any other endpoint does not count.
    """
    kept = [planned for planned in map(_unbought, plan.tasks) if planned is not None]
    known = {planned.attempt.id for planned in plan.tasks if planned.attempt is not None}
    gone = [
        _fetched_again(attempt, snapshot.artifacts[attempt.id])
        for attempt in _saved_and_gone(snapshot)
        if attempt.id not in known and endpoints.get(attempt.provider) == attempt.endpoint
    ]
    return Plan(tasks=(*kept, *gone))


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


def _fetched_again(attempt: Attempt, artifact: Artifact) -> PlannedTask:
    is_kept = artifact.path.startswith(f"{EARLIER}/")
    task = Task(
        key=attempt.task_key,
        shot=attempt.shot,
        take=attempt.take,
        model=attempt.model,
        provider=attempt.provider,
        params=attempt.params,
        path=artifact.path if is_kept else earlier_path(artifact.path, attempt.fingerprint),
    )
    return PlannedTask(
        task=task,
        fingerprint=attempt.fingerprint,
        action=Action.DOWNLOAD,
        reason="made before, and its file is missing",
        attempt=attempt,
    )
