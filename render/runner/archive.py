"""What is asked of a provider's archive when its polls do not help: a fresh link, or whether an old id ever arrived.

The archive gives hints and no verdicts: what it does not know may be running, and nothing is bought for its silence.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from render.errors import AccountError, OutcomeUnknownError, ReadFailedError, TransientError
from render.providers.protocol import Accepted, Details
from render.records import Action, Status
from render.retry import host_wait, next_wait
from render.runner.job import Outcome
from render.runner.results import hold_result, park, take_result
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.providers.protocol import Result
    from render.runner.job import Job
    from render.runner.lane import Lane

#: a link must have been dead for so long in this run before its file counts as lost, in seconds
LOST_AFTER_S = 600.0
#: and so many fresh ones must have been asked for
LEAST_LOOKS = 8
#: between two questions about a render of which polls say nothing, in seconds
ASK_AGAIN_S = 300.0
_TRIES = 5
#: so far a clock may have been set back without an age being doubted, in seconds
_CLOCK_IS_OFF_S = 60.0


async def ask_archive(lane: Lane, remote_id: str) -> Details | None:
    """Ask about one id; None where no readable answer came. A provider without an archive knows nothing."""
    provider, surroundings = lane.terms.provider, lane.shared.surroundings
    call = provider.details(remote_id)
    if call is None:
        return Details(is_known=False)
    for tries in range(1, _TRIES + 1):
        if await lane.wait_to_ask():
            return None
        try:
            return await lane.consult(call, lambda reply: provider.read_details(reply, remote_id=remote_id))
        except AccountError:
            return None
        except (TransientError, ReadFailedError, OutcomeUnknownError) as error:
            wait_s = next_wait(ReadFailedError(error.message), sends=tries, draw=surroundings.draw())
            await surroundings.pause(lane.shared.stop, wait_s or 0.0)
            await lane.afford_repeat()
    return None


def look_again(lane: Lane, job: Job) -> None:
    """Have polls ask for a fresh link to a finished file, for `LOST_AFTER_S` at least; then the archive is asked.

    Only where its host says that it is gone, though: one that merely refuses every link may open one to the next run.
    The same link counts as fresh: one that is not there yet and one that is gone are answered alike.
    """
    surroundings = lane.shared.surroundings
    lane.track(job, _id_of(job))
    job.refreshes += 1
    job.dead_since = job.waiting_since if job.dead_since is None else job.dead_since
    is_long = job.waiting_since - job.dead_since >= LOST_AFTER_S
    job.is_past_polls = is_long and job.refreshes >= LEAST_LOOKS
    if not job.is_past_polls:
        job.not_before = job.waiting_since + host_wait(job.refreshes, retry_after_s=None, draw=surroundings.draw())


async def ask_anew(lane: Lane, job: Job, *, cause: str) -> None:
    """Ask once for a fresh link to a finished file because what came under this one was refused for `cause`."""
    job.refused_for = cause
    lane.track(job, _id_of(job))


async def hold_refused(lane: Lane, job: Job) -> None:
    """Hold a file of which nothing but wrong bytes could be had."""
    told = f"what arrives is not the file: {job.refused_for}"
    await hold_result(lane, job, f"{told}; its link is kept, and the next run tries again")


def _id_of(job: Job) -> str:
    return job.record.remote_id or job.record.id


class Archive:
    """What one lane's poller asks its provider's archive: one try a round, so that no result waits for many of them."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._is_free = True

    def begin_round(self) -> None:
        """Allow one more try."""
        self._is_free = True

    async def find_other_link(self, job: Job, results: Sequence[Result]) -> None:
        """Take a link that is new in the last poll, or ask for one; where there is none, the file is lost."""
        # once: a host that signs each link anew would be followed for ever
        if results and results[0].url != job.record.source_url and not job.has_tried_late_link:
            job.has_tried_late_link = True
            await take_result(self._lane, job, results)
            return
        details = None if job.has_asked_archive else await self._ask(job)
        if details is None and not job.has_asked_archive:
            if self._gives_up(job):
                told = "the link is dead and the provider's archive cannot be asked"
                park(self._lane, job, f"{told}; the next run asks again")
            return
        job.has_asked_archive = True
        if details is not None and details.result is not None and details.result.url != job.record.source_url:
            await take_result(self._lane, job, (details.result,))
        else:
            await _lose(self._lane, job)

    async def find_link(self, job: Job, *, word: str) -> None:
        """Ask for the link of a render that polls call finished without one; where there is none, it is held."""
        if await self._is_settled_or_waits(job):
            return
        told = f"the provider calls render {job.record.remote_id} {word!r} and gives no link that can be used"
        await hold_result(self._lane, job, f"{told}; the next run asks again")

    async def find_unknown(self, job: Job) -> None:
        """Ask after a render that polls do not know any more; where nobody does, it is parked, never bought again."""
        if await self._is_settled_or_waits(job):
            return
        told = f"the provider does not know render {job.record.remote_id}, or no longer"
        park(self._lane, job, f"{told}; the next run asks again, and `render resolve {job.task.key}` ends it")

    async def find_silent(self, job: Job) -> None:
        """Ask after a render that answers do not name, every `ASK_AGAIN_S` at most; without a file it is waited for."""
        now = self._lane.shared.surroundings.monotonic()
        if job.archive_asked_at is not None and now - job.archive_asked_at < ASK_AGAIN_S:
            return
        details = await self._ask(job)
        job.archive_tries = 0
        if details is not None and details.result is not None:
            await take_result(self._lane, job, (details.result,))

    async def _is_settled_or_waits(self, job: Job) -> bool:
        details = await self._ask(job)
        if details is not None and details.result is not None:
            await take_result(self._lane, job, (details.result,))
            return True
        return details is None and not self._gives_up(job)

    def _gives_up(self, job: Job) -> bool:
        return job.archive_tries >= _TRIES

    async def _ask(self, job: Job) -> Details | None:
        """Try once; None where a later round must tell, or nobody will after `_TRIES`."""
        provider, remote_id = self._lane.terms.provider, _id_of(job)
        call = provider.details(remote_id)
        if call is None:
            return Details(is_known=False)
        now = self._lane.shared.surroundings.monotonic()
        if not self._may_ask(job, now):
            return None
        self._is_free, job.archive_asked_at = False, now
        try:
            return await self._lane.consult(call, lambda reply: provider.read_details(reply, remote_id=remote_id))
        except AccountError:
            job.archive_tries = _TRIES
        except (TransientError, ReadFailedError, OutcomeUnknownError):
            job.archive_tries += 1
        return None

    def _may_ask(self, job: Job, now: float) -> bool:
        if not self._is_free or not self._lane.is_welcome(now):
            return False
        return not job.archive_tries or not self._lane.host.repeat_in_s(now)


