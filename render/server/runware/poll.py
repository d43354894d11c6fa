"""Answers `getResponse`: everything known about each task, all over again at every poll.

An id that was never sold is answered with nothing, as if it were still running: that is what clients have seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.models.rules import Fault
from render.server.records import State
from render.server.runware.errors import refusal
from render.server.runware.results import progress, settled

if TYPE_CHECKING:
    from aiohttp import web

    from render.server.options import Service
    from render.server.runware.envelope import Reply

_NO_ID = Fault(kind="missing", parameters=("taskUUID",), expected="is required: the id of the task that is asked after")


async def answer_polls(tasks: list[dict[str, Any]], *, request: web.Request, service: Service, reply: Reply) -> None:
    """Add to the reply what is known of the tasks these polls ask after, each task once."""
    ids = [task["taskUUID"] for task in tasks if isinstance(task.get("taskUUID"), str)]
    reply.refused += [refusal(_NO_ID, task=task) for task in tasks if not isinstance(task.get("taskUUID"), str)]
    jobs, results = service.ledger.jobs(ids), service.ledger.results(ids)
    for identifier in dict.fromkeys(ids):
        job = jobs.get(identifier)
        if job is None or job.provider != "runware":
            continue
        items, failures = await settled(request, service=service, job=job, results=results[identifier])
        waiting = [result for result in results[identifier] if result.state is State.WAITING]
        reply.data += [progress(job, result=result) for result in waiting]
        reply.data += [{**item, "status": "success"} for item in items]
        reply.failed += failures
