"""Waits for what one lane has in flight: one question for many tasks where the provider takes that, at a learnt pace.

Only a readable answer about our own id is a verdict. No answer, an unreadable one, or an unknown id all mean: still
waiting. A task that takes longer than `GIVE_UP_S` is parked with its id kept; it is never bought again for that.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from render.errors import AccountError, OutcomeUnknownError, ReadFailedError, RejectedError, TransientError
from render.events import PollFailed, TaskProgressed, TaskRendered
from render.records import Status
from render.retry import Pace, learn_typical, next_wait, poll_wait
from render.runner.job import Outcome
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.errors import ProviderError
    from render.providers.protocol import RemoteState, Result
    from render.runner.job import Job
    from render.runner.lane import Lane

#: one run waits this long for one task
GIVE_UP_S = 1800.0
#: and this long for a purchase that may never have arrived and that nobody wants any more
GIVE_UP_UNSENT_S = 20.0
#: this many rounds in a row a refused key is taken for a passing trouble
MAX_REFUSALS = 5
#: polls of one lane that are under way together
_AT_ONCE = 8
#: answers that refuse a question as it was put, so that it may pass with a single id in it
_ILL_PUT = frozenset({400, 413, 422})


class Poller:
    """Polls one lane until nothing can come into flight there any more, or the run is asked to stop."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._shared = lane.shared
        self._batch = lane.terms.provider.poll_batch
        self._polls = 0
        self._failures = 0
        self._refusals = 0
        self._typical_s: float | None = None

    async def run(self) -> None:
        """Ask, settle, wait, until there is nothing left to ask about."""
        pause = self._shared.surroundings.pause
        while await self._has_work() and not await pause(self._shared.stop, self._wait_s()):
            if await self._lane.wait_out_quiet():
                return
            await self._poll_all()
            self._park_overdue()

    async def _has_work(self) -> bool:
        while not self._lane.in_flight:
            if self._lane.is_done or self._shared.stop.is_set():
                return False
            self._lane.stirred.clear()
            await self._lane.stirred.wait()
            self._polls = 0
        return True

    def _wait_s(self) -> float:
        now = self._shared.surroundings.monotonic()
        ages = [now - job.waiting_since for job in self._lane.in_flight.values()]
        return poll_wait(Pace(polls=self._polls, ages_s=ages, typical_s=self._typical_s))

    async def _poll_all(self) -> None:
        ids, size = tuple(self._lane.in_flight), self._batch
        batches = [ids[start : start + size] for start in range(0, len(ids), size)]
        self._polls += 1
        errors: list[ProviderError | None] = []
        for start in range(0, len(batches), _AT_ONCE):
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(self._poll(batch)) for batch in batches[start : start + _AT_ONCE]]
            errors += [question.result() for question in asked]
        self._heed([error for error in errors if error is not None], has_answer=None in errors)

    async def _poll(self, ids: Sequence[str]) -> ProviderError | None:
        """Ask once and settle what the answer settles; return why there was none."""
        provider = self._lane.terms.provider
        try:
            reply = await self._lane.ask(provider.poll(ids))
            if len(ids) > 1 and reply.status in _ILL_PUT:
                # One id that is refused must not keep its neighbours' results from us.
                self._batch = 1
            states = provider.read_poll(reply, remote_ids=ids)
        except (TransientError, OutcomeUnknownError, ReadFailedError, AccountError) as error:
            return error
        await self._settle_all(states)
        return None

    def _heed(self, errors: Sequence[ProviderError], *, has_answer: bool) -> None:
        """Draw the conclusions of one round: none about any render, some about when to ask again."""
        if has_answer:
            self._failures = self._refusals = 0
        refused = next((error for error in errors if isinstance(error, AccountError)), None)
        if errors:
            self._failures += 1
            self._wait_after(refused or errors[0], retry_after_s=max(map(_retry_after_s, errors)))
        if refused is not None:
            self._lane.close(refused)
            self._refusals += 1
            if self._refusals >= MAX_REFUSALS or self._lane.terms.key is None:
                self._park_all(f"{refused.message}; what was bought stays recorded")

    def _wait_after(self, error: ProviderError, *, retry_after_s: float) -> None:
        """Failed polls are repeated for ever, ever more slowly: giving up would lose what is paid for."""
        unread = ReadFailedError(error.message, retry_after_s=retry_after_s)
        wait_s = next_wait(unread, sends=self._failures, draw=self._shared.surroundings.draw()) or 0.0
        self._lane.stay_away(wait_s)
        self._shared.emit(PollFailed(lane=self._lane.name, cause=error.message, wait_s=wait_s))

    async def _settle_all(self, states: Mapping[str, RemoteState]) -> None:
        for remote_id, state in states.items():
            job = self._lane.in_flight.get(remote_id)
            if job is not None and job.not_before <= self._shared.surroundings.monotonic():
                await self._settle(job, state)

    async def _settle(self, job: Job, state: RemoteState) -> None:
        if state.results:
            await self._rendered(job, state.results[0])
        elif job.refreshes:
            await self._lane.look_again(job)
        elif state.failures and not state.is_pending:
            self._lane.release(job)
            await self._lane.fail(job, state.failures[0], is_final=isinstance(state.failures[0], RejectedError))
        else:
            job.unfinished_at = self._shared.surroundings.monotonic()
            if state.progress is not None:
                self._shared.emit(TaskProgressed(key=job.task.key, percent=state.progress))

    async def _rendered(self, job: Job, result: Result) -> None:
        self._learn(job)
        self._lane.release(job)
        attempt = job.record
        job.cost_usd = result.cost_usd if result.cost_usd is not None else attempt.cost_usd
        job.attempt = replace(
            attempt,
            task_key=job.task.key,
            shot=job.task.shot,
            status=attempt.status if attempt.status is Status.SAVED else Status.RENDERED,
            remote_id=attempt.remote_id or attempt.id,
            rendered_at=attempt.rendered_at or self._shared.surroundings.now(),
            source_url=result.url,
            result_id=result.result_id,
            seed=result.seed if result.seed is not None else attempt.seed,
            cost_usd=job.cost_usd,
            error_kind="",
            error_message="",
        )
        await self._shared.journal.write(Change(attempt=job.attempt))
        self._shared.emit(TaskRendered(key=job.task.key, lane=self._lane.name, cost_usd=job.cost_usd))
        self._lane.hand_over(job)

    def _learn(self, job: Job) -> None:
        self._polls = 0
        if job.unfinished_at is not None:
            bound = job.unfinished_at - job.waiting_since
            self._typical_s = learn_typical(self._typical_s, lower_bound_s=bound)

    def _park_overdue(self) -> None:
        now = self._shared.surroundings.monotonic()
        for job in list(self._lane.in_flight.values()):
            limit = GIVE_UP_UNSENT_S if job.record.status is Status.PREPARED else GIVE_UP_S
            if now - job.waiting_since > limit:
                self._park(job, f"not finished after {limit / 60:.1f} minutes; the next run asks again")

    def _park_all(self, message: str) -> None:
        for job in list(self._lane.in_flight.values()):
            self._park(job, message)

    def _park(self, job: Job, message: str) -> None:
        self._lane.release(job)
        self._lane.settle(job, Outcome.PARKED, kind="parked", message=message)


def _retry_after_s(error: ProviderError) -> float:
    seconds = error.retry_after_s if isinstance(error, TransientError | ReadFailedError) else None
    return seconds or 0.0
