"""AI/ML API: one POST a render, under an id that the provider chooses, and one GET a poll.

There is no idempotency key. So only an answer that can be read and that refuses counts as a refusal: after anything
else the render may be running and paid for, 5xx in its own words included, since a partner's failure after the charge
looks the same. Source: https://docs.aimlapi.com: video models of Sber AI, errors and messages (2026-11).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.errors import AccountError, OutcomeUnknownError, ProviderError, RejectedError, TransientError
from render.providers.aimlapi_log import log_call, log_page_in
from render.providers.aimlapi_reply import REMOTE_ID, account_error, told, unread, words_of
from render.providers.bodies import wire_body
from render.providers.codes import CodeKind, kind_of, render_failure
from render.providers.protocol import Accepted, Call, Details, RemoteState, Result
from render.providers.replies import (
    UnreadableError,
    link_flaw,
    read_cost,
    read_reply,
    read_url,
    read_word,
    readable_text,
    unanswered,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.providers.protocol import LogPage, Reply

_PATH = "/v2/video/generations"
#: what is asked for or followed, and cannot be so once it has lost a part
_AS_THEY_ARE = frozenset({"id", "url"})
#: credits for one USD (account page, 2026-11)
_CREDITS_PER_USD = 2_000_000
_ABSURD_CREDITS = 10**15
#: the header's alphabet; another value is dropped without a word and the request still charged
_CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
#: two messages under 500 that refuse for good (errors page, 2026-11)
_LASTING_MESSAGES = re.compile(r"under maintenance|coupon code not found", re.IGNORECASE)
#: 403 says that money is missing, unless it forbids one model
_NAMES_A_MODEL = re.compile(r"model", re.IGNORECASE)
_MONEY_WORDS = re.compile(r"credit|balance|funds|payment|billing|top.?up|quota", re.IGNORECASE)
_CONTENT_WORDS = re.compile(r"moderat|content policy|safety|nsfw|sensitive|prohibited", re.IGNORECASE)


class AimlApi:
    """The provider `aimlapi`."""

    name = "aimlapi"
    title = "AI/ML API"
    ids_are_ours = False
    default_base_url = "https://api.aimlapi.com"
    poll_batch = 1
    file_hosts = ("*.aimlapi.com",)
    # "failed requests cost 0" (errors page, 2026-11)
    failures_are_free = True
    repeat_window_s = 0.0
    request_texts = ("model",)

    def request(self, params: Mapping[str, Any], spec: ModelSpec, *, model_id: str) -> dict[str, Any]:
        """Write one render: its model, then what the author gave in the spec's order."""
        return {"model": model_id} | wire_body(params, rows=spec.params)

    def submit(self, request: Mapping[str, Any], *, our_id: str) -> Call:
        """Post one render. Our id goes along as a mark in the provider's usage log; it does not prevent a second one.

        Raises:
            ValueError: `our_id` is not what the header can carry.
        """
        if not _CLIENT_ID.fullmatch(our_id):
            raise ValueError(f"not an id for X-Client-Request-Id: {our_id!r}")
        headers = {"X-Client-Request-Id": our_id}
        return Call(method="POST", path=_PATH, body=dict(request), headers=headers, is_paid=True)

    def read_submit(self, reply: Reply, *, our_id: str) -> Accepted:  # noqa: ARG002 - the provider's id is the one
        """Read the answer to one render: accepted only with an id to ask by."""
        if 300 <= reply.status < 400:
            message = "the API has moved: AI/ML API answered with a redirect"
            raise AccountError(message, http_status=reply.status, is_credit=False)
        try:
            document = read_reply(reply, as_they_are=_AS_THEY_ARE)
        except UnreadableError as error:
            raise unanswered(reply, error, by=self.title) from error
        if not 200 <= reply.status < 300:
            raise _refusal(document, reply)
        return _accepted(document, reply)

    def upload(self, *, our_id: str, media_type: str) -> Call | None:  # noqa: ARG002 - there is nothing to send
        """Send nothing: they keep no files, so what goes in stands in the request."""
        return None

    def read_upload(self, reply: Reply, *, our_id: str) -> str:  # noqa: ARG002 - nothing was sent
        """Refuse: nothing can be answered where nothing is sent.

        Raises:
            RejectedError: always.
        """
        raise RejectedError("AI/ML API keeps no files")

    def poll(self, remote_ids: Sequence[str]) -> Call:
        """Ask for the one id."""
        (remote_id,) = remote_ids
        return Call(method="GET", path=_PATH, query={"generation_id": remote_id}, is_paid=False)

    def read_poll(self, reply: Reply, *, remote_ids: Sequence[str]) -> Mapping[str, RemoteState]:
        """Read the state of the one id; not found counts as pending, because a new id may take a while to be known."""
        (remote_id,) = remote_ids
        try:
            document = read_reply(reply, as_they_are=_AS_THEY_ARE)
        except UnreadableError as error:
            raise unread(f"no valid answer from AI/ML API (HTTP {reply.status}: {error})", reply) from error
        if reply.status == 404:
            return {remote_id: RemoteState(is_pending=True, word="not found")}
        if reply.status in {401, 402, 403}:
            raise account_error(told(document, reply), reply)
        if not 200 <= reply.status < 300:
            raise unread(told(document, reply), reply)
        if document.get("id", remote_id) != remote_id:
            raise unread("AI/ML API answered about another render", reply)
        return {remote_id: _state(document, remote_id)}

    def details(self, remote_id: str) -> Call | None:  # noqa: ARG002 - there is no archive to ask
        """Ask nothing: a poll is all this API tells about a render."""
        return None

    def read_details(self, reply: Reply, *, remote_id: str) -> Details:  # noqa: ARG002 - nothing was asked
        """Know nothing, since nothing can be asked."""
        return Details(is_known=False)

    def log_page(self, *, page: int) -> Call | None:
        """Ask for one page of the usage log."""
        return log_call(page=page)

    def read_log(self, reply: Reply, *, our_ids: Collection[str]) -> LogPage:
        """Read which of our ids a page names as a client's own, and under which id the render is known here."""
        return log_page_in(reply, our_ids=our_ids)


