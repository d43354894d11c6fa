"""Performs a plan and says how it ended.

One task group holds everything that runs: per lane a buyer and a poller, and a few download workers for all.
A stop is a request: nothing more is sent, what is on its way gets `GRACE_S` to land, and the rest stays recorded for
the next run.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from render.errors import RenderError
from render.events import BudgetReached, RunStarted, RunStopping
from render.precedence import IN_FLIGHT
from render.records import Action, Failure, Status
from render.runner.budget import Budget, Spending
from render.runner.buyer import Buyer
from render.runner.fetcher import WORKERS, Fetcher, Home
from render.runner.job import Job, Outcome
from render.runner.lane import Lane
from render.runner.leftovers import Causes, explain
from render.runner.owners import Owners
from render.runner.poller import Poller
from render.runner.room import require_room
from render.runner.tally import Ending, summarise
from render.runner.twins import Twins
from render.runner.watchdog import watch_progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.artifacts.folder import ArtifactFolder
    from render.events import Event
    from render.records import Plan, PlannedTask, Snapshot, Summary
    from render.runner.lane import LaneTerms, Shared
    from render.runner.tally import Standing

#: how long a stopping run waits for replies and files that are already on their way, in seconds
GRACE_S = 3.0

_BOUGHT = {Action.SUBMIT, Action.RECOVER, Action.ADOPT, Action.POLL}
_FETCHED = {Action.DOWNLOAD, Action.PLACE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What is to be performed, and with what record behind it."""

    plan: Plan
    snapshot: Snapshot
    #: by name; every lane with work to do
    lanes: Mapping[str, LaneTerms]
    folder: ArtifactFolder
    #: what may be spent; without a word there is no limit
    spending: Spending = field(default_factory=Spending)


@dataclass(slots=True)
class StopRequest:
    """Set by whoever wants the run to stop; `exit_status` says how the process is to end."""

    event: asyncio.Event
    signal: str = ""
    exit_status: int = 0


async def conduct(score: Score, shared: Shared, stop: StopRequest, *, standing: Standing | None = None) -> Summary:
    """Do what the plan says; what is accepted on the way is recorded whatever happens.

    A record that cannot be written ends purchases, not the run: what was bought still comes home, and the summary has
    the exit status of a failed record. Where an error ends the run, `standing` can say how far it came.

    Raises:
        BudgetError: what would be bought may not fit; nothing was sent.
        SettingsError: a key or a base URL cannot be used.
        ExceptionGroup: a bug, in this program or in what listens to it.
    """
    budget = Budget(score.spending, score.snapshot.attempts, shared.spec_of)
    require_room(budget, score.plan.tasks)
    jobs = [_job(planned, score.lanes) for planned in score.plan.tasks]
    for job in jobs:
        _settle_what_needs_nothing(job)
    budget.watch(jobs)
    booked = _with_books(shared, budget)
    to_do = [job for job in jobs if job.outcome is None]
    booked.emit(RunStarted(run_id=shared.run_id, tasks=len(jobs), to_do=len(to_do)))
    ready: asyncio.Queue[Job] = asyncio.Queue()
    lanes = {name: Lane(terms, booked, ready) for name, terms in score.lanes.items()}
    score.folder.sweep(keep=_unfinished(score.snapshot, to_do))
    finale = _Finale(lanes=tuple(lanes.values()), shared=booked, stop=stop, budget=budget)
    if standing is not None:
        standing.say = lambda: _end(jobs, finale)
    if to_do:
        home = Home(folder=score.folder, owners=Owners(score.snapshot, jobs), twins=Twins(score.snapshot))
        fetcher = Fetcher(booked, home, lanes, ready)
        work = _Work(lanes=lanes, fetcher=fetcher, jobs=to_do, budget=budget, snapshot=score.snapshot)
        await _perform_or_explain(work, booked, stop)
    return _end(jobs, finale)


