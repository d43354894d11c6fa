"""Answers `getResponse`: everything known about each task, all over again at every poll.

An id that was never sold is answered with nothing, as if it were still running: that is what clients have seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.models.rules import Fault
from render.server.records import State
from render.server.runware.errors import error_object, refusal
from render.server.runware.results import failure_item, progress, settled

if TYPE_CHECKING:
    from render.server.records import Job, Result
    from render.server.runware.desk import Errand
    from render.server.runware.reply import Reply

_NO_ID = Fault(kind="missing", parameters=("taskUUID",), expected="is required: the id of the task that is asked after")


async def answer_polls(tasks: list[dict[str, Any]], *, errand: Errand, reply: Reply) -> None:
    """Add to the reply what is known of the tasks these polls ask after, each task once."""
    if len(tasks) > 1 and not errand.desk.switches.poll_arrays:
        message = "A request may hold one getResponse."
        reply.refuse(error_object("arrayTooLong", message=message, task=task) for task in tasks)
        return
    ids = {task["taskUUID"]: task for task in tasks if isinstance(task.get("taskUUID"), str)}
    nameless = [refusal(_NO_ID, task=task) for task in tasks if not isinstance(task.get("taskUUID"), str)]
    if nameless:
        reply.refuse(nameless)
    ledger = errand.desk.service.ledger
    jobs, results = ledger.jobs(list(ids)), ledger.results(list(ids))
    for identifier, task in ids.items():
        job = jobs.get(identifier)
        if job is None or job.provider != "runware" or _is_forgotten(results[identifier], errand):
            _answer_unknown(task, errand, reply)
        else:
            await _tell(job, results[identifier], errand, reply)


async def _tell(job: Job, results: list[Result], errand: Errand, reply: Reply) -> None:
    items, failures = await settled(job, results=results, desk=errand.desk, base_url=errand.base_url)
    waiting = [result for result in results if result.state is State.WAITING]
    reply.data += [progress(job, result=result, desk=errand.desk) for result in waiting]
    reply.data += [{**item, "status": "success"} for item in items]
    if errand.desk.switches.error_in_data:
        reply.data += [failure_item(error) for error in failures]
    else:
        reply.failed += failures


def _is_forgotten(results: list[Result], errand: Errand) -> bool:
    retention_s = errand.desk.switches.retention_s
    ends = [result.finished_at for result in results]
    if retention_s is None or None in ends:
        return False
    return max(end for end in ends if end is not None) + retention_s < errand.desk.service.clock.now()


def _answer_unknown(task: dict[str, Any], errand: Errand, reply: Reply) -> None:
    if errand.desk.switches.unknown_id == "not_found":
        reply.refuse([unknown_task(task)], status=404)


def unknown_task(task: dict[str, Any]) -> dict[str, Any]:
    """The error object for an id that was never accepted or is no longer known."""
    return error_object("taskNotFound", message="No task has this taskUUID.", task=task, parameter="taskUUID")
