"""Hands out finished and uploaded files, whole or in ranges, until their time is up.

Names are looked up among results and media; none reaches the file system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from render.server.engines.order import Format
from render.server.options import SERVICE
from render.server.records import State
from render.server.runware.desk import DESK

if TYPE_CHECKING:
    from render.server.options import Service
    from render.server.records import Result


async def get_file(request: web.Request) -> web.StreamResponse:
    """Serve `GET` and `HEAD /files/NAME`: 200 or 206 with the bytes, 404, or 416."""
    service, name = request.app[SERVICE], request.match_info["name"]
    service.ledger.count(["file"])
    result = service.ledger.result_of_file(name)
    if result is not None and result.state is State.DONE and not _is_expired(result, service):
        return _response(service, result.file_name, Format(result.file_name.rpartition(".")[2]).media_type)
    medium = request.app[DESK].archive.medium_of_file(name)
    if medium is None:
        raise web.HTTPNotFound(text="no such file\n")
    return _response(service, medium.file_name, medium.media_type)


def _response(service: Service, file_name: str, media_type: str) -> web.FileResponse:
    headers = {"Content-Type": media_type, "X-Content-Type-Options": "nosniff"}
    return web.FileResponse(service.spool.path(file_name), headers=headers)


def _is_expired(result: Result, service: Service) -> bool:
    """Whether the seconds have passed for which the task, or else a switch, wanted the file to be there."""
    job, switches = service.ledger.jobs([result.job_id])[result.job_id], service.options.switches
    switch = switches.runware if job.provider == "runware" else switches.aimlapi
    ttl_s = job.request.get("ttl", switch.file_ttl_s)
    return ttl_s is not None and result.finished_at is not None and result.finished_at + ttl_s < service.clock.now()
