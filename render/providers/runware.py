"""Runware's API: one endpoint that takes an array of tasks, told apart by a UUID of our choosing.

Decides how our requests are spelled and what a reply to `submit` means. What a poll says is read in `runware_poll`.
A used UUID is refused with `conflictTaskUUID` and not charged again, which is what makes sending twice safe.
Source: https://runware.ai/docs/platform/errors, /task-polling, /rate-limits (2026-11); the conflict: observed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.errors import (
    AccountError,
    InputRefusedError,
    OutcomeUnknownError,
    ProviderError,
    ReadFailedError,
    RejectedError,
    TransientError,
)
from render.providers.bodies import wire_body
from render.providers.codes import CodeKind, kind_of
from render.providers.protocol import Accepted, Call, LogPage
from render.providers.replies import UnreadableError, unanswered
from render.providers.runware_details import details_call, details_in
from render.providers.runware_media import is_about_input, media_id_in, upload_call
from render.providers.runware_poll import states_in
from render.providers.runware_reply import Answer, TaskError, read_answer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.providers.protocol import Details, RemoteState, Reply

#: how the result reaches us; the same for every model. `numberResults` is left out: 1 is its default on every page,
#: and a model that does not list it refuses it
_DELIVERY = {"outputType": "URL", "deliveryMethod": "async", "includeCost": True}
#: the status of a request whose body is longer than they take
_TOO_LARGE = 413
_NAMES_A_MODEL = re.compile(r"model", re.IGNORECASE)
#: codes that can only be said before a task is accepted, so they need not name ours
_REFUSALS = frozenset(CodeKind) - {
    CodeKind.TIMEOUT,
    CodeKind.SERVER,
    CodeKind.PROVIDER,
    CodeKind.DELIVERY,
    CodeKind.UNKNOWN,
    CodeKind.GONE,
}
#: codes of a trouble inside the service, which may come after it has taken the task
_INSIDE = frozenset({CodeKind.TIMEOUT, CodeKind.SERVER, CodeKind.PROVIDER, CodeKind.DELIVERY})


class Runware:
    """The provider `runware`."""

    name = "runware"
    title = "Runware"
    ids_are_ours = True
    default_base_url = "https://api.runware.ai/v1"
    poll_batch = 100
    file_hosts = ("*.runware.ai",)
    failures_are_free = False
    # How long they remember an id is not documented. A day covers a run that was stopped overnight; a longer guess
    # would bet a second purchase on it.
    repeat_window_s = 86_400.0
    request_texts = ("taskType", "model")

    def request(self, params: Mapping[str, Any], spec: ModelSpec, *, model_id: str) -> dict[str, Any]:
        """Write one task: its type and model, what the author gave in the spec's order, then how it is delivered."""
        return {"taskType": spec.task, "model": model_id} | wire_body(params, rows=spec.params) | _DELIVERY

    def submit(self, request: Mapping[str, Any], *, our_id: str) -> Call:
        """Post an array of this one task under our id."""
        task = {"taskType": request["taskType"], "taskUUID": our_id} | dict(request)
        return Call(method="POST", path="", body=[task], is_paid=True)

    def read_submit(self, reply: Reply, *, our_id: str) -> Accepted:
        """Read the answer to one task: only what names our id counts, or an error that names none.

        An empty `data` without errors is an acceptance, and so is a conflict about our id, whatever the status.
        """
        answer = _submit_answer(reply)
        errors = [error for error in answer.errors if error.task_id in {"", our_id}]
        if any(kind_of(error.code) is CodeKind.CONFLICT for error in errors) or _is_acknowledged(answer, our_id):
            return Accepted(remote_id=our_id)
        if not errors:
            raise OutcomeUnknownError("Runware answered, but not about this task", http_status=reply.status)
        raise _refusal(errors[0], reply)

    def upload(self, *, our_id: str, media_type: str) -> Call | None:
        """Put a file into media storage."""
        return upload_call(our_id=our_id, media_type=media_type)

    def read_upload(self, reply: Reply, *, our_id: str) -> str:
        """Read the id of a stored file; storing costs nothing, so that no answer leaves anything in doubt."""
        if reply.status == _TOO_LARGE:
            raise RejectedError("Runware does not take a file of this size", http_status=_TOO_LARGE)
        try:
            answer = _submit_answer(reply)
            stored = media_id_in(answer, our_id=our_id)
            if stored:
                return stored
            for error in answer.errors:
                raise _refusal(error, reply)
        except OutcomeUnknownError as error:
            raise ReadFailedError(
                error.message, code=error.code, http_status=error.http_status, retry_after_s=error.retry_after_s
            ) from error
        raise ReadFailedError("Runware answered without naming the file", http_status=reply.status)

    def poll(self, remote_ids: Sequence[str]) -> Call:
        """Ask for all of them in one array; the answer keeps each one's own id."""
        tasks = [{"taskType": "getResponse", "taskUUID": remote_id} for remote_id in remote_ids]
        return Call(method="POST", path="", body=tasks, is_paid=False)

    def read_poll(self, reply: Reply, *, remote_ids: Sequence[str]) -> Mapping[str, RemoteState]:
        """Route each result and error to the id it names; an id that is not mentioned is pending without a word."""
        return states_in(reply, remote_ids=remote_ids)

    def details(self, remote_id: str) -> Call | None:
        """Ask the archive of tasks."""
        return details_call(remote_id)

    def read_details(self, reply: Reply, *, remote_id: str) -> Details:
        """Read what the archive has on one task."""
        return details_in(reply, remote_id=remote_id)

    def log_page(self, *, page: int) -> Call | None:  # noqa: ARG002 - there is no log to ask
        """Ask nothing: our ids are theirs, so there is nothing to look up."""
        return None

    def read_log(self, reply: Reply, *, our_ids: Collection[str]) -> LogPage:  # noqa: ARG002 - nothing was asked
        """Find nothing, since nothing can be asked."""
        return LogPage()


