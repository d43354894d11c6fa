"""The replies of a provider, or of a gateway before it, that are errors by a script's will."""

from __future__ import annotations

import math
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web

from render.server.aimlapi.replies import MESSAGES, refusal
from render.server.faults.arrivals import provider_of
from render.server.runware.errors import error_object
from render.server.strict_json import read_json

if TYPE_CHECKING:
    from render.server.faults.records import RetryAfter

_CODES = {
    401: "invalidApiKey",
    402: "insufficientCredits",
    403: "forbidden",
    404: "notFound",
    408: "timeout",
    429: "rateLimitExceeded",
    500: "internalServerError",
    503: "serviceUnavailable",
    504: "timeoutProvider",
}


async def error_reply(request: web.Request, event: str, *, status: int, form: str) -> web.Response:
    """An error of that status: in the provider's `json`, as `html` of a gateway, or with a body of `none`."""
    if form == "html":
        return html_page(status)
    if form == "none" or not provider_of(event):
        return web.Response(status=status)
    if provider_of(event) == "aimlapi":
        return refusal(request, status=status, message=MESSAGES.get(status, _phrase(status)))
    return web.json_response({"data": [], "errors": await _runware_errors(request, status)}, status=status)


def html_page(status: int) -> web.Response:
    """What a gateway sends that knows nothing of the API behind it."""
    text = f"<html><head><title>{status} {_phrase(status)}</title></head><body>{_phrase(status)}</body></html>\n"
    return web.Response(status=status, text=text, content_type="text/html")


async def asked_to_wait(
    request: web.Request, event: str, *, action: RetryAfter, now: float
) -> tuple[web.Response, float]:
    """A reply that asks to stay away, and until when, in seconds since 1970."""
    until = now + action.seconds
    reply = await error_reply(request, event, status=action.status, form="json")
    if action.form == "date":
        # such a date has no fractions; the later second is the one that keeps what was asked
        until = math.ceil(until)
        reply.headers["Retry-After"] = formatdate(until, usegmt=True)
    else:
        reply.headers["Retry-After"] = f"{action.seconds:g}"
    return reply, until


async def _runware_errors(request: web.Request, status: int) -> list[dict[str, Any]]:
    code, message = _CODES.get(status, "unknownError"), f"{_phrase(status)}."
    named = [task for task in await _tasks(request) if isinstance(task, dict) and "taskUUID" in task]
    return [error_object(code, message=message, task=task) for task in named] or [error_object(code, message=message)]


async def _tasks(request: web.Request) -> list[Any]:
    try:
        tasks = read_json(await request.read())
    except ValueError:
        return []
    return tasks if isinstance(tasks, list) else []


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
