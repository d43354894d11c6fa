"""Makes a request go wrong as a script says, between the socket and whoever serves it.

What lets the request through does so wholly: it is sold and on the disk before the reply is spoilt.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from render.server.faults import distortion
from render.server.faults.arrivals import event_of, provider_of
from render.server.faults.records import (
    Cut,
    Drop,
    ExpiredLink,
    Hang,
    Html,
    Kill,
    Refuse,
    ResetAfter,
    ResetBefore,
    RetryAfter,
    Status,
    Trickle,
)
from render.server.faults.replies import asked_to_wait, error_reply, html_page
from render.server.options import SERVICE

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from render.server.faults.distortion import Whole
    from render.server.faults.records import Action
    from render.server.options import Service

_GLANCE_S = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A request about to go wrong."""

    request: web.Request
    handler: Handler
    service: Service
    event: str

    async def serve(self) -> web.StreamResponse:
        """Let the request through, and give the true reply."""
        reply = await self.handler(self.request)
        await self.service.ledger.committed()
        return reply

    async def serve_if(self, *, is_charged: bool) -> None:
        """Let the request through, or only count it."""
        if is_charged:
            await self.serve()
        else:
            self.service.ledger.count([f"faulted.{self.event}"])


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """See every request, and let those go wrong that the script names."""
    if request.path.startswith("/admin/"):
        return await handler(request)
    service = request.app[SERVICE]
    try:
        event = await event_of(request)
    except web.HTTPRequestEntityTooLarge:
        service.ledger.count(["runware.malformed"])
        raise
    service.watch.see(request, event=event, provider=provider_of(event))
    action = service.faults.strike(event) if event else None
    if action is None:
        return await handler(request)
    try:
        return await _perform(action, Scene(request=request, handler=handler, service=service, event=event))
    except ConnectionResetError:
        # the client has left before it was told what went wrong, which is nothing for a log of errors
        return web.Response()


async def _perform(action: Action, scene: Scene) -> web.StreamResponse:  # noqa: PLR0911 - one return for each action
    match action:
        case Refuse() | ResetBefore():
            await scene.serve_if(is_charged=False)
            return _reset(scene)
        case ResetAfter():
            await scene.serve()
            return _reset(scene)
        case Drop():
            await scene.serve_if(is_charged=action.charged)
            return _close(scene)
        case Hang():
            await scene.serve_if(is_charged=action.charged)
            return await _hang(scene, seconds=action.seconds)
        case Status():
            await scene.serve_if(is_charged=action.charged)
            return await error_reply(scene.request, scene.event, status=action.status, form=action.body)
        case Html():
            await scene.serve_if(is_charged=action.charged)
            return html_page(HTTPStatus.OK)
        case ExpiredLink():
            await scene.serve_if(is_charged=False)
            return await error_reply(scene.request, scene.event, status=action.status, form="none")
        case RetryAfter():
            return await _ask_to_wait(scene, action)
        case Kill():
            return await _kill(scene, action)
        case _:
            return await _spoil(scene, action)


async def _spoil(scene: Scene, action: Action) -> web.StreamResponse:
    reply = await distortion.whole(await scene.serve(), request=scene.request, service=scene.service)
    if isinstance(action, Cut):
        return await _send_part(scene, reply, size=action.bytes)
    if isinstance(action, Trickle):
        return await _trickle(scene, reply, pause_s=action.seconds)
    return distortion.distorted(reply, action=action, chance=scene.service.options.chance).response()


async def _ask_to_wait(scene: Scene, action: RetryAfter) -> web.StreamResponse:
    await scene.serve_if(is_charged=False)
    now = scene.service.clock.now()
    reply, until = await asked_to_wait(scene.request, scene.event, action=action, now=now)
    scene.service.watch.hold(provider_of(scene.event), until=until)
    return reply


async def _kill(scene: Scene, action: Kill) -> web.StreamResponse:
    if action.when == "received":
        action.send()
        return await scene.serve()
    reply = await scene.serve()
    if action.when == "charged":
        action.send()
        return reply
    whole = await distortion.whole(reply, request=scene.request, service=scene.service)
    response = await _begin(scene, whole)
    half = len(whole.body) // 2
    await response.write(whole.body[:half])
    action.send()
    if _is_there(scene):
        await response.write(whole.body[half:])
    return response


async def _send_part(scene: Scene, reply: Whole, *, size: int) -> web.StreamResponse:
    response = await _begin(scene, reply)
    await response.write(reply.body[:size])
    return _close(scene, response)


async def _trickle(scene: Scene, reply: Whole, *, pause_s: float) -> web.StreamResponse:
    response = await _begin(scene, reply)
    for position in range(len(reply.body)):
        if not _is_there(scene):
            break
        await response.write(reply.body[position : position + 1])
        await asyncio.sleep(pause_s)
    return response


async def _hang(scene: Scene, *, seconds: float) -> web.StreamResponse:
    monotonic = scene.service.clock.monotonic
    give_up_at = monotonic() + seconds
    while _is_there(scene) and monotonic() < give_up_at:  # noqa: ASYNC110 - aiohttp has no event for a client that left
        await asyncio.sleep(_GLANCE_S)
    return _close(scene)


async def _begin(scene: Scene, reply: Whole) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_length = len(reply.body)
    await response.prepare(scene.request)
    return response


def _is_there(scene: Scene) -> bool:
    transport = scene.request.transport
    return transport is not None and not transport.is_closing()


def _close(scene: Scene, response: web.StreamResponse | None = None) -> web.StreamResponse:
    if scene.request.transport is not None:
        scene.request.transport.close()
    return response or web.Response()


def _reset(scene: Scene) -> web.StreamResponse:
    if scene.request.transport is not None:
        reset(scene.request.transport)
    return web.Response()


def reset(transport: asyncio.BaseTransport) -> None:
    """End a connection so that the other side meets a reset, not an end."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(transport, asyncio.Transport):
        transport.abort()
