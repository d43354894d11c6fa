"""Sees every request pass, whatever becomes of it: which headers it bore, and whether it came when it should not.

Counts of headers start with the server; requests inside a hold are kept in its database.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

    from render.server.clock import Clock
    from render.server.database import Database

#: what was in the air when a hold began is forgiven
_GRACE_S = 0.5
#: clocks and timers of two processes agree no better than this
_TOLERANCE_S = 0.05
_MOST_ENTRIES = 4096


class Watch:
    """What one server saw go by."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._headers: Counter[tuple[str, str, str]] = Counter()
        self._holds: dict[str, tuple[float, float]] = {}

    def see(self, request: web.Request, *, event: str, provider: str) -> None:
        """Take note of a request."""
        kind = provider or event or "other"
        for name in {name.lower() for name in request.headers}:
            entry = (request.host, kind, name)
            # hosts and names are a stranger's words
            if entry in self._headers or len(self._headers) < _MOST_ENTRIES:
                self._headers[entry] += 1
        began, ends = self._holds.get(provider, (0.0, 0.0))
        now = self._clock.now()
        if began + _GRACE_S < now < ends - _TOLERANCE_S:
            row = {"provider": provider, "kind": event, "at": now, "since_s": now - began, "left_s": ends - now}
            with self._database.write(is_synced=False):
                self._database.insert("held", row)

    def hold(self, provider: str, *, until: float) -> None:
        """From now until that moment, in seconds since 1970, nobody should come to that provider."""
        began, ends = self._holds.get(provider, (0.0, 0.0))
        now = self._clock.now()
        self._holds[provider] = (began if ends > now else now, max(until, ends))

    def headers(self) -> dict[str, dict[str, dict[str, int]]]:
        """How many requests bore each header, by host and by what they were for; values are not kept."""
        seen: dict[str, dict[str, dict[str, int]]] = {}
        for (host, kind, name), requests in sorted(self._headers.items()):
            seen.setdefault(host, {}).setdefault(kind, {})[name] = requests
        return seen
