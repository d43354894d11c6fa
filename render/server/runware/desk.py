"""What every part of the Runware side works with: the desk, and the errand of whoever stands before it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    import aiohttp

    from render.server.options import Service
    from render.server.runware.archive import Archive
    from render.server.runware.sessions import Session, Sessions
    from render.server.switches import RunwareSwitches


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """The Runware side of a server that is up."""

    service: Service
    archive: Archive
    sessions: Sessions
    #: sends what the server itself has to send: webhooks, uploads, and requests for media by link
    courier: aiohttp.ClientSession
    #: held from the check of a task to its sale
    till: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def switches(self) -> RunwareSwitches:
        """How this server speaks where the real service is not known."""
        return self.service.options.switches.runware


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """Who brought an array of tasks, and how the answer is to look."""

    desk: Desk
    #: what links in the answer begin with, without a slash at the end
    base_url: str
    #: of the sender; compared and masked, never stored
    key: str
    client_request_id: str = ""
    #: check and price, but neither sell nor charge
    is_rehearsal: bool = False
    #: the WebSocket session the tasks came through; None over plain HTTP
    session: Session | None = None

    def file_url(self, name: str) -> str:
        """The link to a file, as the sender can follow it."""
        return f"{self.base_url}/files/{name}"


DESK = web.AppKey("runware", Desk)


def base_url(request: web.Request, *, public_base: str | None) -> str:
    """What links begin with in answers to this request."""
    return (public_base or f"{request.scheme}://{request.host}").rstrip("/")
