"""The items of a Runware reply: an acknowledgement, a result, a failure, or word that one is still being made.

Source: the task polling pages and the recorded replies, read 2026-11-20. An item of something unfinished bears no
id of a file. What content is unsafe is decided by a word of ours, so that clients can be tried without any.
"""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from render.server.engines.order import Format
from render.server.models.runware_model import is_safety_on
from render.server.records import State
from render.server.runware.errors import DOCUMENTATION, error_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.server.records import Job, Result
    from render.server.runware.desk import Desk

#: a prompt that holds this word is called unsafe, where a task asks for a check
UNSAFE_WORD = "unsafe-content"

Items = list[dict[str, Any]]


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


def failure_item(error: dict[str, Any]) -> dict[str, Any]:
    """The same failure in the shape of an item of `data`."""
    about = ("taskType", "taskUUID", "status")
    details = {name: value for name, value in error.items() if name not in about}
    return {**{name: error[name] for name in about}, "error": details}


def progress(job: Job, *, result: Result, desk: Desk) -> dict[str, Any]:
    """Still being made; the share of its time that has passed, as a whole number of percent below 100."""
    item = {**acknowledgement(job), "status": "processing"}
    if desk.switches.progress == "none":
        return item
    length_s = max(result.ready_at - job.accepted_at, 1e-9)
    share = (desk.service.clock.now() - job.accepted_at) / length_s
    return {**item, "progress": 1 if desk.switches.progress == "stuck" else min(99, max(0, int(share * 100)))}


async def success(job: Job, *, result: Result, desk: Desk, base_url: str) -> dict[str, Any]:
    """The finished result, in the form the task asked for; links begin with `base_url`."""
    medium = medium_of(job)
    item: dict[str, Any] = {
        **acknowledgement(job),
        f"{medium}UUID": result.id,
        **await _media(job, result, desk, base_url),
    }
    item["seed"] = result.seed
    if is_safety_on(job.request):
        item["NSFWContent"] = UNSAFE_WORD in job.request["positivePrompt"]
    if job.request.get("includeCost", False):
        item["cost"] = result.cost_usd
    return item


def medium_of(job: Job) -> str:
    """What the job makes, as member names begin: `image` or `video`."""
    return "image" if job.task_type == "imageInference" else "video"


async def _media(job: Job, result: Result, desk: Desk, base_url: str) -> dict[str, str]:
    output_type, medium = job.request["outputType"], medium_of(job)
    if output_type == "URL":
        return {f"{medium}URL": f"{base_url}/files/{result.file_name}"}
    path = desk.service.spool.path(result.file_name)
    data = base64.b64encode(await asyncio.to_thread(path.read_bytes)).decode()
    if output_type == "base64Data":
        return {f"{medium}Base64Data": data}
    media_type = Format[job.request["outputFormat"]].media_type
    return {f"{medium}DataURI": f"data:{media_type};base64,{data}"}


async def settled(job: Job, *, results: Sequence[Result], desk: Desk, base_url: str) -> tuple[Items, Items]:
    """The items of all finished results, and the errors of all failed ones."""
    done = [result for result in results if result.state is State.DONE]
    lost = _not_put(job, done, desk)
    items = [
        await success(job, result=result, desk=desk, base_url=base_url) for result in done if result.id not in lost
    ]
    failures = [failure(job, result=result) for result in results if result.state is State.FAILED]
    return items, failures + [_upload_failure(job) for _ in lost]


def _not_put(job: Job, done: Sequence[Result], desk: Desk) -> set[str]:
    if desk.switches.upload_failure == "silent" or "uploadEndpoint" not in job.request:
        return set()
    return desk.archive.failed_uploads([result.id for result in done])


def _upload_failure(job: Job) -> dict[str, Any]:
    message = "The result could not be put to the upload endpoint."
    task = acknowledgement(job)
    return error_object("uploadFailed", message=message, task=task, status="error", documentation=DOCUMENTATION)
