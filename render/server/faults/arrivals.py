"""Says what kind of event a request is, before anybody serves it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import web

# read from the bytes, as the whole is parsed once more by whoever serves it; quotes inside a text are escaped
_KINDS = re.compile(rb'(?<!\\)"taskType"\s*:\s*"([a-zA-Z0-9_]{1,40})"')
_EVENTS = {
    ("POST", "/v2/video/generations"): "aimlapi.submit",
    ("GET", "/v2/video/generations"): "aimlapi.poll",
    ("GET", "/v2/logs"): "aimlapi.logs",
    ("GET", "/v1/billing/balance"): "aimlapi.billing",
    ("GET", "/v2/billing"): "aimlapi.billing",
    ("GET", "/v1"): "runware.socket",
}
_PAID, _UPLOADS = {"videoInference", "imageInference"}, {"imageUpload", "mediaStorage"}


async def event_of(request: web.Request) -> str:
    """The event of a request, by its path and, at Runware, by what its body asks for; "" for none we name.

    Raises:
        web.HTTPRequestEntityTooLarge: the body is.
    """
    if (request.method, request.path) == ("POST", "/v1"):
        return runware_event(await request.read())
    if request.path.startswith("/files/"):
        return "file"
    return _EVENTS.get((request.method, request.path), "")


def runware_event(body: bytes) -> str:
    """The event of an array of tasks that has not been read yet."""
    return event_of_kinds({kind.decode() for kind in _KINDS.findall(body)})


def event_of_kinds(kinds: set[Any]) -> str:
    """The event of tasks of these types: what costs most of what they are."""
    if kinds & _PAID:
        return "runware.submit"
    if kinds & _UPLOADS:
        return "upload"
    return "runware.poll" if "getResponse" in kinds else "runware.other"


def provider_of(event: str) -> str:
    """Whose API an event belongs to; "" for files and webhooks."""
    provider = event.partition(".")[0]
    return "runware" if provider == "upload" else provider if provider in {"runware", "aimlapi"} else ""
