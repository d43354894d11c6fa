"""Takes in media files and gives them ids: `mediaStorage` and its older form `imageUpload`.

A file is kept under a random name of our own; what a request calls it never reaches the file system. A link is
followed only to hosts the server was told of, and never further. Source: the pages on media storage and image upload,
read 2026-11-20. The published shrinking of pictures to 2048 px is not done.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp

from render.server.clock import new_id
from render.server.egress import is_allowed
from render.server.models.rules import Fault, Rule, find_faults
from render.server.runware.archive import Medium
from render.server.runware.enclosed import UUID, read_naming
from render.server.runware.errors import error_object, refusal
from render.server.runware.media_kinds import kind_of

if TYPE_CHECKING:
    from pathlib import Path

    from render.server.runware.desk import Desk, Errand
    from render.server.runware.media_kinds import Kind
    from render.server.runware.reply import Reply

#: whatever way a file comes; one inside a request is bounded by the size of the request before that
LARGEST_BYTES = 32 * 2**20
_FETCH_TIMEOUT_S = 20
_IDENTITY = (Rule(name="taskType", type="string", required=True), Rule(name="taskUUID", type="string", required=True))
_STORAGE_RULES = (
    *_IDENTITY,
    Rule(name="operation", type="string", required=True, allowed=("upload", "delete")),
    Rule(name="media", type="string", required=True, min=1),
)
_UPLOAD_RULES = (*_IDENTITY, Rule(name="image", type="string", required=True, min=1))


class _NotTakenError(Exception):
    """A media file is refused; holds the error object."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


async def answer_storage(task: dict[str, Any], *, errand: Errand, reply: Reply) -> None:
    """Store a file, or delete one that was stored."""
    faults = list(find_faults(task, rules=_STORAGE_RULES))
    if faults:
        reply.refuse(refusal(fault, task=task) for fault in faults)
    elif task["operation"] == "delete":
        await _delete(task, errand.desk, reply)
    else:
        medium = await _upload(task, "media", ("image", "video", "audio"), errand, reply)
        if medium is not None:
            link = errand.file_url(medium.file_name)
            reply.data.append({**_about(task), "operation": "upload", "mediaUUID": medium.id, "mediaURL": link})


async def answer_image_upload(task: dict[str, Any], *, errand: Errand, reply: Reply) -> None:
    """Store a picture."""
    faults = list(find_faults(task, rules=_UPLOAD_RULES))
    if faults:
        reply.refuse(refusal(fault, task=task) for fault in faults)
        return
    medium = await _upload(task, "image", ("image",), errand, reply)
    if medium is not None:
        item = {**_about(task), "imageUUID": medium.id, "imageURL": errand.file_url(medium.file_name)}
        reply.data.append(item)
        reply.lone_data = item if errand.desk.switches.upload_data == "object" else None


async def keep(content: bytes, *, kind: Kind, desk: Desk) -> Medium:
    """Store bytes of a known kind under an id and a name of our own."""
    identifier = new_id(desk.service.options.chance)
    name = f"{identifier}.{kind.suffix}"
    await asyncio.to_thread(desk.service.spool.fill, name, write=partial(_write, content=content))
    medium = Medium(id=identifier, file_name=name, media_type=kind.media_type, size_bytes=len(content))
    desk.archive.keep_medium(medium)
    return medium


def _write(path: Path, *, content: bytes) -> None:
    path.write_bytes(content)


def _about(task: dict[str, Any]) -> dict[str, Any]:
    return {"taskType": task["taskType"], "taskUUID": task["taskUUID"]}


async def _upload(
    task: dict[str, Any], name: str, mediums: tuple[str, ...], errand: Errand, reply: Reply
) -> Medium | None:
    try:
        content = await _content(task, name, errand.desk)
    except _NotTakenError as refused:
        reply.refuse([refused.error])
        return None
    kind = kind_of(content)
    if kind is None or kind.medium not in mediums:
        expected = f"must be a file of a known kind of {' or '.join(mediums)}"
        reply.refuse([refusal(Fault(kind="invalid", parameters=(name,), expected=expected), task=task)])
        return None
    return await keep(content, kind=kind, desk=errand.desk)


async def _content(task: dict[str, Any], name: str, desk: Desk) -> bytes:
    naming = read_naming(task[name])
    if naming is not None and naming.form == "bytes":
        return naming.content
    if naming is None or naming.form == "id":
        expected = "must be a link, a data URI or base64"
        raise _NotTakenError(refusal(Fault(kind="invalid", parameters=(name,), expected=expected), task=task))
    if not is_allowed(naming.text, hosts=desk.service.options.allowed_hosts):
        expected = "leads to a host this server was not allowed to fetch from"
        raise _NotTakenError(refusal(Fault(kind="unserved", parameters=(name,), expected=expected), task=task))
    try:
        return await _fetch(naming.text, desk)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        message = "The file could not be downloaded from its link."
        raise _NotTakenError(error_object("downloadFailed", message=message, task=task, parameter=name)) from error


async def _fetch(link: str, desk: Desk) -> bytes:
    timeout = aiohttp.ClientTimeout(total=_FETCH_TIMEOUT_S)
    async with desk.courier.get(link, timeout=timeout, allow_redirects=False) as answer:
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        content = bytearray()
        async for chunk in answer.content.iter_any():
            content += chunk
            if len(content) > LARGEST_BYTES:
                raise ValueError("larger than is taken")
    return bytes(content)


async def _delete(task: dict[str, Any], desk: Desk, reply: Reply) -> None:
    medium = desk.archive.medium(task["media"]) if UUID.fullmatch(task["media"]) else None
    if medium is None:
        message = "No media file has this id."
        reply.refuse([error_object("mediaNotFound", message=message, task=task, parameter="media")], status=404)
        return
    desk.archive.forget_medium(medium.id)
    await asyncio.to_thread(desk.service.spool.path(medium.file_name).unlink, missing_ok=True)
    reply.data.append({**_about(task), "operation": "delete", "mediaUUID": medium.id})
