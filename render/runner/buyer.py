"""Buys what is planned for one lane, never more than its `concurrency` unfinished at a time.

The order that guards money: what it may cost is reserved before the intent is written, the intent is durable before the
request leaves, the acceptance is durable before it is waited for, and an id is made once and never made again. Waiting
for the provider is `poller.py`'s business.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from render.errors import (
    AccountError,
    InputRefusedError,
    OutcomeUnknownError,
    ProviderError,
    RejectedError,
    StateError,
    TransientError,
)
from render.events import AttemptPrepared, AttemptSubmitted, BudgetReached, RetryScheduled
from render.records import Action, Status
from render.retry import next_wait
from render.runner.adopter import NOT_FOUND, Adopter
from render.runner.archive import find_old_purchase, is_past_recognition
from render.runner.inputs import with_inputs
from render.runner.intent import new_attempt, recovered
from render.runner.job import Outcome
from render.runner.provision import provide
from render.runner.unreached import unreached_host
from render.store import Change

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

    from render.providers.protocol import Accepted
    from render.runner.budget import Budget
    from render.runner.job import Job
    from render.runner.lane import Lane

_PERHAPS_SENT = frozenset({Action.RECOVER, Action.ADOPT})


class Buyer:
    """Starts and settles a lane's purchases; what may have been sent already goes before anything new."""

    def __init__(self, lane: Lane, jobs: Iterable[Job], budget: Budget, *, recorded_ids: Iterable[str] = ()) -> None:
        self._lane = lane
        self._shared = lane.shared
        self._budget = budget
        # An earlier send may be running at the provider, and then it is unfinished work that a new one must wait for.
        self._queue = sorted(jobs, key=lambda job: job.planned.action not in _PERHAPS_SENT)
        # an answer with the id of an earlier render would bring another task's file home
        self._known_ids = {*lane.in_flight, *recorded_ids}
        self._adopter = Adopter(lane)
        lane.begin()

    async def buy_all(self, group: asyncio.TaskGroup) -> None:
        """Start one purchase after the other as slots come free, until all are started or the lane is closed."""
        try:
            for job in self._queue:
                # What may run at the provider counts at once, and looking for it costs nothing.
                if job.planned.action is not Action.ADOPT and not await self._lane.has_slot():
                    return
                self._lane.take_slot(job)
                self._lane.begin()
                group.create_task(self._buy(job), name=f"buy {job.task.key}")
        finally:
            self._lane.end()

    async def _buy(self, job: Job) -> None:
        try:
            accepted = await self._obtain(job)
            if accepted is not None:
                await self._accept(job, accepted)
        finally:
            job.inputs = {}
            if job.attempt is None or job.attempt.status is not Status.SUBMITTED:
                self._lane.release(job)
            self._lane.end()

    async def _obtain(self, job: Job) -> Accepted | None:
        """Buy it, or look for what an earlier run may have bought."""
        if job.planned.action is Action.ADOPT:
            job.may_have_arrived = True
            return await self._look_up(job, OutcomeUnknownError(job.record.error_message or "there was no answer"))
        # Before the intent is written: a prepared request that never left could not be told from one that did.
        while await self._lane.may_send(job) and await provide(job, self._lane) and await self._prepare(job):
            accepted = await self._send_or_ask(job)
            if accepted is not None or not job.begins_again:
                return accepted
        return None

    async def _prepare(self, job: Job) -> bool:
        """Reserve what it may cost and write the intent; False where the budget or the record does not allow it."""
        before, is_recovered = job.attempt, job.planned.action is Action.RECOVER
        attempt = (recovered if is_recovered else new_attempt)(job, self._lane, self._budget.prices)
        if not self._budget.reserve(attempt):
            if not self._shared.gate.closed_by:
                self._shared.emit(BudgetReached(cause=self._budget.closed_by))
            return False
        job.attempt, job.may_have_arrived, job.begins_again = attempt, is_recovered, False
        try:
            # Before the POST: a crash after it must find the row.
            await self._shared.journal.write(Change(attempt=attempt))
        except StateError as error:
            job.attempt = before
            self._budget.forget(attempt.id)
            self._shared.gate.close(error.message)
            if not is_recovered:
                # a write that failed may yet be found after a crash, and must not pass for one that was sent
                unsent = replace(attempt, status=Status.FAILED, error_kind="unsent", error_message=error.message)
                await self._shared.journal.note(Change(attempt=unsent))
            return False
        self._shared.emit(AttemptPrepared(key=job.task.key, attempt_id=attempt.id, lane=self._lane.name))
        return True

    async def _send_or_ask(self, job: Job) -> Accepted | None:
        if is_past_recognition(self._lane, job):
            return await find_old_purchase(self._lane, job)
        return await self._send_until_settled(job)

    async def _send_until_settled(self, job: Job) -> Accepted | None:
        """Send until the provider accepts or refuses; None where the job is settled without acceptance."""
        sends = 0
        while await self._lane.may_send(job):
            sends += 1
            try:
                return await self._send(job)
            except (TransientError, OutcomeUnknownError) as error:
                job.may_have_arrived |= isinstance(error, OutcomeUnknownError)
                if not await self._waited_for_another(job, error, sends):
                    return await self._look_up(job, error)
            except InputRefusedError as error:
                if not await self._may_go_on(job, error):
                    return None
            except RejectedError as error:
                await self._refuse(job, error)
                return None
            except AccountError as error:
                self._lane.close(error)
                await self._give_up(job, error)
                return None
        if not job.may_have_arrived:
            await self._unsend(job)
        return None

    async def _send(self, job: Job) -> Accepted:
        provider, our_id = self._lane.terms.provider, job.record.id
        spec = self._shared.spec_of(job.task.model)
        request = self._shared.addresses.put_in(job.record.request, spec)
        call = provider.submit(with_inputs(request, spec, job.inputs), our_id=our_id)
        accepted = await self._lane.consult(call, lambda reply: provider.read_submit(reply, our_id=our_id))
        if accepted.remote_id in self._known_ids:
            raise OutcomeUnknownError("the provider answered with the id of another render")
        self._known_ids.add(accepted.remote_id)
        return accepted

    async def _waited_for_another(self, job: Job, error: TransientError | OutcomeUnknownError, sends: int) -> bool:
        """Wait before the next send; False where there must be none."""
        surroundings = self._shared.surroundings
        is_ambiguous = isinstance(error, OutcomeUnknownError) and not self._lane.terms.ids_are_ours
        wait_s = None if is_ambiguous else next_wait(error, sends=sends, draw=surroundings.draw())
        if wait_s is None:
            return False
        self._shared.emit(
            RetryScheduled(
                key=job.task.key,
                lane=self._lane.name,
                attempt_no=sends,
                wait_s=wait_s,
                cause=error.message,
                host=unreached_host(error),
            )
        )
        if not self._lane.has_patience(job, wait_s):
            # What is asked for is longer than this run waits: the next look at the lane leaves it to the next run.
            job.wanted_since = -math.inf
            return True
        await surroundings.pause(self._shared.stop, wait_s)
        await self._lane.afford_repeat()
        return True

    async def _look_up(self, job: Job, error: ProviderError) -> Accepted | None:
        """Look in the provider's log for what may have arrived, where that is wanted; what is not found ends here."""
        if job.may_have_arrived and self._lane.terms.adopts_from_log:
            accepted = await self._adopter.find(job, taken=self._known_ids)
            if accepted is not None:
                self._known_ids.add(accepted.remote_id)
                return accepted
            missing = self._adopter.refusal or NOT_FOUND
            if missing not in error.message:
                error = OutcomeUnknownError(f"{error.message}; {missing}")
        await self._give_up(job, error)
        return None

    async def _refuse(self, job: Job, error: RejectedError) -> None:
        """Record a refusal; of what may have arrived before, it proves nothing."""
        if job.may_have_arrived:
            await self._give_up(job, error)
        else:
            await self._lane.fail(job, error, is_final=True)

    async def _may_go_on(self, job: Job, error: InputRefusedError) -> bool:
        """After a refusal of inputs: say whether to send again under the same id, once they were given anew.

        What may have arrived before keeps its id; what certainly did not becomes a failed attempt, and begins again.
        """
        if not self._shared.inputs.renew(job, self._lane):
            await self._refuse(job, error)
            return False
        if job.may_have_arrived:
            return await provide(job, self._lane)
        job.attempt = replace(
            job.record, status=Status.FAILED, error_kind="rejected", error_message=error.message, is_final=False
        )
        await self._shared.journal.note(Change(attempt=job.attempt))
        self._budget.settle(job.attempt)
        job.planned = replace(job.planned, next_number=job.record.number + 1)
        job.begins_again = True
        return False

    async def _give_up(self, job: Job, error: ProviderError) -> None:
        """End a job that was not accepted; what may have arrived stays prepared, under its id."""
        if not job.may_have_arrived:
            was_answered = error.http_status is not None or not isinstance(error, TransientError)
            await (self._lane.fail(job, error, is_final=False) if was_answered else self._unsend(job, error.message))
            return
        outcome = Outcome.PARKED if self._lane.terms.ids_are_ours else Outcome.AMBIGUOUS
        job.attempt = replace(job.record, error_kind="unknown", error_message=error.message)
        await self._shared.journal.note(Change(attempt=job.attempt))
        self._lane.settle(job, outcome, kind=outcome.value, message=error.message)

    async def _unsend(self, job: Job, message: str = "") -> None:
        """Write down that a prepared request certainly never left, because the run stopped or the lane closed first."""
        message = message or self._lane.why_not_sent()
        job.attempt = replace(job.record, status=Status.FAILED, error_kind="unsent", error_message=message)
        job.outcome = Outcome.LEFT
        self._shared.gate.is_cut_short = True
        await self._shared.journal.note(Change(attempt=job.attempt))
        self._budget.settle(job.attempt)

    async def _accept(self, job: Job, accepted: Accepted) -> None:
        job.cost_usd = accepted.cost_usd
        job.attempt = replace(
            job.record,
            status=Status.SUBMITTED,
            remote_id=accepted.remote_id,
            submitted_at=self._shared.surroundings.now(),
            cost_usd=accepted.cost_usd,
            error_kind="",
            error_message="",
        )
        try:
            await self._shared.journal.note(Change(attempt=job.attempt))
        finally:
            # should the record fail, the log still has the id of what was paid for
            self._shared.emit(AttemptSubmitted(key=job.task.key, lane=self._lane.name, remote_id=accepted.remote_id))
        self._lane.track(job, accepted.remote_id)
