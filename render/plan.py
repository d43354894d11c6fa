"""tasks + snapshot -> Plan: an action and a reason for every task. Pure, total, and the only opinion on what to do.

An attempt's status names the last fact that is safely written down; the plan is a table over it:

| recorded for this task                        | action   |
|-----------------------------------------------|----------|
| nothing, or only another fingerprint          | submit   |
| failed and may pass next time                 | submit   |
| abandoned, so that it is bought again         | submit   |
| failed for good, or abandoned for good        | leave    |
| prepared, ids are ours                        | recover  |
| prepared, ids are theirs                      | hold     |
| prepared, ids are theirs, the log may be read | adopt    |
| submitted                                     | poll     |
| rendered                                      | download |
| saved, file present                           | skip     |
| saved, bytes present under another name       | place    |
| saved, file missing                           | download |
| lost or abandoned, file present               | place    |
| lost                                          | leave    |

A task takes its own record; else one of the same fingerprint that its own key does not ask for any more (a rename,
or several that changed places); else none.
Which of several speaks for a task is decided in `precedence`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from render.fingerprint import fingerprint
from render.lanes import carrier, counts, stranded
from render.layout import earlier_path
from render.precedence import IN_FLIGHT, most_telling
from render.reasons import (
    ambiguous,
    changes,
    in_the_way,
    left,
    made,
    missing,
    other_endpoint,
    sought,
    tried,
    why_placed,
)
from render.records import Action, Plan, PlannedTask, Status
from render.wish import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.lanes import LaneFacts
    from render.records import Attempt, Obstacle, Snapshot

    #: a task and the fingerprint of what it asks for
    Wish = tuple[Task, str]


def plan(
    tasks: Sequence[Task],
    snapshot: Snapshot,
    *,
    spec_of: Callable[[str], ModelSpec | None],
    lanes: Mapping[str, LaneFacts],
) -> Plan:
    """Decide what to do about every task; `lanes` is by name and holds every lane of `tasks`."""
    wishes = [_wish(task, spec_of) for task in tasks]
    record = _Record(snapshot, spec_of, lanes, wishes={task.key: (task, wished) for task, wished in wishes})
    planned = [record.decide(task, wished) for task, wished in wishes]
    warnings = (*_twins(wishes), *stranded(_in_flight(snapshot), lanes))
    return Plan(tasks=(*planned, *record.earlier_purchases()), warnings=warnings)


def _wish(task: Task, spec_of: Callable[[str], ModelSpec | None]) -> Wish:
    spec = spec_of(task.model)
    if spec is None:
        raise KeyError(task.model)
    return task, fingerprint(task.params, spec=spec, model=task.model, take=task.take)


class _Record:
    """The snapshot, arranged for one plan; remembers which attempts have been given to a task."""

    def __init__(
        self,
        snapshot: Snapshot,
        spec_of: Callable[[str], ModelSpec | None],
        lanes: Mapping[str, LaneFacts],
        *,
        wishes: Mapping[str, Wish],
    ) -> None:
        self._snapshot = snapshot
        self._spec_of = spec_of
        self._lanes = lanes
        self._wishes = wishes
        self._by_key: dict[str, list[Attempt]] = defaultdict(list)
        self._orphans: dict[str, list[Attempt]] = defaultdict(list)
        self._elsewhere: dict[str, Attempt] = {}
        self._taken: set[str] = set()
        self._prints: dict[str, str] = {}
        for attempt in snapshot.attempts:
            self._arrange(attempt)

    def _arrange(self, attempt: Attempt) -> None:
        if not counts(attempt, self._lanes.values()):
            self._elsewhere[attempt.task_key] = attempt
            return
        wish = self._wishes.get(attempt.task_key)
        if wish is not None:
            self._by_key[attempt.task_key].append(attempt)
        if wish is None or not self._answers(attempt, *wish):
            self._orphans[self._print(attempt)].append(attempt)

    def _answers(self, attempt: Attempt, task: Task, wished: str) -> bool:
        """Whether an attempt is at what a task asks for, and was made where its lane leads."""
        return self._print(attempt) == wished and self._lanes[task.lane].leads_to(attempt)

    def _print(self, attempt: Attempt) -> str:
        """The attempt's fingerprint by today's spec, so that a default restated by a provider buys nothing again."""
        if attempt.id not in self._prints:
            spec = self._spec_of(attempt.model)
            self._prints[attempt.id] = (
                attempt.fingerprint
                if spec is None
                else fingerprint(attempt.params, spec=spec, model=attempt.model, take=attempt.take)
            )
        return self._prints[attempt.id]

    def decide(self, task: Task, wished: str) -> PlannedTask:
        before = self._by_key.get(task.key, ())
        own = [attempt for attempt in before if self._answers(attempt, task, wished)]
        attempt = self._speaker(own, task, wished)
        action, reason = Action.SUBMIT, self._reason_for_new(task, wished)
        if attempt is not None:
            self._taken.add(attempt.id)
            attempt = _carried_by(carrier(attempt, self._lanes, instead=task.lane), attempt)
            action, reason = self._carry_on(task, attempt)
        obstacle = self._snapshot.obstacles.get(task.path)
        numbers = (match.number for match in before if wished in {match.fingerprint, self._print(match)})
        return PlannedTask(
            task=task,
            fingerprint=wished,
            action=action,
            reason=_hindered(action, reason, obstacle),
            attempt=attempt,
            next_number=max(numbers, default=0) + 1,
            obstacle=obstacle,
        )

    def _speaker(self, own: Sequence[Attempt], task: Task, wished: str) -> Attempt | None:
        """The attempt to carry on with; one that failed here never hides a purchase that a rename left elsewhere."""
        mine = most_telling(own, is_present=self._is_present)
        if mine is not None and mine.status is not Status.FAILED:
            return mine
        other = self._renamed(task, wished)
        is_bought = other is not None and other.status in {*IN_FLIGHT, Status.SAVED}
        return other if mine is None or is_bought else mine

    def _renamed(self, task: Task, wished: str) -> Attempt | None:
        """What was bought under a key that is gone; a try that only failed, or was given up to buy anew, is not."""
        lane = self._lanes[task.lane]
        untaken = (attempt for attempt in self._orphans.get(wished, ()) if attempt.id not in self._taken)
        orphans = [attempt for attempt in untaken if lane.leads_to(attempt)]
        telling = most_telling(
            [attempt for attempt in orphans if attempt.status is not Status.FAILED], is_present=self._is_present
        )
        if telling is None or self._is_present(telling) or telling.is_final:
            return telling
        return None if telling.status is Status.ABANDONED else telling

    def _is_present(self, attempt: Attempt) -> bool:
        artifact = self._snapshot.artifacts.get(attempt.id)
        return artifact is not None and artifact.path in self._snapshot.present

    def _reason_for_new(self, task: Task, wished: str) -> str:
        before = self._by_key.get(task.key)
        if before and self._print(before[-1]) == wished:
            return other_endpoint(before[-1])
        if before:
            return changes(before[-1], task, self._spec_of(task.model))
        if task.key in self._elsewhere:
            return other_endpoint(self._elsewhere[task.key])
        return "new"

    def _carry_on(self, task: Task, attempt: Attempt) -> tuple[Action, str]:  # noqa: PLR0911 - a row of the table each
        renamed = f"; was {attempt.task_key}" if attempt.task_key != task.key else ""
        lane = self._lanes[attempt.lane]
        match attempt.status:
            case Status.PREPARED if lane.ids_are_ours:
                return Action.RECOVER, f"may have been sent: send again under the same id{renamed}"
            case Status.PREPARED if lane.adopts_from_log:
                return Action.ADOPT, f"{sought()}{renamed}"
            case Status.PREPARED:
                return Action.HOLD, f"{ambiguous(task.key)}{renamed}"
            case Status.SUBMITTED:
                return Action.POLL, f"in flight when the last run stopped{renamed}"
            case Status.RENDERED:
                return Action.DOWNLOAD, f"{made(attempt, task.key)}{renamed}"
            case Status.SAVED:
                return self._file(task, attempt)
            case Status.ABANDONED | Status.LOST if self._is_present(attempt):
                return Action.PLACE, f"found again: it was {attempt.status}"
            case Status.FAILED | Status.ABANDONED if not attempt.is_final:
                return Action.SUBMIT, tried(attempt)
            case Status.FAILED | Status.ABANDONED | Status.LOST:
                return Action.LEAVE, left(attempt, task.key)
            case _:
                assert_never(attempt.status)

    def _file(self, task: Task, attempt: Attempt) -> tuple[Action, str]:
        if not self._is_present(attempt):
            renamed = f"; was {attempt.task_key}" if attempt.task_key != task.key else ""
            return Action.DOWNLOAD, f"{missing(self._snapshot.obstacles.get(task.path))}{renamed}"
        path = self._snapshot.artifacts[attempt.id].path
        if path != task.path:
            return Action.PLACE, why_placed(path, is_renamed=attempt.task_key != task.key)
        if attempt.task_key != task.key:
            return Action.PLACE, f"renamed: was {attempt.task_key}"
        return Action.SKIP, "up to date"

    def earlier_purchases(self) -> Iterable[PlannedTask]:
        """Carry on with purchases that no task asks for any more: they are paid, so they are fetched and kept."""
        for attempt in self._snapshot.attempts:
            lane = carrier(attempt, self._lanes)
            if lane is not None and attempt.id not in self._taken and attempt.status in IN_FLIGHT:
                yield self._earlier(_carried_by(lane, attempt))

    def _earlier(self, attempt: Attempt) -> PlannedTask:
        task = Task(
            key=attempt.task_key,
            shot=attempt.shot,
            take=attempt.take,
            model=attempt.model,
            provider=attempt.provider,
            lane=attempt.lane,
            params=attempt.params,
            path=earlier_path(attempt.path, attempt.fingerprint),
        )
        action, reason = self._carry_on(task, attempt)
        if action is Action.RECOVER:
            # asking costs nothing; sending would buy what nobody wants any more if it never arrived
            action = Action.POLL
        if action not in {Action.HOLD, Action.ADOPT}:
            reason = "bought before the shot was edited or removed; kept in .earlier/"
        return PlannedTask(
            task=task,
            fingerprint=attempt.fingerprint,
            action=action,
            reason=reason,
            attempt=attempt,
        )


def _hindered(action: Action, reason: str, obstacle: Obstacle | None) -> str:
    """Say of what ends with a file that its name is taken by something a run cannot move."""
    if obstacle is None or obstacle.gives_way or action in {Action.SKIP, Action.HOLD, Action.LEAVE}:
        return reason
    return in_the_way(obstacle) if action is Action.DOWNLOAD else f"{reason}; {in_the_way(obstacle)}"


def _in_flight(snapshot: Snapshot) -> Sequence[Attempt]:
    return [attempt for attempt in snapshot.attempts if attempt.status in IN_FLIGHT]


def _carried_by(lane: str | None, attempt: Attempt) -> Attempt:
    return attempt if lane is None or lane == attempt.lane else replace(attempt, lane=lane)


def _twins(wishes: Sequence[Wish]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    warnings = []
    for task, wished in wishes:
        if wished in first:
            warnings.append(f"{task.key} asks for the same as {first[wished]}; it is bought separately")
        first.setdefault(wished, task.key)
    return tuple(warnings)