def _submit_answer(reply: Reply) -> Answer:
    if 300 <= reply.status < 400:
        message = "the API has moved: Runware answered with a redirect"
        raise AccountError(message, http_status=reply.status, is_credit=False)
    try:
        return read_answer(reply)
    except UnreadableError as error:
        raise unanswered(reply, error, by="Runware") from error


def _is_acknowledged(answer: Answer, our_id: str) -> bool:
    if not answer.is_success:
        return False
    is_empty = answer.has_data and not answer.items and not answer.errors
    return is_empty or any(item.get("taskUUID") == our_id for item in answer.items)


def _refusal(error: TaskError, reply: Reply) -> ProviderError:
    """Tell what an error about our task means; the code decides, and the status where the code is of no known kind.

    A trouble inside the service proves no refusal, not even where it names our task: it may be running all the same.
    """
    kind, status = kind_of(error.code), reply.status
    message = error.message or error.code or f"Runware refused without a reason (HTTP {status})"
    is_inside = (kind in _INSIDE and status != 429) or (status >= 500 and kind not in _REFUSALS)
    if status == 408 or is_inside:
        return OutcomeUnknownError(message, code=error.code, http_status=status, retry_after_s=reply.retry_after_s)
    if _is_about_account(error, kind, status):
        is_credit = kind is CodeKind.QUOTA or status == 402
        return AccountError(message, code=error.code, http_status=status, is_credit=is_credit)
    if kind is CodeKind.RATE_LIMIT or (status == 429 and kind in {CodeKind.UNKNOWN, *_INSIDE}):
        return TransientError(message, code=error.code, http_status=status, retry_after_s=reply.retry_after_s)
    return _rejection(error, kind=kind, message=message, status=status)


def _is_about_account(error: TaskError, kind: CodeKind, status: int) -> bool:
    if status in {401, 402} or kind is CodeKind.QUOTA:
        return True
    if status == 403 and kind in {CodeKind.AUTH, CodeKind.UNKNOWN}:
        return not _names_a_model(error)
    return kind is CodeKind.AUTH


def _names_a_model(error: TaskError) -> bool:
    return any(map(_NAMES_A_MODEL.search, (error.code, error.message, *error.parameters)))


def _rejection(error: TaskError, *, kind: CodeKind, message: str, status: int) -> RejectedError:
    if is_about_input(error):
        return InputRefusedError(message, code=error.code, http_status=status)
    if kind is not CodeKind.MODEL:
        return RejectedError(message, code=error.code, http_status=status)
    hint = "name another model, or ask the provider whether this one is still offered"
    return RejectedError(
        f"Runware does not serve this model: {message}", code=error.code, http_status=status, hint=hint
    )
