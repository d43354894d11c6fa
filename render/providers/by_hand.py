"""What a task asks for as a body that a person can send, with an id that follows from the content.

An id by chance would make every export another purchase. This one is the same each time, so that Runware refuses the
second sending of it; and it is no id of an attempt, so nothing that was bought by a run can be mistaken for it.
Its last group is the number of the take and the rest is the same for all takes of a shot, so whoever reads such bodies
knows what was one shot.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from render.fingerprint import fingerprint
from render.providers import PROVIDERS

if TYPE_CHECKING:
    from render.catalog.spec import ModelSpec
    from render.wish import Task

_TAKE_DIGITS = 12


def requests_of(task: Task, spec: ModelSpec, *, project: str) -> list[dict[str, Any]]:
    """Return what would be sent for a task: one request, as its provider takes it."""
    provider = PROVIDERS[task.provider]
    request = provider.request(task.params, spec, model_id=task.model)
    body = provider.submit(request, our_id=_id_of(task, spec, project=project)).body
    return body if isinstance(body, list) else [body or {}]


def _id_of(task: Task, spec: ModelSpec, *, project: str) -> str:
    """Return the id under which a take may be sent by hand."""
    seed = task.params.get("seed")
    first = {**task.params, "seed": seed - task.take + 1} if isinstance(seed, int) else task.params
    content = fingerprint(first, spec=spec, model=task.model, take=1)
    digest = hashlib.sha256(f"{project}\n{task.shot}\n{content}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))[:-_TAKE_DIGITS] + f"{task.take:0{_TAKE_DIGITS}d}"


def take_in(task_id: Any) -> tuple[str, int] | None:
    """Return what the takes of one shot have in common in such an id, and the number of the take; or None."""
    head, _, tail = task_id.rpartition("-") if isinstance(task_id, str) else ("", "", "")
    is_ours = len(task_id or "") == 36 and len(tail) == _TAKE_DIGITS and tail.isdecimal() and 0 < int(tail) < 100
    return (head, int(tail)) if is_ours else None
