"""Turns an accepted task into a job with its results: seeds, prices, names of files, and when each is ready."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from render.server.clock import new_id
from render.server.latency import Work
from render.server.models import runware_model
from render.server.models.runware_model import LARGEST_SEED
from render.server.records import Job, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.server.models.runware_model import RunwareModel
    from render.server.options import Service


def sale_of(task: Mapping[str, Any], *, service: Service, is_rehearsal: bool) -> tuple[Job, list[Result]]:
    """The job and the results that this task buys, each ready at a time of its own; a rehearsal takes up no worker."""
    model, accepted_at, chance = model_of(task, service=service), service.clock.now(), service.options.chance
    resolved = model.resolved(task)
    first_seed = resolved.get("seed", chance.randrange(1, 2**32))
    results = []
    for number in range(1, resolved["numberResults"] + 1):
        work, result_id = _work(resolved, number), new_id(chance)
        results.append(
            Result(
                id=result_id,
                job_id=task["taskUUID"],
                number=number,
                seed=(first_seed + number - 1) % (LARGEST_SEED + 1),
                cost_usd=_price_usd(resolved, number, model, service),
                file_name=f"{result_id}.{resolved['outputFormat'].lower()}",
                ready_at=accepted_at if is_rehearsal else service.workshop.ready_at(work, accepted_at=accepted_at),
            )
        )
    job = Job(
        id=task["taskUUID"],
        provider="runware",
        task_type=task["taskType"],
        model=task["model"],
        request=resolved,
        accepted_at=accepted_at,
        cost_usd=round(sum(result.cost_usd for result in results), 6),
    )
    return job, results


def price_usd(task: Mapping[str, Any], *, service: Service) -> float:
    """What all results of a task will cost together."""
    model = model_of(task, service=service)
    resolved = model.resolved(task)
    return sum(_price_usd(resolved, number, model, service) for number in range(1, resolved["numberResults"] + 1))


def model_of(task: Mapping[str, Any], *, service: Service) -> RunwareModel:
    """The model of a task that names one.

    Raises:
        LookupError: it names none that is served for its type.
    """
    switches = service.options.switches.runware
    model = runware_model(task["model"], task_type=task["taskType"], switches=switches)
    if model is None:
        raise LookupError(task["model"])
    return model


def _price_usd(task: Mapping[str, Any], number: int, model: RunwareModel, service: Service) -> float:
    work = _work(task, number)
    list_usd = model.price_usd(task, random.Random(f"{work.key}:price").random())
    return service.prices.price_usd(work, list_usd=list_usd)


def _work(task: Mapping[str, Any], number: int) -> Work:
    return Work(provider="runware", model=task["model"], key=f"{task['taskUUID']}:{number}")
