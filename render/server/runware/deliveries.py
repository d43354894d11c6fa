"""How handing results over ended, for tests and for people; answers this machine alone, as all of `/admin` does."""

from __future__ import annotations

from aiohttp import web

from render.server.admin import refuse_strangers
from render.server.runware.desk import DESK


async def get_deliveries(request: web.Request) -> web.Response:
    """Serve `GET /admin/deliveries`: every webhook and upload that ended, in order."""
    refuse_strangers(request)
    rows = request.app[DESK].archive.deliveries()
    return web.json_response({"deliveries": [{**dict(row), "is_delivered": bool(row["is_delivered"])} for row in rows]})
