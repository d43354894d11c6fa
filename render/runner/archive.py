"""What is asked of a provider's archive when its polls do not help: a fresh link, or whether an old id ever arrived.

The archive gives hints and no verdicts: what it does not know may be running, and nothing is bought for its silence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from render.errors import AccountError, OutcomeUnknownError, ReadFailedError, TransientError
from render.providers.protocol import Accepted, Details
from render.records import Action, Status
from render.retry import download_wait, next_wait
from render.runner.job import Outcome
from render.runner.results import hold_result, park, take_result
from render.store import Change

if TYPE_CHECKING:
    from render.runner.job import Job
    from render.runner.lane import Lane

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


async def look_again(lane: Lane, job: Job) -> None:
    """Wait for a fresh link to a finished file; when polls and the archive brought none that works, the file is lost.

    Only where its host says that it is gone, though: one that merely refuses every link may open one to the next run.
    The same link counts as fresh: one that is not there yet and one that is gone are answered alike.
    """
    job.refreshes += 1
    wait_s = download_wait(job.refreshes, draw=lane.shared.surroundings.draw())
    if wait_s is not None:
        lane.track(job, job.record.remote_id or job.record.id)
        job.not_before = job.waiting_since + wait_s
    elif job.has_asked_archive:
        await _lose(lane, job)
    else:
        await _try_the_archive(lane, job)


async def ask_anew(lane: Lane, job: Job, *, cause: str) -> None:
    """Ask once for a fresh link to a finished file because what came under this one was refused for `cause`."""
    job.refused_for = cause
    lane.track(job, job.record.remote_id or job.record.id)


async def hold_refused(lane: Lane, job: Job) -> None:
    """Hold a file of which nothing but wrong bytes could be had."""
    told = f"what arrives is not the file: {job.refused_for}"
    await hold_result(lane, job, f"{told}; its link is kept, and the next run tries again")


async def _try_the_archive(lane: Lane, job: Job) -> None:
    job.has_asked_archive = True
    details = await ask_archive(lane, job.record.remote_id or job.record.id)
    if details is None:
        park(lane, job, "the link is dead and the provider's archive cannot be asked; the next run asks again")
    elif details.result is not None and details.result.url != job.record.source_url:
        await take_result(lane, job, (details.result,))
    else:
        await _lose(lane, job)


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


async def find_link(lane: Lane, job: Job, *, word: str) -> None:
    """Ask for the link of a render that polls call finished without giving one; where there is none, it is held."""
    details = await ask_archive(lane, job.record.remote_id)
    if details is not None and details.result is not None:
        await take_result(lane, job, (details.result,))
        return
    told = f"the provider calls render {job.record.remote_id} {word!r} and gives no link that can be used"
    await hold_result(lane, job, f"{told}; the next run asks again")


async def find_unknown(lane: Lane, job: Job) -> None:
    """Ask after a render that polls do not know any more; where nobody does, it is parked, and never bought again."""
    details = await ask_archive(lane, job.record.remote_id)
    if details is not None and details.result is not None:
        await take_result(lane, job, (details.result,))
        return
    told = f"the provider does not know render {job.record.remote_id}, or no longer"
    park(lane, job, f"{told}; the next run asks again, and `render resolve {job.task.key}` ends it")


def is_past_recognition(lane: Lane, job: Job) -> bool:
    """Say whether a request of an earlier run is too old to be recognised if it is sent again.

    The only wall-clock age that decides anything. A record from the future has no known age, so it is not sent either.
    """
    age_s = (lane.shared.surroundings.now() - job.record.prepared_at).total_seconds()
    is_recent = -_CLOCK_IS_OFF_S <= age_s <= lane.terms.provider.repeat_window_s
    return job.planned.action is Action.RECOVER and not is_recent


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