def untouched(plan: Plan, budget: Budget) -> Summary:
    """Add up a plan that nothing was done about."""
    jobs = [_job(planned, {}) for planned in plan.tasks]
    for job in jobs:
        _settle_what_needs_nothing(job)
    return summarise(jobs, Ending(sums=budget.sums()))


def _unfinished(snapshot: Snapshot, to_do: Sequence[Job]) -> Mapping[str, str]:
    """Whose files may still come, and where they belong: by attempt id, what this run is not about included."""
    coming = {attempt.id: attempt.path for attempt in snapshot.attempts if attempt.status in IN_FLIGHT}
    return coming | {job.record.id: job.task.path for job in to_do if job.attempt is not None}


def _with_books(shared: Shared, budget: Budget) -> Shared:
    """Have every event booked before it is passed on, and purchases stopped once a limit forbids more of them."""

    def emit(event: Event) -> None:
        remarks = budget.heed(event)
        if isinstance(event, BudgetReached):
            shared.gate.close(event.cause)
        shared.emit(event)
        for remark in remarks:
            emit(remark)

    return replace(shared, emit=emit)


def _job(planned: PlannedTask, lanes: Mapping[str, LaneTerms]) -> Job:
    lane = lanes.get(planned.lane)
    # without a lane the plan tells: it looks in a log only for ids that are not ours
    ids_are_ours = planned.action is not Action.ADOPT if lane is None else lane.ids_are_ours
    attempt = None if planned.action is Action.SUBMIT else planned.attempt
    if attempt is not None and attempt.task_key != planned.task.key:
        # Renamed: its old number may be taken under the new key.
        task = planned.task
        attempt = replace(attempt, task_key=task.key, shot=task.shot, number=planned.next_number)
    return Job(planned=planned, attempt=attempt, ids_are_ours=ids_are_ours)


def _settle_what_needs_nothing(job: Job) -> None:
    action = job.planned.action
    if action in _BOUGHT | _FETCHED:
        return
    if action is Action.SKIP:
        job.outcome = Outcome.SKIPPED
        return
    is_lost = job.attempt is not None and job.attempt.status is Status.LOST
    left = Outcome.LOST if is_lost else Outcome.LEFT
    job.outcome = Outcome.AMBIGUOUS if action is Action.HOLD else left
    job.failure = Failure(key=job.task.key, kind=job.outcome.value, message=job.planned.reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    """Who does what in one run."""

    lanes: Mapping[str, Lane]
    fetcher: Fetcher
    jobs: Sequence[Job]
    budget: Budget
    snapshot: Snapshot

    def hand_out(self) -> tuple[list[Buyer], list[Job]]:
        """Give every lane its jobs; return who buys, and what is only to be placed."""
        to_buy: dict[str, list[Job]] = {name: [] for name in self.lanes}
        to_place = []
        for job in self.jobs:
            lane = self.lanes[job.planned.lane]
            match job.planned.action:
                case Action.POLL:
                    # Unfinished work of an earlier run counts against the lane's concurrency, too.
                    lane.take_slot(job)
                    lane.track(job, job.record.remote_id or job.record.id)
                case Action.DOWNLOAD:
                    lane.hand_over(job)
                case Action.PLACE:
                    lane.begin()
                    to_place.append(job)
                case _:
                    to_buy[lane.name].append(job)
        return [self._buyer(self.lanes[name], jobs) for name, jobs in to_buy.items()], to_place

    def _buyer(self, lane: Lane, jobs: Sequence[Job]) -> Buyer:
        place = (lane.terms.provider.name, lane.terms.settings.endpoint)
        recorded = (attempt for attempt in self.snapshot.attempts if (attempt.provider, attempt.endpoint) == place)
        recorded_ids = [attempt.remote_id for attempt in recorded if attempt.remote_id]
        return Buyer(lane, jobs, self.budget, recorded_ids=recorded_ids)

    async def do(self) -> None:
        """Buy, poll and place until every lane is through and every file handed over is dealt with."""
        buyers, to_place = self.hand_out()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.fetcher.place_all(to_place), name="place")
            for buyer in buyers:
                group.create_task(buyer.buy_all(group), name="buy")
            for lane in self.lanes.values():
                group.create_task(Poller(lane).run(), name=f"poll {lane.name}")
        await self.fetcher.finish()


