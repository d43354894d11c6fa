"""Decides what a person's word about one purchase makes of its record. Pure.

Only what a run cannot decide alone is open to it: what may have been bought, was lost, was refused for good or given
up, is held, or waits at the provider. Nothing is taken off the books here: what was spent stays spent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from render.catalog.likeness import most_alike
from render.errors import UsageError
from render.layout import earlier_path
from render.precedence import IN_FLIGHT
from render.records import Action, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from render.records import Attempt, Plan, PlannedTask, Snapshot

#: what a run does not go on with by itself
_FOR_A_PERSON = {Action.HOLD, Action.LEAVE}
_NAMED = 5
_REMOTE_ID = re.compile(r"[!-~]{1,300}")


class Verdict(StrEnum):
    """What a person can say about a purchase."""

    ADOPT = "adopt"
    FILE = "file"
    RETRY = "retry"
    ABANDON = "abandon"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """The one purchase that is to be decided about."""

    attempt: Attempt
    #: of the task that it is for now, which may have another name than when it was bought
    key: str
    shot: str
    #: where its file belongs
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Adoption:
    """The provider's id for a purchase, and whether this provider uses ours."""

    remote_id: str
    ids_are_ours: bool
    #: as people write the provider's name
    provider: str


def subject_of(key: str, *, plan: Plan, snapshot: Snapshot) -> Subject:
    """Find the purchase that `key` names: a task key, also one that is gone from the manifest, or an attempt's id.

    Raises:
        UsageError: there is none, there is nothing to decide about it, or there are several.
    """
    named = [planned for planned in plan.tasks if key in _names(planned)]
    subjects = [*filter(None, map(_subject, named))] or _forgotten(key, plan, snapshot)
    if not subjects:
        raise _nothing(key, named, plan, snapshot)
    if len(subjects) > 1:
        told = ", ".join(f"{subject.attempt.id} ({subject.attempt.status})" for subject in subjects)
        raise UsageError(f"{key} stands for {len(subjects)} purchases", hint=f"name one of them instead: {told}")
    return subjects[0]


def names_several(key: str, *, plan: Plan) -> bool:
    """Whether `key` is a shot or a pattern over tasks, and no name of a purchase."""
    return not any(key in _names(planned) for planned in plan.tasks) and bool(_matched(key, plan))


def subjects_of(key: str, *, plan: Plan, snapshot: Snapshot) -> tuple[Subject, ...]:
    """Find what `key` names: one purchase, as `subject_of` does; or all of a shot or a pattern that a run leaves alone.

    What a run goes on with by itself is open to a decision under its own key only.

    Raises:
        UsageError: there is none, or nothing to decide about it.
    """
    if not names_several(key, plan=plan):
        return (subject_of(key, plan=plan, snapshot=snapshot),)
    matched = _matched(key, plan)
    stuck = tuple(filter(None, (_subject(each) for each in matched if each.action in _FOR_A_PERSON)))
    if not stuck:
        message = f"a run holds or leaves nothing of what {key} names: {', '.join(_keys_of(matched))}"
        raise UsageError(message, hint="to decide about one of them all the same, name it by its key")
    return stuck


def _matched(key: str, plan: Plan) -> list[PlannedTask]:
    return [each for each in plan.tasks if fnmatchcase(each.task.shot, key) or fnmatchcase(each.task.key, key)]


def _keys_of(tasks: Sequence[PlannedTask]) -> list[str]:
    keys = [planned.task.key for planned in tasks]
    return keys if len(keys) <= _NAMED else [*keys[:_NAMED], f"{len(keys) - _NAMED} more"]


def _names(planned: PlannedTask) -> set[str]:
    attempt = planned.attempt
    return {planned.task.key} | ({attempt.id, attempt.task_key} if attempt else set())


def _subject(planned: PlannedTask) -> Subject | None:
    attempt, task = planned.attempt, planned.task
    if attempt is None or planned.action is Action.PLACE or not _is_undecided(attempt):
        return None
    return Subject(attempt=attempt, key=task.key, shot=task.shot, path=task.path)


def _is_undecided(attempt: Attempt) -> bool:
    if attempt.status is Status.FAILED:
        return attempt.is_final
    if attempt.status is Status.SAVED:
        return attempt.error_kind == "held"
    return True


