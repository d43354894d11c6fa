"""What is written down before a purchase is sent: a new attempt, or one of an earlier run taken up again.

Pure but for the id, which is drawn here: makes records, and neither writes nor sends them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from render.records import Attempt, Status

if TYPE_CHECKING:
    from render.runner.job import Job
    from render.runner.lane import Lane
    from render.runner.prices import Prices


def recovered(job: Job, lane: Lane, prices: Prices) -> Attempt:
    """Return the attempt of an earlier run as it is sent again: for this task, under this key, at today's price."""
    ceiling = prices.ceiling_of(job.record)
    return replace(
        job.record,
        task_key=job.task.key,
        shot=job.task.shot,
        path=job.task.path,
        ceiling_usd=None if ceiling is None else float(ceiling),
        key_mark=lane.terms.key_mark,
    )


def new_attempt(job: Job, lane: Lane, prices: Prices) -> Attempt:
    """Return the intent of a purchase that was never tried, under an id of its own.

    Raises:
        LookupError: the catalog has no such model.
    """
    task, surroundings = job.task, lane.shared.surroundings
    ceiling = prices.of_new(task)
    spec = lane.shared.spec_of(task.model)
    if spec is None:
        raise LookupError(task.model)
    return Attempt(
        id=surroundings.new_id(),
        task_key=task.key,
        fingerprint=job.planned.fingerprint,
        number=job.planned.next_number,
        status=Status.PREPARED,
        shot=task.shot,
        take=task.take,
        provider=task.provider,
        lane=lane.name,
        model=task.model,
        params=task.params,
        path=task.path,
        request=lane.terms.provider.request(task.params, spec, model_id=task.model),
        endpoint=lane.terms.settings.endpoint,
        run_id=lane.shared.run_id,
        prepared_at=surroundings.now(),
        ceiling_usd=None if ceiling is None else float(ceiling),
        key_mark=lane.terms.key_mark,
    )