async def _lose(lane: Lane, job: Job) -> None:
    if not job.is_gone:
        await hold_result(lane, job, "the host of the file refuses every link that there is; the next run tries again")
        return
    message = "the link is dead and the provider gives no other"
    job.attempt = replace(job.record, status=Status.LOST, error_kind="lost", error_message=message)
    await lane.shared.journal.note(Change(attempt=job.attempt))
    cost = f"; it cost ${job.record.cost_usd:.4f}" if job.record.cost_usd else ""
    lane.settle(job, Outcome.LOST, kind="lost", message=f"{message}{cost}")
    lane.release(job)


def is_past_recognition(lane: Lane, job: Job) -> bool:
    """Say whether a request of an earlier run is too old to be recognised if it is sent again.

    The only wall-clock age that decides anything. A record from the future has no known age, so it is not sent either.
    """
    window_s = lane.terms.repeat_window_s
    if job.planned.action is not Action.RECOVER or math.isinf(window_s):
        return False
    age_s = (lane.shared.surroundings.now() - job.record.prepared_at).total_seconds()
    return not -_CLOCK_IS_OFF_S <= age_s <= window_s


async def find_old_purchase(lane: Lane, job: Job) -> Accepted | None:
    """Ask whether a request that must not be sent again ever arrived; None where the job is settled without that."""
    details = await ask_archive(lane, job.record.id)
    if details is None:
        park(lane, job, "it is too old to be sent again, and the provider cannot be asked about it; the next run asks")
        return None
    if details.is_known:
        return Accepted(remote_id=job.record.id)
    told = "it may have been sent, is too old to be sent again, and the provider's archive does not know it"
    message = f"{told}; decide with `render resolve {job.task.key}`"
    job.attempt = replace(job.record, error_kind="unknown", error_message=message)
    await lane.shared.journal.note(Change(attempt=job.attempt))
    lane.settle(job, Outcome.AMBIGUOUS, kind="ambiguous", message=message)
    return None
