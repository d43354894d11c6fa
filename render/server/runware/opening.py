"""Opens the Runware side of a server when it starts, and closes it before the workshop does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from render.server.options import SERVICE
from render.server.runware.archive import Archive
from render.server.runware.desk import DESK, Desk
from render.server.runware.handover import Handover
from render.server.runware.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web


async def open_desk(app: web.Application) -> AsyncIterator[None]:
    """Stand between the start and the end of the application, as its cleanup contexts do."""
    service = app[SERVICE]
    archive = Archive(service.ledger.database, clock=service.clock)
    archive.open()
    # cookies of one listener are no business of another
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as courier:
        sessions = Sessions(hold_s=service.options.socket_hold_s, clock=service.clock, chance=service.options.chance)
        app[DESK] = Desk(service=service, archive=archive, sessions=sessions, courier=courier)
        handover = Handover(app[DESK])
        service.workshop.listeners.append(handover.on_finished)
        yield
        service.workshop.listeners.remove(handover.on_finished)
        await handover.close()


async def say_goodbye(app: web.Application) -> None:
    """Close all sockets; a server that stops waits for them."""
    await app[DESK].sessions.close()
