"""Makes a frame of a WebSocket go wrong as a script says: the connection ends, or the frame that answers is spoilt.

Actions that speak of statuses, bytes or time belong to HTTP and are not performed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.faults.actions import reset
from render.server.faults.arrivals import event_of_kinds
from render.server.faults.distortion import distorted_document
from render.server.faults.records import (
    Drop,
    Kill,
    MissingFields,
    Refuse,
    ResetAfter,
    ResetBefore,
    UnknownStatus,
    WrongId,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiohttp import web

    from render.server.options import Service

Envelope = dict[str, Any]


async def through_frame(
    request: web.Request,
    tasks: Sequence[Envelope],
    *,
    answer: Callable[[], Awaitable[Envelope]],
    service: Service,
) -> Envelope | None:
    """Answer a frame of tasks; None where the connection ended instead."""
    event = event_of_kinds({task.get("taskType") for task in tasks})
    service.watch.see(request, event=event, provider="runware")
    action = service.faults.strike(event)
    match action:
        case Refuse() | ResetBefore() | Drop(charged=False):
            service.ledger.count([f"faulted.{event}"])
        case WrongId() | MissingFields() | UnknownStatus():
            envelope: Envelope = distorted_document(await answer(), action=action, chance=service.options.chance)
            return envelope
        case ResetAfter() | Drop():
            await answer()
        case Kill():
            return await _killing(action, answer)
        case _:
            return await answer()
    _end(request, is_reset=not isinstance(action, Drop))
    return None


async def _killing(action: Kill, answer: Callable[[], Awaitable[Envelope]]) -> Envelope:
    if action.when == "received":
        action.send()
        return await answer()
    envelope = await answer()
    action.send()
    return envelope


def _end(request: web.Request, *, is_reset: bool) -> None:
    if request.transport is None:
        return
    if is_reset:
        reset(request.transport)
    else:
        request.transport.close()