def _forgotten(key: str, plan: Plan, snapshot: Snapshot) -> list[Subject]:
    """What no task asks for and no run goes on with: lost files by their key, and whatever has an id."""
    planned = {each.attempt.id for each in plan.tasks if each.attempt is not None}
    return [
        Subject(attempt=it, key=it.task_key, shot=it.shot, path=earlier_path(it.path, it.fingerprint))
        for it in snapshot.attempts
        if it.id not in planned and _is_undecided(it)
        if it.id == key or (it.task_key == key and it.status is Status.LOST)
    ]


def _nothing(key: str, named: Sequence[PlannedTask], plan: Plan, snapshot: Snapshot) -> UsageError:
    if named:
        planned = named[0]
        message = f"there is nothing to decide about {key}: the next run will {planned.action} it ({planned.reason})"
        return UsageError(message, hint=f"to buy it once more on purpose: render run --only {planned.task.key} --again")
    for attempt in snapshot.attempts:
        if key in {attempt.id, attempt.task_key}:
            return UsageError(
                f"there is nothing to decide about {key}: it is {attempt.status}, and no task asks for it"
            )
    near = most_alike(key, known=dict.fromkeys(planned.task.key for planned in plan.tasks), count=1)
    return UsageError(f"no task and no purchase is called {key}", hint=f"did you mean {near[0]}?" if near else "")


def adopted(subject: Subject, adoption: Adoption, *, snapshot: Snapshot, now: datetime) -> Attempt:
    """Record that the provider has it, under this id; the next run asks after it.

    Raises:
        UsageError: the id cannot be this purchase's.
    """
    attempt, remote_id = subject.attempt, adoption.remote_id
    if adoption.ids_are_ours and remote_id != attempt.id:
        message = f"{adoption.provider} knows a purchase by our id, so this one can only be {attempt.id}"
        raise UsageError(message, hint="for a file that you have: --file FILE; to buy it again: --retry")
    if not _REMOTE_ID.fullmatch(remote_id):
        raise UsageError(f"{remote_id!r} is no id: letters, digits and signs without spaces, at most 300")
    for other in snapshot.attempts:
        if other.remote_id == remote_id and other.provider == attempt.provider and other.id != attempt.id:
            raise UsageError(f"{remote_id} is the purchase of {other.task_key} already")
    return replace(
        attempt,
        status=Status.SUBMITTED,
        remote_id=remote_id,
        submitted_at=attempt.submitted_at or now,
        rendered_at=None,
        source_url="",
        error_kind="",
        error_message="",
        is_final=False,
    )


def filed(subject: Subject, *, now: datetime) -> Attempt:
    """Record that its file is in place."""
    return replace(
        subject.attempt,
        task_key=subject.key,
        shot=subject.shot,
        status=Status.SAVED,
        saved_at=now,
        error_kind="",
        error_message="",
        is_final=False,
    )


def retried(subject: Subject) -> Attempt:
    """Give it up, so that the next run buys it under the next number; what it may have cost still counts.

    Raises:
        UsageError: it is given up already.
    """
    attempt = subject.attempt
    if attempt.status is Status.ABANDONED and not attempt.is_final:
        raise UsageError(f"{subject.key} is given up already: the next run buys it again")
    if attempt.status is Status.FAILED:
        # a refused purchase has cost nothing, and giving it up would put it on the books
        return replace(attempt, is_final=False)
    return _given_up(attempt, is_final=False)


def abandoned(subject: Subject) -> Attempt:
    """Give it up for good: it is left alone until the shot is edited, or a person wants it again.

    Raises:
        UsageError: it is left alone already.
    """
    attempt = subject.attempt
    if attempt.is_final and attempt.status in {Status.ABANDONED, Status.FAILED}:
        raise UsageError(f"{subject.key} is left alone already", hint="to buy it again: --retry")
    return _given_up(attempt, is_final=True)


def _given_up(attempt: Attempt, *, is_final: bool) -> Attempt:
    was = f"given up by a person; it was {attempt.status}"
    return replace(attempt, status=Status.ABANDONED, error_kind="abandoned", error_message=was, is_final=is_final)


def was(attempt: Attempt, *, ids_are_ours: bool) -> str:
    """Say how a purchase stood, in the words of `render status`."""
    if attempt.error_kind == "held":
        return "held"
    if attempt.status is Status.PREPARED and not ids_are_ours:
        return "ambiguous"
    if attempt.status is Status.FAILED:
        return "refused"
    return "parked" if attempt.status in IN_FLIGHT else attempt.status.value
