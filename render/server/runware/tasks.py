"""Accepts paid Runware tasks: checks each on its own, sells what is right in one transaction, hands it to the workshop.

An id that was sold before is refused with `conflictTaskUUID` and sold no second time, whatever became of the first,
unless a switch says that an id is free again once its task has ended.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from render.server.records import State
from render.server.runware.checks import is_id, refusal_of
from render.server.runware.errors import error_object
from render.server.runware.inputs import store_enclosed
from render.server.runware.results import acknowledgement, settled
from render.server.runware.sales import sale_of

if TYPE_CHECKING:
    from render.server.records import Job, Result, Submission
    from render.server.runware.checks import Refusal
    from render.server.runware.desk import Errand
    from render.server.runware.reply import Reply

PAID_TASKS = ("videoInference", "imageInference")

Sales = dict[str, tuple["Job", list["Result"]]]
Tasks = list[dict[str, Any]]


@dataclass(kw_only=True, slots=True)
class _Verdict:
    """What becomes of the tasks of one request, each list in their order."""

    sales: Sales = field(default_factory=dict)
    accepted: Tasks = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    #: sold before, ended, and free to be sold again
    again: list[str] = field(default_factory=list)


async def accept_tasks(tasks: Tasks, *, submission: Submission, errand: Errand, reply: Reply) -> None:
    """Sell what can be sold, and add an answer for every task to the reply."""
    # storing files takes time, in which nobody else may buy under an id that was just found to be free
    async with errand.desk.till:
        verdict = _judge(tasks, errand)
        if not errand.is_rehearsal:
            for job, _ in verdict.sales.values():
                await store_enclosed(job.request, desk=errand.desk)
            _record(verdict, submission, errand)
    for refusal in verdict.refused:
        reply.refuse(refusal.errors, status=refusal.status)
    reply.has_sale, reply.has_lost_sale = bool(verdict.sales), bool(verdict.refused)
    if errand.is_rehearsal:
        reply.data += _prices(verdict.sales, errand)
        return
    for job, results in verdict.sales.values():
        _hand_on(job, results, errand)
    await _answer(verdict.sales, errand, reply)


def _judge(tasks: Tasks, errand: Errand) -> _Verdict:
    ledger, verdict = errand.desk.service.ledger, _Verdict()
    ids = [task["taskUUID"] for task in tasks if is_id(task.get("taskUUID"))]
    known, results = ledger.jobs(ids), ledger.results(ids)
    free = {id_ for id_ in known if _is_free_again(results[id_], errand)}
    taken = known.keys() - free
    for task in tasks:
        refusal = refusal_of(task, taken=taken, sales=verdict.sales, desk=errand.desk)
        if refusal is not None:
            verdict.refused.append(refusal)
            continue
        taken.add(task["taskUUID"])
        verdict.accepted.append(task)
        verdict.sales[task["taskUUID"]] = sale_of(task, service=errand.desk.service, is_rehearsal=errand.is_rehearsal)
    verdict.again = [id_ for id_ in verdict.sales if id_ in free]
    return verdict


def _record(verdict: _Verdict, submission: Submission, errand: Errand) -> None:
    ledger, archive = errand.desk.service.ledger, errand.desk.archive
    for refusal in verdict.refused:
        if refusal.has_id:
            archive.keep_refusal(refusal.task, errors=refusal.errors)
    ledger.retire(verdict.again)
    ledger.sell(verdict.sales, submission=submission)
    archive.keep_tasks(verdict.accepted, base_url=errand.base_url)


def _is_free_again(results: list[Result], errand: Errand) -> bool:
    window, states = errand.desk.switches.conflict_window, {result.state for result in results}
    if window == "unless_failed":
        return states == {State.FAILED}
    return window == "running" and State.WAITING not in states


def _prices(sales: Sales, errand: Errand) -> Tasks:
    if errand.desk.switches.dry_run_reply == "nothing":
        return []
    return [{**acknowledgement(job), "cost": job.cost_usd} for job, _ in sales.values()]


def _hand_on(job: Job, results: list[Result], errand: Errand) -> None:
    if errand.session is not None and (_is_sync(job) or errand.desk.switches.push_async):
        errand.session.expect(job, is_sync=_is_sync(job))
    if errand.session is not None and _is_sync(job):
        give_up = partial(errand.session.give_up, job.id, envelope={"data": [], "errors": [overdue(job)]})
        asyncio.get_running_loop().call_later(errand.desk.service.options.sync_timeout_s, give_up)
    errand.desk.service.workshop.take(job, results=results)


def _is_sync(job: Job) -> bool:
    return bool(job.request["deliveryMethod"] == "sync")


async def _answer(sales: Sales, errand: Errand, reply: Reply) -> None:
    """Acknowledge what is asynchronous and wait for the rest; over a socket all results are pushed instead."""
    waited_for = [sale for sale in sales.values() if _is_sync(sale[0])]
    reply.data += [acknowledgement(job) for job, _ in sales.values() if not _is_sync(job)]
    if waited_for and errand.session is None:
        service = errand.desk.service
        every = [result for _, results in waited_for for result in results]
        await service.workshop.wait(every, timeout_s=service.options.sync_timeout_s)
        for job, _ in waited_for:
            await _deliver(job, errand, reply)


async def _deliver(job: Job, errand: Errand, reply: Reply) -> None:
    now = errand.desk.service.ledger.results([job.id])[job.id]
    items, failures = await settled(job, results=now, desk=errand.desk, base_url=errand.base_url)
    reply.data += items
    reply.failed += failures
    if all(result.state is not State.WAITING for result in now):
        return
    if errand.desk.switches.sync_timeout_reply == "acknowledgement":
        reply.data.append(acknowledgement(job))
    else:
        reply.overdue.append(overdue(job))


def overdue(job: Job) -> dict[str, Any]:
    """The error object of a synchronous task that takes too long; the task goes on."""
    message = "The results take longer than this request may; ask for them with getResponse."
    return error_object("timeout", message=message, task=acknowledgement(job))
