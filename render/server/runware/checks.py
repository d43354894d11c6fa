"""Decides whether a paid task is accepted: its own id, its model's rules, its files, its addresses, credit and room.

The first group that finds something answers; within the rules of a model, every fault is told at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.server.egress import is_allowed
from render.server.models import runware_model
from render.server.models.rules import Fault, find_faults
from render.server.runware.enclosed import UUID
from render.server.runware.errors import error_object, refusal
from render.server.runware.inputs import input_faults
from render.server.runware.sales import model_of, price_usd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.server.models.runware_model import RunwareModel
    from render.server.records import Job, Result
    from render.server.runware.desk import Desk


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One task that is not accepted."""

    task: Mapping[str, Any]
    errors: tuple[dict[str, Any], ...]
    #: the HTTP status, if nothing else is in the reply
    status: int = 400

    @property
    def has_id(self) -> bool:
        """Whether the task can be asked after."""
        return is_id(self.task.get("taskUUID"))


def refusal_of(
    task: Mapping[str, Any], *, taken: set[str], sales: Mapping[str, tuple[Job, list[Result]]], desk: Desk
) -> Refusal | None:
    """Why a task is not accepted; None where it is. `sales` are those of the same request so far."""
    identity = list(_identity_faults(task, desk))
    if identity:
        return Refusal(task=task, errors=tuple(refusal(fault, task=task) for fault in identity))
    if task["taskUUID"] in taken:
        message = "A task with this taskUUID was accepted before."
        return _single("conflictTaskUUID", message, task, status=desk.switches.conflict_status, parameter="taskUUID")
    model = model_of(task, service=desk.service)
    faults = list(_faults(task, model, desk))
    if faults:
        errors = (refusal(fault, task=task, documentation=model.documentation) for fault in faults)
        return Refusal(task=task, errors=tuple(errors))
    return _no_room(task, sales, desk) or _no_credit(task, sales, desk)


def _identity_faults(task: Mapping[str, Any], desk: Desk) -> Iterator[Fault]:
    """What must be right before a task can be compared with the rules of its model."""
    yield from id_faults(task)
    name = task.get("model")
    if name is None:
        yield Fault(kind="missing", parameters=("model",), expected="is required: the id of a model")
    elif not isinstance(name, str) or runware_model(name, task_type=task["taskType"], switches=desk.switches) is None:
        expected = f"must be the id of a model that serves {task['taskType']} here, like runware:210@1"
        yield Fault(kind="invalid", parameters=("model",), expected=expected)


def id_faults(task: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults of a task's own id. Any version is taken: a time-ordered id was seen to pass on the live service."""
    identifier = task.get("taskUUID")
    if identifier is None:
        yield Fault(kind="missing", parameters=("taskUUID",), expected="is required: a UUID v4")
    elif not is_id(identifier):
        yield Fault(kind="invalid", parameters=("taskUUID",), expected="must be a UUID v4")


def is_id(value: Any) -> bool:
    """Whether a value can be a task's id; what cannot is never looked up or kept."""
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def _faults(task: Mapping[str, Any], model: RunwareModel, desk: Desk) -> Iterator[Fault]:
    single = list(find_faults(task, rules=model.rules))
    if single:
        yield from single
        return
    yield from model.cross_faults(model.resolved(task))
    yield from input_faults(task, desk=desk)
    for name in ("webhookURL", "uploadEndpoint"):
        if name in task and not is_allowed(task[name], hosts=desk.service.options.allowed_hosts):
            expected = "leads to a host that this server was not allowed to send to"
            yield Fault(kind="unserved", parameters=(name,), expected=expected)


def _no_room(task: Mapping[str, Any], sales: Mapping[str, tuple[Job, list[Result]]], desk: Desk) -> Refusal | None:
    limit = desk.switches.queue_limit
    if limit is None or len(desk.service.ledger.waiting()) + len(sales) < limit:
        return None
    message = "The queue of this model is full; try again later."
    return _single(desk.switches.rate_limit_code, message, task, status=429)


def _no_credit(task: Mapping[str, Any], sales: Mapping[str, tuple[Job, list[Result]]], desk: Desk) -> Refusal | None:
    left_usd = desk.service.balance_usd("runware")
    if math.isinf(left_usd):
        return None
    reserved_usd = sum(job.cost_usd for job, _ in sales.values())
    if price_usd(task, service=desk.service) <= left_usd - reserved_usd:
        return None
    return _single(desk.switches.credit_code, "The balance is too low for this task.", task, status=402)


def _single(code: str, message: str, task: Mapping[str, Any], *, status: int, **members: Any) -> Refusal:
    return Refusal(task=task, errors=(error_object(code, message=message, task=task, **members),), status=status)
