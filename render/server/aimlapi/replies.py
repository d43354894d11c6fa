"""What AI/ML API says: errors in either of their shapes, and who is let in to hear anything else.

Source: the page on errors and one recorded live 401, read 2026-11-20.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web

from render.server.access import bearer_key, is_let_in
from render.server.options import SERVICE

if TYPE_CHECKING:
    from collections.abc import Mapping

MESSAGES: Mapping[int, str] = {
    401: (
        "This request requires a valid API key. You can create a new API key on the Billing page:"
        " https://aimlapi.com/app/keys"
    ),
    403: (
        "You've run out of credits. Please top up your balance or update your payment method to continue:"
        " https://aimlapi.com/app/billing/"
    ),
    429: "Too Many Requests",
    500: "Something wrong with the server. Please, try again later.",
    502: "Bad Gateway",
    503: "Service unavailable",
    504: "Generation timeout",
}


def refusal(request: web.Request, *, status: int, message: str = "") -> web.Response:
    """An error in the shape of this API; without a message, the one its pages give for that status."""
    switches = request.app[SERVICE].options.switches.aimlapi
    text = message or MESSAGES.get(status, "")
    if switches.errors == "problem":
        return web.json_response(
            _problem(request, status, text), status=status, content_type="application/problem+json"
        )
    now = datetime.fromtimestamp(request.app[SERVICE].clock.now(), UTC).isoformat(timespec="milliseconds")
    body = {
        "message": text,
        "path": request.path,
        "requestId": secrets.token_urlsafe(16)[:21],
        "statusCode": str(status) if switches.status_code == "string" else status,
        "timestamp": now.replace("+00:00", "Z"),
    }
    return web.json_response(body, status=status)


def lets_in(request: web.Request, *, kind: str) -> bool:
    """Whether the sender's key is right; the request is counted either way."""
    service = request.app[SERVICE]
    is_right = is_let_in(bearer_key(request), keys=service.options.keys)
    service.ledger.count([kind if is_right else "aimlapi.unauthorised"])
    return is_right


def _problem(request: web.Request, status: int, detail: str) -> dict[str, Any]:
    title = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": request.path}


def too_many(request: web.Request) -> web.Response:
    """The 429 of this API; where it asks to stay away, the judge is told from when to when."""
    service, reply = request.app[SERVICE], refusal(request, status=429)
    wait_s = service.options.switches.aimlapi.retry_after
    if wait_s is not None:
        reply.headers["Retry-After"] = f"{wait_s:g}"
        service.watch.hold("aimlapi", until=service.clock.now() + wait_s)
    return reply
