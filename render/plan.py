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
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from render.fingerprint import fingerprint
from render.layout import earlier_path
from render.precedence import IN_FLIGHT, most_telling
from render.reasons import ambiguous, changes, left, made, other_endpoint, sought, tried, why_placed
from render.records import Action, Plan, PlannedTask, Status
from render.wish import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.records import Attempt, Snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneFacts:
    """What the plan must know about a provider's lane."""

    #: attempts made at any other endpoint do not count
    endpoint: str
    #: whether a request may be sent again under the same id without being bought twice
    ids_are_ours: bool
    #: whether a purchase whose answer was lost is looked for in the provider's usage log
    adopts_from_log: bool = False


def plan(
    tasks: Sequence[Task],
    snapshot: Snapshot,
    *,
    spec_of: Callable[[str], ModelSpec | None],
    lanes: Mapping[str, LaneFacts],
) -> Plan:
    """Decide what to do about every task; `lanes` is by provider name and holds every provider of `tasks`."""
    wishes = [_wish(task, spec_of) for task in tasks]
    record = _Record(snapshot, spec_of, lanes, wishes={task.key: wished for task, wished in wishes})
    planned = [record.decide(task, wished) for task, wished in wishes]
    return Plan(tasks=(*planned, *record.earlier_purchases()), warnings=_twins(wishes))


def _wish(task: Task, spec_of: Callable[[str], ModelSpec | None]) -> tuple[Task, str]:
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
        wishes: Mapping[str, str],
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
        lane = self._lanes.get(attempt.provider)
        if lane is None:
            return
        if attempt.endpoint != lane.endpoint:
            self._elsewhere[attempt.task_key] = attempt
            return
        if attempt.task_key in self._wishes:
            self._by_key[attempt.task_key].append(attempt)
        if self._wishes.get(attempt.task_key) != self._print(attempt):
            self._orphans[self._print(attempt)].append(attempt)

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
        own = [attempt for attempt in before if self._print(attempt) == wished]
        attempt = self._speaker(own, wished)
        action, reason = self._carry_on(task, attempt) if attempt else (Action.SUBMIT, self._reason_for_new(task))
        if attempt is not None:
            self._taken.add(attempt.id)
        numbers = (match.number for match in before if wished in {match.fingerprint, self._print(match)})
        return PlannedTask(
            task=task,
            fingerprint=wished,
            action=action,
            reason=reason,
            attempt=attempt,
            next_number=max(numbers, default=0) + 1,
        )

    def _speaker(self, own: Sequence[Attempt], wished: str) -> Attempt | None:
        """The attempt to carry on with; one that failed here never hides a purchase that a rename left elsewhere."""
        mine = most_telling(own, is_present=self._is_present)
        if mine is not None and mine.status is not Status.FAILED:
            return mine
        other = self._renamed(wished)
        is_bought = other is not None and other.status in {*IN_FLIGHT, Status.SAVED}
        return other if mine is None or is_bought else mine

    def _renamed(self, wished: str) -> Attempt | None:
        """What was bought under a key that is gone; a try that only failed, or was given up to buy anew, is not."""
        orphans = (attempt for attempt in self._orphans.get(wished, ()) if attempt.id not in self._taken)
        telling = most_telling(
            [attempt for attempt in orphans if attempt.status is not Status.FAILED], is_present=self._is_present
        )
        if telling is None or self._is_present(telling) or telling.is_final:
            return telling
        return None if telling.status is Status.ABANDONED else telling

    def _is_present(self, attempt: Attempt) -> bool:
        artifact = self._snapshot.artifacts.get(attempt.id)
        return artifact is not None and artifact.path in self._snapshot.present

    def _reason_for_new(self, task: Task) -> str:
        before = self._by_key.get(task.key)
        if before:
            return changes(before[-1], task, self._spec_of(task.model))
        if task.key in self._elsewhere:
            return other_endpoint(self._elsewhere[task.key])
        return "new"

    def _carry_on(self, task: Task, attempt: Attempt) -> tuple[Action, str]:  # noqa: PLR0911 - a row of the table each
        renamed = f"; was {attempt.task_key}" if attempt.task_key != task.key else ""
        lane = self._lanes[attempt.provider]
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
            return Action.DOWNLOAD, f"file missing; fetched again, not bought again{renamed}"
        path = self._snapshot.artifacts[attempt.id].path
        if path != task.path:
            return Action.PLACE, why_placed(path, is_renamed=attempt.task_key != task.key)
        if attempt.task_key != task.key:
            return Action.PLACE, f"renamed: was {attempt.task_key}"
        return Action.SKIP, "up to date"

    def earlier_purchases(self) -> Iterable[PlannedTask]:
        """Carry on with purchases that no task asks for any more: they are paid, so they are fetched and kept."""
        for attempt in self._snapshot.attempts:
            lane = self._lanes.get(attempt.provider)
            if lane is None or attempt.endpoint != lane.endpoint or attempt.id in self._taken:
                continue
            if attempt.status in IN_FLIGHT:
                yield self._earlier(attempt)

    def _earlier(self, attempt: Attempt) -> PlannedTask:
        task = Task(
            key=attempt.task_key,
            shot=attempt.shot,
            take=attempt.take,
            model=attempt.model,
            provider=attempt.provider,
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


def _twins(wishes: Sequence[tuple[Task, str]]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    warnings = []
    for task, wished in wishes:
        if wished in first:
            warnings.append(f"{task.key} asks for the same as {first[wished]}; it is bought separately")
        first.setdefault(wished, task.key)
    return tuple(warnings)
