"""Answers an array of tasks, however it came: sorts them by type and hands each to the module that knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.clock import new_id
from render.server.models.rules import Fault
from render.server.records import Submission
from render.server.runware.account import answer_account
from render.server.runware.checks import id_faults
from render.server.runware.details import answer_details
from render.server.runware.errors import error_object, refusal
from render.server.runware.media import answer_image_upload, answer_storage
from render.server.runware.poll import answer_polls
from render.server.runware.reply import Reply
from render.server.runware.search import answer_search
from render.server.runware.tasks import PAID_TASKS, accept_tasks
from render.server.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from render.server.runware.desk import Errand

Task = dict[str, Any]

#: what is free and bears an id of its own
_ANSWERS: Mapping[str, Callable[..., Awaitable[None]]] = {
    "getTaskDetails": answer_details,
    "accountManagement": answer_account,
    "modelSearch": answer_search,
    "mediaStorage": answer_storage,
    "imageUpload": answer_image_upload,
}
SERVED = ("authentication", "ping", "getResponse", *_ANSWERS, *PAID_TASKS)


def read_tasks(body: bytes | str) -> list[Task]:
    """Read an array of tasks.

    Raises:
        ValueError: it is none; the text says why.
    """
    tasks = read_json(body)
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise ValueError("it must be an array of task objects")
    if not tasks:
        raise ValueError("the array holds no task")
    return tasks


def unreadable(error: ValueError) -> Reply:
    """The reply to what is no array of tasks."""
    reply = Reply()
    reply.refuse([error_object("invalidRequest", message=f"The body is not right: {error}.")])
    return reply


async def answer(tasks: list[Task], *, errand: Errand) -> Reply:
    """Answer all tasks of one array, each on its own; what was sold is on the disk when this returns."""
    reply, ledger = Reply(), errand.desk.service.ledger
    ledger.count([f"runware.{_kind(task)}" for task in tasks])
    limit = errand.desk.switches.max_tasks
    if limit is not None and len(tasks) > limit:
        reply.refuse([error_object("maxTasksExceeded", message=f"A request may hold {limit} tasks.")])
        return reply
    for task in tasks:
        await _answer_free(task, errand, reply)
    paid = [task for task in tasks if _kind(task) in PAID_TASKS]
    if paid:
        await accept_tasks(paid, submission=_submission(tasks, errand), errand=errand, reply=reply)
    await answer_polls([task for task in tasks if _kind(task) == "getResponse"], errand=errand, reply=reply)
    await ledger.committed()
    return reply


async def _answer_free(task: Task, errand: Errand, reply: Reply) -> None:
    kind = _kind(task)
    if kind == "authentication":
        session_id = errand.session.id if errand.session is not None else new_id(errand.desk.service.options.chance)
        reply.data.append({"taskType": "authentication", "connectionSessionUUID": session_id})
    elif kind == "ping":
        reply.data.append({"taskType": "ping", "pong": True})
    elif kind == "unknown":
        reply.refuse([_unknown_type(task)])
    elif kind in _ANSWERS:
        faults = list(id_faults(task))
        if faults:
            reply.refuse(refusal(fault, task=task) for fault in faults)
        else:
            await _ANSWERS[kind](task, errand=errand, reply=reply)


def _kind(task: Task) -> str:
    kind = task.get("taskType")
    return kind if isinstance(kind, str) and kind in SERVED else "unknown"


def _submission(tasks: list[Task], errand: Errand) -> Submission:
    kinds = dict.fromkeys(_kind(task) for task in tasks if _kind(task) in PAID_TASKS)
    return Submission(
        kind="+".join(f"runware.{kind}" for kind in kinds),
        body=[{name: value for name, value in task.items() if name != "apiKey"} for task in tasks],
        at=errand.desk.service.clock.now(),
        client_request_id=errand.client_request_id,
    )


def _unknown_type(task: Task) -> Task:
    if "taskType" not in task:
        return refusal(Fault(kind="missing", parameters=("taskType",), expected="is required"), task=task)
    message = f"'taskType' must be one of {', '.join(SERVED)}: this server knows no other."
    return error_object(
        "unsupportedTaskType", message=message, task=task, parameter="taskType", allowedValues=list(SERVED)
    )
