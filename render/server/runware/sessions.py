"""Sessions of the WebSocket: which results each waits for, and what could not be handed over yet.

What is ready while nobody is connected is held for a while, and told to whoever comes back with the session's id and
the same key. A result that was being sent when a connection broke is sent again: at least once, never not at all.
Sessions end with the server; results do not, and can be polled.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import deque
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode

from render.server.clock import new_id

if TYPE_CHECKING:
    import random

    from aiohttp import web

    from render.server.clock import Clock
    from render.server.records import Job

#: a client that never reads loses the oldest first; they can still be polled
_MOST_HELD = 10_000


class Session:
    """One client, over however many connections it comes."""

    def __init__(self, *, identifier: str, key_mark: bytes, base_url: str) -> None:
        self.id = identifier
        self.base_url = base_url
        self.key_mark = key_mark
        #: envelopes that were not handed over yet
        self.outbox: deque[dict[str, Any]] = deque(maxlen=_MOST_HELD)
        self.has_mail = asyncio.Event()
        #: jobs whose results are still to come: whether each is synchronous
        self.expected: dict[str, bool] = {}
        #: counts connections, so that an older one notices that it was replaced
        self.connections = 0
        #: when nobody was connected any more, by the monotonic clock; None while somebody is
        self.left_at: float | None = None

    def expect(self, job: Job, *, is_sync: bool) -> None:
        """From now on this job's results are pushed."""
        self.expected[job.id] = is_sync

    def give_up(self, job_id: str, *, envelope: dict[str, Any]) -> None:
        """Push this instead of what is still to come of a job, if anything is."""
        if self.expected.pop(job_id, None) is not None:
            self.push(envelope)

    def push(self, envelope: dict[str, Any]) -> None:
        """Hand an envelope over as soon as somebody is connected."""
        self.outbox.append(envelope)
        self.has_mail.set()


class Sessions:
    """All sessions of one server; `hold_s` is how long one outlives its connection."""

    def __init__(self, *, hold_s: float, clock: Clock, chance: random.Random) -> None:
        self._hold_s = hold_s
        self._clock = clock
        self._chance = chance
        self._sessions: dict[str, Session] = {}
        #: all that are open, whether let in or not
        self.sockets: set[web.WebSocketResponse] = set()

    async def close(self) -> None:
        """Say goodbye to all who are connected."""
        goodbyes = (socket.close(code=WSCloseCode.GOING_AWAY) for socket in list(self.sockets))
        await asyncio.gather(*goodbyes, return_exceptions=True)

    def open(self, *, key: str, base_url: str, resumed: Any = None) -> Session:
        """The session of that id, if it is held and was opened with the same key; else a new one."""
        self._forget_old()
        mark = hashlib.sha256(key.encode(errors="backslashreplace")).digest()
        session = self._sessions.get(resumed) if isinstance(resumed, str) else None
        if session is None or not hmac.compare_digest(session.key_mark, mark):
            session = Session(identifier=new_id(self._chance), key_mark=mark, base_url=base_url)
            self._sessions[session.id] = session
        session.connections += 1
        session.left_at = None
        # wakes an older connection too, which then sees that it was replaced
        session.has_mail.set()
        return session

    def leave(self, session: Session, *, connection: int) -> None:
        """Note that a connection has ended; the session is held from now on, unless a newer one took it over."""
        if connection == session.connections:
            session.left_at = self._clock.monotonic()

    def waiting_for(self, job_id: str) -> list[Session]:
        """The sessions that this job's results are pushed to."""
        self._forget_old()
        return [session for session in self._sessions.values() if job_id in session.expected]

    def _forget_old(self) -> None:
        oldest = self._clock.monotonic() - self._hold_s
        for session in list(self._sessions.values()):
            if session.left_at is not None and session.left_at < oldest:
                del self._sessions[session.id]
