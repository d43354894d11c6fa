"""Decides which part of a plan a command works on, and what is bought once more on purpose. Pure.

Everything is planned before anything is left out, so that a narrowed run decides about each task as a whole run would.
A task is kept where every condition holds; of several values of one condition any will do.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from render import conditions
from render.conditions import Condition, Known, emptied
from render.errors import UsageError
from render.layout import EARLIER
from render.precedence import IN_FLIGHT
from render.records import Action, Plan, PlannedTask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Counted(StrEnum):
    """What a limit counts; what it does not count is kept."""

    #: what may be paid for
    PURCHASES = "purchases"
    #: whatever something is done about
    WORK = "work"
    TASKS = "tasks"


_PURCHASES = {Action.SUBMIT, Action.RECOVER}
_NO_WORK = {Action.SKIP, Action.HOLD, Action.LEAVE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """One part of all tasks: which one falls to a task follows from its key alone."""

    #: from 1 to `count`
    index: int
    count: int

    def holds(self, key: str) -> bool:
        """Whether the task of this key is in this part; it is in exactly one."""
        drawn = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
        return drawn % self.count == self.index - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What is asked for beside the manifest; everything where nothing is said."""

    #: task keys, shots, or patterns over both
    only: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    #: aliases or full ids
    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    #: what failed, was lost or is held
    failed: bool = False
    shard: Shard | None = None
    #: so many, in the order of the manifest
    limit: int | None = None
    counted: Counted = Counted.PURCHASES
    #: buy it once more, whatever is recorded
    again: bool = False
    #: buy what is missing; else only bring home what was bought
    buys: bool = True


EVERYTHING = Selection()
NOTHING_KNOWN = Known()


def select(plan: Plan, selection: Selection, known: Known = NOTHING_KNOWN) -> Plan:
    """Keep what is selected; earlier purchases that no task asks for stay only where every condition holds for them.

    Raises:
        UsageError: a name is nobody's, nothing is left, `again` stands without `only`, or what is to be bought once
            more is on its way already.
    """
    if selection.again and not selection.only:
        raise UsageError("--again needs --only", hint="say what to buy once more: --only KEY --again")
    kept, met = plan.tasks, list[Condition]()
    for condition in _conditions(selection, plan.tasks, known):
        left = tuple(filter(condition.holds, kept))
        if not left:
            raise emptied(condition, kept, met)
        kept = left
        met.append(condition)
    if selection.shard is not None:
        kept = tuple(planned for planned in kept if selection.shard.holds(planned.task.key))
    return _narrowed(plan, _all_once_more(kept) if selection.again else kept)


def _conditions(selection: Selection, tasks: Sequence[PlannedTask], known: Known) -> Iterator[Condition]:
    if selection.only:
        yield conditions.named(selection.only, tasks)
    if selection.tags:
        yield conditions.tagged(selection.tags, tasks)
    if selection.not_tags:
        yield conditions.not_tagged(selection.not_tags, tasks)
    if selection.models:
        yield conditions.of_models(selection.models, tasks, known)
    if selection.providers:
        yield conditions.of_providers(selection.providers, tasks)
    if selection.failed:
        yield conditions.failed(known.attempts)


def limited(plan: Plan, selection: Selection) -> Plan:
    """Keep the first of what a limit counts, and everything that it does not count."""
    if selection.limit is None:
        return plan
    room, kept = selection.limit, list[PlannedTask]()
    for planned in plan.tasks:
        is_counted = _counts(planned, selection.counted)
        if room > 0 or not is_counted:
            kept.append(planned)
        room -= is_counted
    return _narrowed(plan, kept)


def _narrowed(plan: Plan, kept: Sequence[PlannedTask]) -> Plan:
    return replace(plan, tasks=tuple(kept), unselected=plan.unselected + len(plan.tasks) - len(kept))


def _counts(planned: PlannedTask, counted: Counted) -> bool:
    match counted:
        case Counted.PURCHASES:
            return planned.action in _PURCHASES
        case Counted.WORK:
            return planned.action not in _NO_WORK
        case Counted.TASKS:
            return True


def _all_once_more(tasks: Sequence[PlannedTask]) -> tuple[PlannedTask, ...]:
    on_their_way = {_content(planned): planned for planned in reversed(tasks) if _is_on_its_way(planned)}
    return tuple(planned if _is_earlier(planned) else _once_more(planned, on_their_way) for planned in tasks)


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
