"""Waits for what one lane has in flight: one question for many tasks where the provider takes that, at a learnt pace.

Only a readable answer about our own id is a verdict (see `sights.py`). No answer, an unreadable one, or an unknown id
all mean: still waiting. A task that takes longer than `GIVE_UP_S` is parked with its id kept; it is never bought again
for that.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from render.errors import (
    AccountError,
    InputRefusedError,
    OutcomeUnknownError,
    ReadFailedError,
    RejectedError,
    TransientError,
)
from render.events import OddStatusSeen, PollFailed, TaskProgressed
from render.records import Status
from render.retry import Pace, learn_typical, next_wait, poll_wait
from render.runner.archive import Archive, hold_refused, look_again
from render.runner.results import hold_result, park, take_result
from render.runner.sights import Verdict, is_at_work, is_odd, judge
from render.runner.unreached import unreached_host
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.errors import ProviderError
    from render.providers.protocol import RemoteState, Reply
    from render.runner.job import Job
    from render.runner.lane import Lane

#: one run waits this long for one task
GIVE_UP_S = 1800.0
#: and this long for a purchase that may never have arrived and that nobody wants any more
GIVE_UP_UNSENT_S = 20.0
#: a refused key is taken for a passing trouble for so long
REFUSED_S = 300.0
#: polls of one lane that are under way together
_AT_ONCE = 8
#: answers that refuse a question as it was put, so that it may pass with a single id in it
_ILL_PUT = frozenset({400, 413, 422})


class Poller:
    """Polls one lane until nothing can come into flight there any more, or the run is asked to stop."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._shared = lane.shared
        self._batch = lane.terms.poll_batch or lane.terms.provider.poll_batch
        self._archive = Archive(lane)
        self._polls = 0
        self._failures = 0
        #: questions of the last round that had no answer
        self._owed = 0
        self._ask_again_at = 0.0
        self._refused_since: float | None = None
        self._odd_words: set[str] = set()
        self._typical_s: float | None = None

    async def run(self) -> None:
        """Ask, settle, wait, until there is nothing left to ask about."""
        pause = self._shared.surroundings.pause
        while await self._has_work() and not await pause(self._shared.stop, self._wait_s()):
            self._park_overdue()
            unpaid = await self._pay_for_repeats()
            if await self._lane.wait_to_ask():
                return
            await self._poll_all(unpaid)
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
        pace_s = poll_wait(Pace(polls=self._polls, ages_s=ages, typical_s=self._typical_s))
        return max(pace_s, self._ask_again_at - now) if self._failures else pace_s

    async def _pay_for_repeats(self) -> int:
        """Wait for one repeat if any is owed, and take what more the budget has; return how many it has not."""
        unpaid, self._owed = self._owed, 0
        if unpaid:
            await self._lane.afford_repeat()
            unpaid -= 1
        now, host = self._shared.surroundings.monotonic(), self._lane.host
        while unpaid and not host.is_broken and not host.repeat_in_s(now):
            unpaid -= 1
        return unpaid

    def _batches(self, unpaid: int) -> Sequence[Sequence[str]]:
        """Return what to ask about, the longest unasked first, without as many batches as are `unpaid`."""
        jobs, size = self._lane.in_flight, self._batch
        ids = sorted(jobs, key=lambda remote_id: jobs[remote_id].asked_at)
        if self._lane.host.is_broken:
            # One question tells whether the host is back; the others would only be in its way.
            ids = ids[:1]
        batches = [ids[start : start + size] for start in range(0, len(ids), size)]
        return batches[: max(len(batches) - unpaid, 1)]

    async def _poll_all(self, unpaid: int) -> None:
        batches = self._batches(unpaid)
        self._polls += 1
        self._archive.begin_round()
        errors: list[ProviderError | None] = []
        for start in range(0, len(batches), _AT_ONCE):
            if start and not self._may_go_on():
                break
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(self._poll(batch)) for batch in batches[start : start + _AT_ONCE]]
            errors += [question.result() for question in asked]
        self._heed([error for error in errors if error is not None], has_answer=None in errors)

    def _may_go_on(self) -> bool:
        """Whether an answer of this round speaks against asking more; what is left waits for the next."""
        return self._lane.is_welcome(self._shared.surroundings.monotonic()) and not self._shared.stop.is_set()

    async def _poll(self, ids: Sequence[str]) -> ProviderError | None:
        """Ask once and settle what the answer settles; return why there was none."""
        self._note_asked(ids)
        try:
            states = await self._lane.consult(
                self._lane.terms.provider.poll(ids), lambda reply: self._read(reply, ids=ids)
            )
        except (TransientError, OutcomeUnknownError, ReadFailedError, AccountError) as error:
            return error
        await self._settle_all(states)
        return None

    def _note_asked(self, ids: Sequence[str]) -> None:
        for remote_id in ids:
            if job := self._lane.in_flight.get(remote_id):
                job.asked_at = self._shared.surroundings.monotonic()

    def _read(self, reply: Reply, *, ids: Sequence[str]) -> Mapping[str, RemoteState]:
        if len(ids) > 1 and reply.status in _ILL_PUT:
            # One id that is refused must not keep its neighbours' results from us.
            self._batch = 1
        return self._lane.terms.provider.read_poll(reply, remote_ids=ids)

    def _heed(self, errors: Sequence[ProviderError], *, has_answer: bool) -> None:
        """Draw the conclusions of one round: none about any render, some about when to ask again."""
        refused = next((error for error in errors if isinstance(error, AccountError)), None)
        if has_answer:
            self._failures = 0
            self._refused_since = None
        self._owed = len(errors)
        if errors:
            self._failures += 1
            self._wait_after(refused or errors[0], retry_after_s=max(map(_retry_after_s, errors)))
        if refused is not None:
            self._lane.close(refused)
            self._park_the_refused(refused)

    def _park_the_refused(self, error: AccountError) -> None:
        now = self._shared.surroundings.monotonic()
        self._refused_since = now if self._refused_since is None else self._refused_since
        if now - self._refused_since >= REFUSED_S or self._lane.terms.key is None:
            for job in list(self._lane.in_flight.values()):
                park(self._lane, job, f"{error.message}; what was bought stays recorded")

    def _wait_after(self, error: ProviderError, *, retry_after_s: float) -> None:
        """Failed polls are repeated for ever, ever more slowly: giving up would lose what is paid for."""
        unread = ReadFailedError(error.message, retry_after_s=retry_after_s)
        wait_s = next_wait(unread, sends=self._failures, draw=self._shared.surroundings.draw()) or 0.0
        self._ask_again_at = self._shared.surroundings.monotonic() + wait_s
        host = unreached_host(error)
        self._shared.emit(PollFailed(lane=self._lane.name, cause=error.message, wait_s=wait_s, host=host))

    async def _settle_all(self, states: Mapping[str, RemoteState]) -> None:
        for remote_id, state in states.items():
            job = self._lane.in_flight.get(remote_id)
            if job is not None and job.not_before <= self._shared.surroundings.monotonic():
                await self._settle(job, state)

    async def _settle(self, job: Job, state: RemoteState) -> None:
        if state.link_flaw and not state.results:
            # It is the same in every answer, so asking on would only put off the news.
            told = f"the link to the file {state.link_flaw}; it is not followed, and the next run asks again"
            await hold_result(self._lane, job, told)
            return
        if not state.results and job.refused_for and not job.refreshes:
            await hold_refused(self._lane, job)
            return
        if job.is_past_polls:
            await self._archive.find_other_link(job, state.results)
            return
        if not state.results and job.refreshes:
            look_again(self._lane, job)
            return
        match judge(job.sights, state, now=self._shared.surroundings.monotonic()):
            case Verdict.FINISHED:
                self._learn(job)
                await take_result(self._lane, job, state.results)
            case Verdict.FAILED:
                self._lane.release(job)
                # a verdict shows that it was accepted, even where no answer to the purchase said so
                job.attempt = replace(job.record, remote_id=job.record.remote_id or job.record.id)
                await self._fail(job, state.failures[0])
            case Verdict.LINKLESS:
                await self._archive.find_link(job, word=state.word)
            case Verdict.UNKNOWN if job.record.status is not Status.PREPARED:
                await self._archive.find_unknown(job)
            case Verdict.SILENT:
                await self._archive.find_silent(job)
                self._go_on(job, state)
            case _:
                await self._note_arrival(job, state)
                self._go_on(job, state)

    async def _fail(self, job: Job, failure: ProviderError) -> None:
        is_lost = isinstance(failure, InputRefusedError) and await self._shared.inputs.forget(job, self._lane)
        await self._lane.fail(job, failure, is_final=isinstance(failure, RejectedError) and not is_lost)

    async def _note_arrival(self, job: Job, state: RemoteState) -> None:
        """Record that a request arrived of which nobody knew, once the provider says that it is at work on it."""
        if job.record.status is Status.PREPARED and is_at_work(state):
            job.attempt = replace(
                job.record,
                status=Status.SUBMITTED,
                remote_id=job.record.remote_id or job.record.id,
                submitted_at=self._shared.surroundings.now(),
                error_kind="",
                error_message="",
            )
            await self._shared.journal.note(Change(attempt=job.attempt))

    def _go_on(self, job: Job, state: RemoteState) -> None:
        job.unfinished_at = self._shared.surroundings.monotonic()
        if is_odd(state) and state.word not in self._odd_words:
            self._odd_words.add(state.word)
            self._shared.emit(OddStatusSeen(lane=self._lane.name, word=state.word))
        if state.progress is not None and state.progress != job.percent:
            job.percent = state.progress
            self._shared.gate.progressed()
            self._shared.emit(TaskProgressed(key=job.task.key, percent=state.progress))

    def _learn(self, job: Job) -> None:
        self._polls = 0
        if job.unfinished_at is not None:
            bound = job.unfinished_at - job.waiting_since
            self._typical_s = learn_typical(self._typical_s, lower_bound_s=bound)

    def _park_overdue(self) -> None:
        """Park what cannot be waited for any longer, or whose host asked to be left alone for longer than that."""
        now = self._shared.surroundings.monotonic()
        next_answer = now + self._lane.host.hold_left_s(now)
        for job in list(self._lane.in_flight.values()):
            limit = GIVE_UP_UNSENT_S if job.record.status is Status.PREPARED else GIVE_UP_S
            if next_answer - job.waiting_since > limit:
                park(self._lane, job, f"not finished after {limit / 60:.1f} minutes; the next run asks again")


def _retry_after_s(error: ProviderError) -> float:
    seconds = error.retry_after_s if isinstance(error, TransientError | ReadFailedError) else None
    return seconds or 0.0
