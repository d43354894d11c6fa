"""The items of a Runware reply: an acknowledgement, a result, a failure, or word that one is still being made.

Source: the task polling pages and the recorded replies, read 2026-11-20. An item of something unfinished bears no
id of a file.
"""

from __future__ import annotations

import asyncio
import base64
import time
from typing import TYPE_CHECKING, Any

from render.server.engines.order import Format
from render.server.models.runware_model import is_safety_on
from render.server.records import State
from render.server.runware.errors import DOCUMENTATION, error_object

if TYPE_CHECKING:
    from aiohttp import web

    from render.server.options import Service
    from render.server.records import Job, Result


def acknowledgement(job: Job) -> dict[str, Any]:
    """Accepted, and nothing more to say yet."""
    return {"taskType": job.task_type, "taskUUID": job.id}


def failure(job: Job, *, result: Result) -> dict[str, Any]:
    """The error object of a render that went wrong after it was accepted."""
    return error_object(
        result.error_code,
        message=result.error_message,
        task=acknowledgement(job),
        status="error",
        documentation=DOCUMENTATION,
    )


def progress(job: Job, *, result: Result) -> dict[str, Any]:
    """Still being made; the share of its time that has passed, as a whole number of percent below 100."""
    length_s = max(result.ready_at - job.accepted_at, 1e-9)
    share = (time.time() - job.accepted_at) / length_s
    return {**acknowledgement(job), "status": "processing", "progress": min(99, max(0, int(share * 100)))}


async def success(request: web.Request, *, service: Service, job: Job, result: Result) -> dict[str, Any]:
    """The finished result, in the form the task asked for."""
    medium = "image" if job.task_type == "imageInference" else "video"
    item: dict[str, Any] = {
        **acknowledgement(job),
        f"{medium}UUID": result.id,
        **await _media(request, service, job, result),
    }
    item["seed"] = result.seed
    if is_safety_on(job.request):
        item["NSFWContent"] = False
    if job.request.get("includeCost", False):
        item["cost"] = result.cost_usd
    return item


async def _media(request: web.Request, service: Service, job: Job, result: Result) -> dict[str, str]:
    output_type = job.request["outputType"]
    medium = "image" if job.task_type == "imageInference" else "video"
    if output_type == "URL":
        return {f"{medium}URL": service.file_url(request, name=result.file_name)}
    data = base64.b64encode(await asyncio.to_thread(service.spool.path(result.file_name).read_bytes)).decode()
    if output_type == "base64Data":
        return {f"{medium}Base64Data": data}
    media_type = Format[job.request["outputFormat"]].media_type
    return {f"{medium}DataURI": f"data:{media_type};base64,{data}"}


async def settled(
    request: web.Request, *, service: Service, job: Job, results: list[Result]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The items of all finished results, and the errors of all failed ones."""
    done = [result for result in results if result.state is State.DONE]
    items = [await success(request, service=service, job=job, result=result) for result in done]
    return items, [failure(job, result=result) for result in results if result.state is State.FAILED]
