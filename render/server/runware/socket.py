"""The Runware API over a WebSocket: the same arrays and envelopes as over HTTP, and results that come by themselves.

The first frame must authenticate; a wrong key is told and the socket closed. A socket that says nothing for two
minutes is closed. Source: an official client's guide and the page on authentication, read 2026-11-20.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, WSMsgType, web

from render.server.access import client_request_id, is_let_in
from render.server.faults.frames import through_frame
from render.server.runware.counter import answer, read_tasks, unreadable
from render.server.runware.desk import DESK, Errand, base_url
from render.server.runware.errors import INVALID_KEY

if TYPE_CHECKING:
    from render.server.runware.desk import Desk
    from render.server.runware.sessions import Session

#: how long a client may take to answer that a socket is being closed
_GOODBYE_TIMEOUT_S = 1.0
#: as recorded years ago; clients still understand it
_LEGACY_REFUSAL = {"error": True, "errorMessageContentId": 1212, "errorId": 19, "errorMessage": "Invalid api key"}


async def serve_socket(request: web.Request) -> web.StreamResponse:
    """Serve `GET /v1` as a WebSocket."""
    desk = request.app[DESK]
    limit = desk.service.options.max_body_bytes
    socket = web.WebSocketResponse(max_msg_size=limit, timeout=_GOODBYE_TIMEOUT_S)
    if not socket.can_prepare(request):
        raise web.HTTPMethodNotAllowed("GET", ["POST"])
    await socket.prepare(request)
    desk.sessions.sockets.add(socket)
    try:
        await _Connection(socket, request, desk).serve()
    finally:
        desk.sessions.sockets.discard(socket)
    return socket


class _Connection:
    """One socket from its first frame to its end."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, desk: Desk) -> None:
        self._socket, self._request, self._desk = socket, request, desk
        # an answer goes out before the results it speaks of
        self._turn = asyncio.Lock()

    async def serve(self) -> None:
        tasks = await self._next()
        session = self._let_in(tasks) if tasks else None
        if not tasks or session is None:
            await self._refuse()
            return
        number = session.connections
        messenger = None
        try:
            while tasks:
                await self._answer(tasks, session)
                messenger = messenger or asyncio.ensure_future(self._hand_over(session, number))
                tasks = await self._next()
        finally:
            self._desk.sessions.leave(session, connection=number)
            if messenger is not None:
                messenger.cancel()
        await self._socket.close()

    async def _next(self) -> list[dict[str, Any]]:
        """The next array of tasks; an empty one once the socket is at its end."""
        while True:
            try:
                message = await self._socket.receive(timeout=self._desk.service.options.socket_idle_s)
            except TimeoutError:
                return []
            if message.type is not WSMsgType.TEXT:
                return []
            try:
                return read_tasks(message.data)
            except ValueError as error:
                self._desk.service.ledger.count(["runware.malformed"])
                await self._send(unreadable(error).envelope())

    def _let_in(self, tasks: list[dict[str, Any]]) -> Session | None:
        key = tasks[0].get("apiKey") if tasks[0].get("taskType") == "authentication" else None
        if not isinstance(key, str) or not is_let_in(key, keys=self._desk.service.options.keys):
            return None
        self._key = key
        resumed = tasks[0].get("connectionSessionUUID")
        links = base_url(self._request, public_base=self._desk.service.options.public_base)
        return self._desk.sessions.open(key=key, base_url=links, resumed=resumed)

    async def _refuse(self) -> None:
        if self._socket.closed:
            return
        self._desk.service.ledger.count(["runware.unauthorised"])
        is_legacy = self._desk.switches.socket_refusal == "legacy"
        await self._send(_LEGACY_REFUSAL if is_legacy else {"errors": [INVALID_KEY]})
        await self._socket.close(code=WSCloseCode.POLICY_VIOLATION)

    async def _answer(self, tasks: list[dict[str, Any]], session: Session) -> None:
        errand = Errand(
            desk=self._desk,
            base_url=session.base_url,
            key=self._key,
            client_request_id=client_request_id(self._request),
            session=session,
        )
        async with self._turn:
            envelope = await through_frame(
                self._request, tasks, answer=lambda: self._envelope(tasks, errand), service=self._desk.service
            )
            if envelope is None:
                return
            # a synchronous task has nothing to say yet
            if envelope != {"data": []} or any(task.get("taskType") == "getResponse" for task in tasks):
                await self._send(envelope)

    async def _envelope(self, tasks: list[dict[str, Any]], errand: Errand) -> dict[str, Any]:
        return (await answer(tasks, errand=errand)).envelope()

    async def _hand_over(self, session: Session, number: int) -> None:
        """Send what is in the session's outbox, for as long as this is its newest connection."""
        while True:
            await session.has_mail.wait()
            if session.connections != number:
                return
            session.has_mail.clear()
            try:
                await self._empty(session)
            except ConnectionError:
                return

    async def _empty(self, session: Session) -> None:
        async with self._turn:
            while session.outbox:
                envelope = session.outbox[0]
                await self._socket.send_json(envelope)
                # a full outbox may have lost its oldest meanwhile
                if session.outbox and session.outbox[0] is envelope:
                    session.outbox.popleft()

    async def _send(self, envelope: dict[str, Any]) -> None:
        with suppress(ConnectionError):
            await self._socket.send_json(envelope)