def _accepted(document: Mapping[str, Any], reply: Reply) -> Accepted:
    remote_id = document.get("id")
    if not isinstance(remote_id, str) or not REMOTE_ID.fullmatch(remote_id):
        raise OutcomeUnknownError("AI/ML API answered without an id", http_status=reply.status)
    return Accepted(remote_id=remote_id, cost_usd=_cost(document))


def _refusal(document: Mapping[str, Any], reply: Reply) -> ProviderError:
    status, message = reply.status, told(document, reply)
    if status == 500 and _LASTING_MESSAGES.search(message):
        return RejectedError(message, http_status=status)
    if status == 403 and _NAMES_A_MODEL.search(message) and not _MONEY_WORDS.search(message):
        return RejectedError(message, http_status=status)
    if status in {401, 402, 403}:
        return account_error(message, reply)
    if status == 429:
        return TransientError(message, http_status=status, retry_after_s=reply.retry_after_s)
    if status == 408 or status >= 500 or not _is_their_error(document):
        return OutcomeUnknownError(message, http_status=status, retry_after_s=reply.retry_after_s)
    if status == 404:
        message = f"AI/ML API does not serve this model here: {message}"
    return RejectedError(message, http_status=status)


def _is_their_error(document: Mapping[str, Any]) -> bool:
    return bool(words_of(document))


def _state(document: Mapping[str, Any], remote_id: str) -> RemoteState:
    word = read_word(document.get("status"))
    if word == "error":
        return RemoteState(failures=(_failure(document),), is_pending=False, word=word)
    video = document.get("video")
    link = video.get("url") if isinstance(video, dict) else None
    url = read_url(link)
    if word != "completed" or not url:
        return RemoteState(is_pending=True, word=word, link_flaw=link_flaw(link) if word == "completed" else "")
    result = Result(result_id=remote_id, url=url, seed=None, cost_usd=_cost(document), is_nsfw=None)
    return RemoteState(results=(result,), is_pending=False, word=word)


def _failure(document: Mapping[str, Any]) -> ProviderError:
    detail = document.get("error")
    code = readable_text(detail.get("name")) if isinstance(detail, dict) else ""
    message = words_of(document) or code or "the render failed without a reason"
    if kind_of(code) is CodeKind.UNKNOWN and _CONTENT_WORDS.search(message):
        return RejectedError(message, code=code, http_status=200)
    return render_failure(message, code=code, status=200)


def _cost(document: Mapping[str, Any]) -> float | None:
    """Read what was charged, in USD, from `meta.usage`: `credits_used`, or `tokens_used` as it was called before."""
    meta = document.get("meta")
    usage = meta.get("usage") if isinstance(meta, dict) else None
    if not isinstance(usage, dict):
        return None
    credits_used = usage.get("credits_used", usage.get("tokens_used"))
    if isinstance(credits_used, bool) or not isinstance(credits_used, int | float):
        return None
    # An integer of a thousand digits is JSON too, and dividing it would overflow.
    return read_cost(credits_used / _CREDITS_PER_USD) if 0 < credits_used < _ABSURD_CREDITS else None
