"""Turns a true reply into a false one: shortened, without its fields, with another's id, or with an unheard-of status.

Works on bytes and JSON alone, and never touches what was sold.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from render.server.clock import new_id
from render.server.faults.records import BadJson, MissingFields, UnknownStatus, WrongId, ZeroByteFile

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from render.server.faults.records import Action
    from render.server.options import Service

_IDS = ("id", "taskUUID")


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A reply with all of its body in memory."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def response(self) -> web.Response:
        """The same as a response of its own."""
        return web.Response(status=self.status, headers=self.headers, body=self.body)


async def whole(response: web.StreamResponse, *, request: web.Request, service: Service) -> Whole:
    """All of a true reply; a part of a file that was asked for becomes the whole of it."""
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
    if isinstance(response, web.FileResponse):
        result = service.ledger.result_of_file(request.match_info["name"])
        path = service.spool.path(result.file_name) if result is not None else None
        content = await asyncio.to_thread(path.read_bytes) if path is not None else b""
        return Whole(status=200, headers=headers, body=content)
    body = response.body if isinstance(response, web.Response) else None
    return Whole(status=response.status, headers=headers, body=body if isinstance(body, bytes) else b"")


def distorted(reply: Whole, *, action: Action, chance: random.Random) -> Whole:
    """The reply after that action; one it cannot apply to stays as it is."""
    if isinstance(action, ZeroByteFile):
        return replace(reply, body=b"")
    if isinstance(action, BadJson):
        return replace(reply, body=reply.body[: len(reply.body) // 2])
    try:
        document = json.loads(reply.body)
    except ValueError:
        return reply
    return replace(reply, body=json.dumps(distorted_document(document, action=action, chance=chance)).encode())


def distorted_document(document: Any, *, action: Action, chance: random.Random) -> Any:
    """JSON after one of the actions that change it; any other leaves it as it is."""
    if isinstance(document, list):
        return [distorted_document(item, action=action, chance=chance) for item in document]
    if not isinstance(document, dict):
        return document
    members = {name: distorted_document(value, action=action, chance=chance) for name, value in document.items()}
    match action:
        case WrongId():
            return {name: _another(value, chance) if name in _IDS else value for name, value in members.items()}
        case MissingFields():
            return {name: value for name, value in members.items() if name not in action.names}
        case UnknownStatus() if any(name in members for name in _IDS):
            return {**members, "status": action.word}
        case _:
            return members


def _another(identifier: Any, chance: random.Random) -> str:
    """An id of the same form that was never given out."""
    _, colon, model = str(identifier).partition(":")
    return f"{new_id(chance)}{colon}{model}"
