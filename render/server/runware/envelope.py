"""The Runware API over plain HTTP: reads an array of tasks, lets the sender in, replies with a status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from render.server.access import bearer_key, client_request_id, is_let_in
from render.server.runware.counter import answer, read_tasks, unreadable
from render.server.runware.desk import DESK, Errand, base_url
from render.server.runware.errors import INVALID_KEY

if TYPE_CHECKING:
    from render.server.runware.desk import Desk


async def post_tasks(request: web.Request) -> web.Response:
    """Serve `POST /v1`."""
    desk = request.app[DESK]
    ledger = desk.service.ledger
    try:
        tasks = read_tasks(await request.read())
    except web.HTTPRequestEntityTooLarge:
        ledger.count(["runware.malformed"])
        raise
    except ValueError as error:
        ledger.count(["runware.malformed"])
        return unreadable(error).response(desk.switches)
    key = _key(request, tasks)
    if not is_let_in(key, keys=desk.service.options.keys):
        ledger.count(["runware.unauthorised"])
        return web.json_response({"data": [], "errors": [INVALID_KEY]}, status=401)
    reply = await answer(tasks, errand=_errand(request, key, desk))
    response = reply.response(desk.switches)
    if "Retry-After" in response.headers:
        desk.service.watch.hold("runware", until=desk.service.clock.now() + float(response.headers["Retry-After"]))
    return response


def _key(request: web.Request, tasks: list[dict[str, Any]]) -> str:
    key = tasks[0].get("apiKey") if tasks[0].get("taskType") == "authentication" else bearer_key(request)
    return key if isinstance(key, str) else ""


def _errand(request: web.Request, key: str, desk: Desk) -> Errand:
    return Errand(
        desk=desk,
        base_url=base_url(request, public_base=desk.service.options.public_base),
        key=key,
        client_request_id=client_request_id(request),
        is_rehearsal=request.headers.get("X-Runware-Dry-Run") == "1",
    )