async def _perform_or_explain(work: _Work, shared: Shared, stop: StopRequest) -> None:
    try:
        await _perform(work, shared, stop)
    except ExceptionGroup as group:
        # A key or a base URL that cannot be used is one cause, however many requests met it.
        explained, unexplained = group.split(RenderError)
        if explained is None or unexplained is not None:
            raise
        raise _first(explained) from group


def _first(group: ExceptionGroup[RenderError]) -> RenderError:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first


async def _perform(work: _Work, shared: Shared, stop: StopRequest) -> None:
    async with asyncio.TaskGroup() as group:
        fetchers = [group.create_task(work.fetcher.work(), name=f"fetch {no}") for no in range(WORKERS)]
        done = asyncio.Event()
        doing = group.create_task(work.do(), name="work")
        doing.add_done_callback(lambda _: done.set())
        watch = group.create_task(_watch(done, work.lanes, shared, stop), name="stop")
        guard = group.create_task(watch_progress(shared), name="progress")
        await asyncio.wait((doing, watch), return_when=asyncio.FIRST_COMPLETED)
        for worker in (doing, watch, guard, *fetchers):
            worker.cancel()


async def _watch(done: asyncio.Event, lanes: Mapping[str, Lane], shared: Shared, stop: StopRequest) -> None:
    """Wait for a request to stop, pass it on, and return when what is on its way has landed or had its time."""
    await shared.stop.wait()
    shared.emit(RunStopping(signal=stop.signal, cause="" if stop.signal else shared.gate.ended_by))
    for lane in lanes.values():
        lane.wake()
    await shared.surroundings.pause(done, GRACE_S)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Finale:
    """Who knows what ended a run."""

    lanes: Sequence[Lane]
    shared: Shared
    stop: StopRequest
    budget: Budget

    def causes(self) -> Causes:
        """Why purchases stopped."""
        gate, failure = self.shared.gate, self.shared.journal.failure
        return Causes(
            signal=self.stop.signal,
            budget=self.budget.closed_by,
            run=failure.message if failure else gate.closed_by,
            lanes={lane.name: lane.closed_by.message for lane in self.lanes if lane.closed_by is not None},
        )

    def ending(self) -> Ending:
        """What ended the run beside its tasks."""
        refusals = [lane.closed_by for lane in self.lanes if lane.closed_by is not None]
        return Ending(
            signal_status=self.stop.exit_status,
            record_failed=self.shared.journal.failure is not None,
            key_refused=any(not refusal.is_credit for refusal in refusals),
            credit_missing=any(refusal.is_credit for refusal in refusals),
            budget_reached=bool(self.budget.closed_by),
            is_cut_short=self.shared.gate.is_cut_short,
            requests=self.shared.wire.requests,
            sums=self.budget.sums(),
        )


def _end(jobs: Sequence[Job], finale: _Finale) -> Summary:
    explain(jobs, finale.causes())
    return summarise(jobs, finale.ending())


def works(planned: PlannedTask) -> bool:
    """Whether a run has anything to do for a planned task."""
    return planned.action in _BOUGHT | _FETCHED


def asks(planned: PlannedTask) -> bool:
    """Whether a planned task cannot even begin without asking its provider."""
    return planned.action in _BOUGHT


def talks(planned: PlannedTask) -> bool:
    """Whether a planned task talks to its provider, so that its key must be there."""
    return planned.action in _BOUGHT | {Action.DOWNLOAD}
