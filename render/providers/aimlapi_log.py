"""The usage log of AI/ML API: finds the render that one of our ids was sent with, when the answer to it was lost.

A row appears some time after the sale, and how long is not documented: a page that does not name an id proves nothing.
Source: https://docs.aimlapi.com: usage logs, request tracing and cost (2026-11). For asynchronous renders the
`inference_id` of a row is the id to poll by.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from render.providers.aimlapi_reply import REMOTE_ID, account_error, told, unread
from render.providers.protocol import Call, LogPage
from render.providers.replies import UnreadableError, read_flag, read_items, read_object

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from render.providers.protocol import Reply

_PATH = "/v2/logs"
#: the most rows of one page, and the longest time back, that the log gives
_ROWS, _PERIOD = 100, "92d"


def log_call(*, page: int) -> Call:
    """Ask for one page, the newest rows first; pages count from 1."""
    query = {"period": _PERIOD, "limit": f"{_ROWS}", "offset": f"{(page - 1) * _ROWS}"}
    return Call(method="GET", path=_PATH, query=query, is_paid=False)


def log_page_in(reply: Reply, *, our_ids: Collection[str]) -> LogPage:
    """Read one page; an id of ours that stands beside two renders is left out, because that is for a person to decide.

    Raises:
        ReadFailedError: not a page of the log.
        AccountError: this key may not read it.
    """
    document = _document(reply)
    named: dict[str, set[str]] = defaultdict(set)
    for row in read_items(document["data"]):
        our_id, remote_id = row.get("client_request_id"), row.get("inference_id")
        if (
            isinstance(our_id, str)
            and our_id in our_ids
            and isinstance(remote_id, str)
            and REMOTE_ID.fullmatch(remote_id)
        ):
            named[our_id].add(remote_id)
    single = {our_id: remote_ids.pop() for our_id, remote_ids in named.items() if len(remote_ids) == 1}
    return LogPage(remote_ids=single, has_more=_has_more(document))


def _document(reply: Reply) -> dict[str, Any]:
    try:
        document = read_object(reply.body)
    except UnreadableError as error:
        raise unread(f"no valid answer from AI/ML API (HTTP {reply.status}: {error})", reply) from error
    if reply.status in {401, 402, 403}:
        raise account_error(told(document, reply), reply)
    if not 200 <= reply.status < 300:
        raise unread(told(document, reply), reply)
    if not isinstance(document.get("data"), list):
        raise unread("AI/ML API answered without a usage log", reply)
    return document


def _has_more(document: Mapping[str, Any]) -> bool:
    pagination = document.get("pagination")
    return isinstance(pagination, dict) and read_flag(pagination.get("has_more")) is True
