"""Writes down what a provider finished, and sends the file on its way home: whoever found out about it comes here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from render.events import TaskRendered
from render.records import Status
from render.runner.job import Outcome
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.providers.protocol import Result
    from render.runner.job import Job
    from render.runner.lane import Lane


async def take_result(lane: Lane, job: Job, results: Sequence[Result]) -> None:
    """Record the first of `results` as what the task asked for, and hand the job to the fetchers with the rest."""
    result, *extras = results
    lane.release(job)
    lane.shared.gate.progressed()
    attempt = job.record
    job.extras = tuple(extras)
    job.cost_usd = result.cost_usd if result.cost_usd is not None else attempt.cost_usd
    job.attempt = replace(
        attempt,
        task_key=job.task.key,
        shot=job.task.shot,
        status=attempt.status if attempt.status is Status.SAVED else Status.RENDERED,
        remote_id=attempt.remote_id or attempt.id,
        rendered_at=attempt.rendered_at or lane.shared.surroundings.now(),
        source_url=result.url,
        result_id=result.result_id,
        seed=result.seed if result.seed is not None else attempt.seed,
        cost_usd=job.cost_usd,
        error_kind="",
        error_message="",
    )
    await lane.shared.journal.note(Change(attempt=job.attempt))
    told = None if job.is_fetched_again else job.cost_usd
    lane.shared.emit(TaskRendered(key=job.task.key, lane=lane.name, cost_usd=told))
    lane.hand_over(job)


async def hold_result(lane: Lane, job: Job, message: str) -> None:
    """Record that a result is there and cannot be had now; the next run asks again."""
    job.attempt = replace(job.record, error_kind="held", error_message=message)
    await lane.shared.journal.note(Change(attempt=job.attempt))
    lane.settle(job, Outcome.HELD, kind="held", message=message)
    lane.release(job)


def park(lane: Lane, job: Job, message: str) -> None:
    """Leave a job that the provider has to the next run, with its id kept."""
    lane.settle(job, Outcome.PARKED, kind="parked", message=message)
    lane.release(job)
