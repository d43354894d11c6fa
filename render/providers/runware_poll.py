"""What a Runware reply to `getResponse` says about each task.

A poll that fails says nothing about any render. A verdict needs a successful read and an error that names the task;
not knowing a task is no verdict either, since an unknown id and a running one are answered alike.
Source: https://runware.ai/docs/platform/task-polling (2026-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.errors import AccountError, InputRefusedError, ProviderError, ReadFailedError, RejectedError
from render.providers.codes import CodeKind, kind_of, render_failure
from render.providers.protocol import RemoteState, Result
from render.providers.replies import (
    UnreadableError,
    link_flaw,
    read_cost,
    read_flag,
    read_percentage,
    read_seed,
    read_url,
    read_word,
    readable_text,
)
from render.providers.runware_media import is_about_input
from render.providers.runware_reply import Answer, TaskError, read_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from render.providers.protocol import Reply

#: a finished item; published samples carry no status at all
_DONE = frozenset({"", "success", "completed"})
_NO_VERDICT = frozenset({CodeKind.GONE, CodeKind.CONFLICT})
_UNREADABLE_STATUSES = frozenset({401, 402, 403, 408, 429})


def states_in(reply: Reply, *, remote_ids: Sequence[str]) -> dict[str, RemoteState]:
    """Read one state for each of `remote_ids`; ids that nobody asked for are passed over.

    Raises:
        ReadFailedError: not readable, not a success, or an error that names none of the ids and nothing beside it.
        AccountError: the same, for a refused key or missing credit.
    """
    answer = free_answer(reply)
    if not _is_about(answer, frozenset(remote_ids)):
        raise unread(answer, reply)
    return {remote_id: _state(answer, remote_id) for remote_id in remote_ids}


def free_answer(reply: Reply) -> Answer:
    """Take the reply to a free question apart.

    Raises:
        ReadFailedError: it cannot be.
    """
    try:
        return read_answer(reply)
    except UnreadableError as error:
        message = f"no valid answer from Runware (HTTP {reply.status}: {error})"
        raise ReadFailedError(message, http_status=reply.status, retry_after_s=reply.retry_after_s) from error


def _is_about(answer: Answer, asked: frozenset[str]) -> bool:
    named = {error.task_id for error in answer.errors} | {_id_of(item) for item in answer.items}
    if answer.is_success:
        return not answer.errors or bool(named & asked)
    # One bad id must not keep its neighbours' results from us, so a refusal that names it is read like an answer.
    return 400 <= answer.status < 500 and answer.status not in _UNREADABLE_STATUSES and bool(named & asked)


def _id_of(item: Mapping[str, Any]) -> str:
    task_id = item.get("taskUUID")
    return task_id if isinstance(task_id, str) else ""


def unread(answer: Answer, reply: Reply) -> ProviderError:
    """Say why a free question was not answered: by its first error, or by the status."""
    error = answer.errors[0] if answer.errors else TaskError(task_id="", code="", message="")
    kind, status = kind_of(error.code), reply.status
    message = error.message or error.code or f"Runware answered with HTTP {status}"
    if status in {401, 402, 403} or kind in {CodeKind.AUTH, CodeKind.QUOTA}:
        is_credit = kind is CodeKind.QUOTA or status == 402
        return AccountError(message, code=error.code, http_status=status, is_credit=is_credit)
    return ReadFailedError(message, code=error.code, http_status=status, retry_after_s=reply.retry_after_s)


def _state(answer: Answer, remote_id: str) -> RemoteState:
    items = [item for item in answer.items if _id_of(item) == remote_id]
    errors = [error for error in answer.errors if error.task_id == remote_id]
    verdicts = [error for error in errors if answer.is_success and kind_of(error.code) not in _NO_VERDICT]
    open_items = [item for item in items if result_in(item) is None]
    results = _each_once(result for result in map(result_in, items) if result)
    words = [read_word(item.get("status")) for item in open_items]
    words += [error.code for error in errors if error not in verdicts]
    return RemoteState(
        results=results,
        failures=tuple(_failure(error, answer.status) for error in verdicts),
        is_pending=bool(words) or not (results or verdicts),
        progress=next((read_percentage(item.get("progress")) for item in open_items), None),
        word=next(iter(words), ""),
        link_flaw=next(filter(None, map(_flaw_in, open_items)), ""),
    )


def _flaw_in(item: Mapping[str, Any]) -> str:
    """Say why the link of an item that is called finished cannot be followed."""
    is_done = read_word(item.get("status")) in _DONE
    return (link_flaw(item.get("videoURL")) or link_flaw(item.get("imageURL"))) if is_done else ""


def result_in(item: Mapping[str, Any]) -> Result | None:
    """Read the finished file that one item names; None where it names none."""
    url = read_url(item.get("videoURL")) or read_url(item.get("imageURL"))
    if not url or read_word(item.get("status")) not in _DONE:
        return None
    return Result(
        result_id=readable_text(item.get("videoUUID") or item.get("imageUUID")),
        url=url,
        seed=read_seed(item.get("seed")),
        cost_usd=read_cost(item.get("cost")),
        is_nsfw=read_flag(item.get("NSFWContent")),
    )


def _each_once(results: Iterator[Result]) -> tuple[Result, ...]:
    """Keep the first of each file: polls repeat what earlier ones said, and a reply may repeat itself."""
    first: dict[str, Result] = {}
    for result in results:
        first.setdefault(result.result_id or result.url, result)
    return tuple(first.values())


def _failure(error: TaskError, status: int) -> ProviderError:
    message = error.message or error.code or "the render failed without a reason"
    failure = render_failure(message, code=error.code, status=status)
    if isinstance(failure, RejectedError) and is_about_input(error):
        return InputRefusedError(message, code=error.code, http_status=status)
    return failure
