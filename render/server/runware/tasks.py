"""Accepts paid Runware tasks: checks each on its own, sells what is right in one transaction, hands it to the workshop.

An id that was sold before is refused with `conflictTaskUUID` and sold no second time, whatever became of the first.
"""

from __future__ import annotations

import random
import re
import secrets
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from render.server.models import runware_model
from render.server.models.rules import Fault, find_faults
from render.server.models.runware_model import LARGEST_SEED
from render.server.records import Job, Result, State
from render.server.runware.errors import error_object, refusal
from render.server.runware.results import acknowledgement, settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aiohttp import web

    from render.server.models.runware_model import RunwareModel
    from render.server.options import Service
    from render.server.records import Submission
    from render.server.runware.envelope import Reply

PAID_TASKS = ("videoInference", "imageInference")
# any version: a time-ordered id was seen to pass on the live service
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

Sales = dict[str, tuple[Job, list[Result]]]


async def accept_tasks(
    tasks: list[dict[str, Any]], *, submission: Submission, request: web.Request, service: Service, reply: Reply
) -> None:
    """Sell what can be sold, and add an answer for every task to the reply."""
    sales: Sales = {}
    known = service.ledger.jobs([task["taskUUID"] for task in tasks if isinstance(task.get("taskUUID"), str)])
    for task in tasks:
        errors = list(_errors(task, taken={*known, *sales}))
        if errors:
            reply.refused += errors
        else:
            sales[task["taskUUID"]] = _sale(task, service)
    service.ledger.sell(sales, submission=submission)
    for job, results in sales.values():
        service.workshop.take(job, results=results)
    for job, results in sales.values():
        if job.request["deliveryMethod"] == "sync":
            await _deliver(job, results, request=request, service=service, reply=reply)
        else:
            reply.data.append(acknowledgement(job))


def _errors(task: Mapping[str, Any], *, taken: set[str]) -> Iterator[dict[str, Any]]:
    identity = list(_identity_faults(task))
    if identity:
        yield from (refusal(fault, task=task) for fault in identity)
        return
    if task["taskUUID"] in taken:
        message = "A task with this taskUUID was accepted before."
        yield error_object("conflictTaskUUID", message=message, task=task, parameter="taskUUID")
        return
    model = _model(task)
    faults = list(find_faults(task, rules=model.rules)) or list(model.cross_faults(model.resolved(task)))
    yield from (refusal(fault, task=task, documentation=model.documentation) for fault in faults)


def _identity_faults(task: Mapping[str, Any]) -> Iterator[Fault]:
    """What must be right before a task can be compared with the rules of its model."""
    identifier, model = task.get("taskUUID"), task.get("model")
    if identifier is None:
        yield Fault(kind="missing", parameters=("taskUUID",), expected="is required: a UUID v4")
    elif not isinstance(identifier, str) or not _UUID.fullmatch(identifier):
        yield Fault(kind="invalid", parameters=("taskUUID",), expected="must be a UUID v4")
    if model is None:
        yield Fault(kind="missing", parameters=("model",), expected="is required: the id of a model")
    elif not isinstance(model, str) or runware_model(model, task_type=task["taskType"]) is None:
        expected = f"must be the id of a model that serves {task['taskType']} here, like runware:210@1"
        yield Fault(kind="invalid", parameters=("model",), expected=expected)


def _model(task: Mapping[str, Any]) -> RunwareModel:
    model = runware_model(task["model"], task_type=task["taskType"])
    if model is None:
        raise LookupError(task["model"])
    return model


def _sale(task: Mapping[str, Any], service: Service) -> tuple[Job, list[Result]]:
    model, identifier, accepted_at = _model(task), task["taskUUID"], time.time()
    resolved = model.resolved(task)
    seed = resolved.get("seed", secrets.randbelow(2**32 - 1) + 1)
    results = []
    for number in range(1, resolved["numberResults"] + 1):
        result_id = str(uuid4())
        results.append(
            Result(
                id=result_id,
                job_id=identifier,
                number=number,
                seed=(seed + number - 1) % (LARGEST_SEED + 1),
                cost_usd=model.price_usd(resolved, random.Random(f"{identifier}:{number}:price").random()),
                file_name=f"{result_id}.{resolved['outputFormat'].lower()}",
                ready_at=service.workshop.ready_at(identifier, number=number, accepted_at=accepted_at),
            )
        )
    job = Job(
        id=identifier,
        provider="runware",
        task_type=task["taskType"],
        model=task["model"],
        request=resolved,
        accepted_at=accepted_at,
        cost_usd=round(sum(result.cost_usd for result in results), 4),
    )
    return job, results


async def _deliver(job: Job, results: list[Result], *, request: web.Request, service: Service, reply: Reply) -> None:
    await service.workshop.wait(results, timeout_s=service.options.sync_timeout_s)
    now = service.ledger.results([job.id])[job.id]
    items, failures = await settled(request, service=service, job=job, results=now)
    reply.data += items
    reply.failed += failures
    if any(result.state is State.WAITING for result in now):
        message = "The results take longer than this request may; ask for them with getResponse."
        reply.overdue.append(error_object("timeout", message=message, task=acknowledgement(job)))
