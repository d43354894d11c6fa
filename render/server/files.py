"""Hands out finished files, whole or in ranges. Names are looked up among results; none reaches the file system."""

from __future__ import annotations

from aiohttp import web

from render.server.engines.order import Format
from render.server.options import SERVICE
from render.server.records import State


async def get_file(request: web.Request) -> web.StreamResponse:
    """Serve `GET` and `HEAD /files/NAME`: 200 or 206 with the bytes, 404, or 416."""
    service = request.app[SERVICE]
    service.ledger.count(["file"])
    result = service.ledger.result_of_file(request.match_info["name"])
    if result is None or result.state is not State.DONE:
        raise web.HTTPNotFound(text="no such file\n")
    path = service.spool.path(result.file_name)
    media_type = Format(path.suffix.removeprefix(".")).media_type
    return web.FileResponse(path, headers={"Content-Type": media_type, "X-Content-Type-Options": "nosniff"})
