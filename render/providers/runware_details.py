"""Reads Runware's archive: `getTaskDetails`, which keeps every request and the latest answer about it.

The latest, not the best: a refused repetition of an id hides the result of the first. So what is read here is a hint
for a link or a cost, never a verdict. Source: https://runware.ai/docs/platform/task-details (2026-11), and one
adapter's tests for what hides a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.providers.codes import CodeKind, kind_of
from render.providers.protocol import Call, Details
from render.providers.replies import read_items
from render.providers.runware_poll import free_answer, result_in, unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.providers.protocol import Reply

_UNKNOWN = frozenset({CodeKind.GONE, CodeKind.NOT_FOUND})


def details_call(remote_id: str) -> Call:
    """Ask the archive about one task."""
    return Call(method="POST", path="", body=[{"taskType": "getTaskDetails", "taskUUID": remote_id}], is_paid=False)


def details_in(reply: Reply, *, remote_id: str) -> Details:
    """Read what the archive has: only an item or an error that names the id counts.

    Raises:
        ReadFailedError: nothing in it is about this id.
        AccountError: refused for who asks.
    """
    answer = free_answer(reply)
    items = [item for item in answer.items if item.get("taskUUID") == remote_id]
    if answer.is_success and items:
        results = map(result_in, _told_about(items, remote_id))
        return Details(is_known=True, result=next(filter(None, results), None))
    errors = [error for error in answer.errors if error.task_id == remote_id]
    is_answer = answer.is_success or answer.status in {400, 404}
    if is_answer and any(kind_of(error.code) in _UNKNOWN for error in errors):
        return Details(is_known=False)
    raise unread(answer, reply)


def _told_about(items: list[Mapping[str, Any]], remote_id: str) -> Iterator[Mapping[str, Any]]:
    for response in (part for item in items for part in read_items(item.get("response"))):
        yield from (told for told in read_items(response.get("data")) if told.get("taskUUID") == remote_id)
