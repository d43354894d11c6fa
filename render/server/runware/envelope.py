"""The one endpoint of the Runware API: reads an array of tasks, lets the sender in, hands each task on, replies.

Statuses: 200 where anything was accepted or merely asked after, 400 where all was refused, 401 for a bad key, 504
where a synchronous task takes too long. The member `errors` is absent where there are none: official clients take
its presence alone for a failure.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from render.server.access import bearer_key, client_request_id, is_let_in
from render.server.models.rules import Fault
from render.server.options import SERVICE
from render.server.records import Submission
from render.server.runware.errors import INVALID_KEY, error_object, refusal
from render.server.runware.poll import answer_polls
from render.server.runware.tasks import PAID_TASKS, accept_tasks
from render.server.strict_json import read_json

if TYPE_CHECKING:
    from render.server.options import Service

_FREE_TASKS = ("authentication", "ping", "getResponse")
Tasks = list[dict[str, Any]]


@dataclass(kw_only=True, slots=True)
class Reply:
    """A reply as it grows; one list for each reason why something is in it."""

    data: list[dict[str, Any]] = field(default_factory=list)
    #: never accepted
    refused: list[dict[str, Any]] = field(default_factory=list)
    #: accepted, and failed later
    failed: list[dict[str, Any]] = field(default_factory=list)
    #: accepted, and not ready in time
    overdue: list[dict[str, Any]] = field(default_factory=list)

    def response(self) -> web.Response:
        """The reply as HTTP."""
        errors = [*self.refused, *self.failed, *self.overdue]
        carries_results = any(item["taskType"] != "authentication" for item in self.data)
        status = 200 if carries_results or self.failed else 504 if self.overdue else 400 if self.refused else 200
        return web.json_response({"data": self.data, **({"errors": errors} if errors else {})}, status=status)


async def post_tasks(request: web.Request) -> web.Response:
    """Serve `POST /v1`."""
    service = request.app[SERVICE]
    try:
        tasks = _read_tasks(await request.read())
    except web.HTTPRequestEntityTooLarge:
        service.ledger.count(["runware.malformed"])
        raise
    except ValueError as error:
        service.ledger.count(["runware.malformed"])
        return Reply(refused=[error_object("invalidRequest", message=f"The body is not right: {error}.")]).response()
    if not _is_let_in(request, tasks, service):
        service.ledger.count(["runware.unauthorised"])
        return web.json_response({"data": [], "errors": [INVALID_KEY]}, status=401)
    service.ledger.count([f"runware.{_kind(task)}" for task in tasks])
    return (await _answer(tasks, request, service)).response()


def _read_tasks(body: bytes) -> Tasks:
    tasks = read_json(body)
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise ValueError("it must be an array of task objects")
    if not tasks:
        raise ValueError("the array holds no task")
    return tasks


def _is_let_in(request: web.Request, tasks: Tasks, service: Service) -> bool:
    key = tasks[0].get("apiKey") if tasks[0].get("taskType") == "authentication" else bearer_key(request)
    return isinstance(key, str) and is_let_in(key, keys=service.options.keys)


def _kind(task: dict[str, Any]) -> str:
    kind = task.get("taskType")
    return kind if isinstance(kind, str) and kind in {*_FREE_TASKS, *PAID_TASKS} else "unknown"


async def _answer(tasks: Tasks, request: web.Request, service: Service) -> Reply:
    reply = Reply()
    for task in tasks:
        kind = _kind(task)
        if kind == "authentication":
            reply.data.append({"taskType": "authentication", "connectionSessionUUID": str(uuid4())})
        elif kind == "ping":
            reply.data.append({"taskType": "ping", "pong": True})
        elif kind == "unknown":
            reply.refused.append(_unknown_type(task))
    paid = [task for task in tasks if _kind(task) in PAID_TASKS]
    if paid:
        submission = _submission(tasks, request)
        await accept_tasks(paid, submission=submission, request=request, service=service, reply=reply)
    polls = [task for task in tasks if _kind(task) == "getResponse"]
    await answer_polls(polls, request=request, service=service, reply=reply)
    return reply


def _submission(tasks: Tasks, request: web.Request) -> Submission:
    kinds = dict.fromkeys(_kind(task) for task in tasks if _kind(task) in PAID_TASKS)
    return Submission(
        kind="+".join(f"runware.{kind}" for kind in kinds),
        body=[{name: value for name, value in task.items() if name != "apiKey"} for task in tasks],
        at=time.time(),
        client_request_id=client_request_id(request),
    )


def _unknown_type(task: dict[str, Any]) -> dict[str, Any]:
    if "taskType" not in task:
        return refusal(Fault(kind="missing", parameters=("taskType",), expected="is required"), task=task)
    served = [*_FREE_TASKS, *PAID_TASKS]
    message = f"'taskType' must be one of {', '.join(served)}: this server knows no other."
    return error_object("unsupportedTaskType", message=message, task=task, parameter="taskType", allowedValues=served)
