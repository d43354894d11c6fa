"""The network between the runner and the server: delays and faults drawn for every connection and every piece sent.

`MemoryConnector` stands where a TCP connector would: the rest of the client is aiohttp's own, and so is the server.
"""

import asyncio
from contextvars import copy_context

import aiohttp

from render.wire import Connectors
from tests.prove.simulation.process import CURRENT
from tests.prove.simulation.transport import End

#: what was in the air when a server asked for patience is forgiven by it for half a second, there and back together
SLOWEST_S = 0.2
_DOWNLOADS = 16


class Network:
    """One network; `server` makes the protocol of each connection's far end, in the context it was made in."""

    def __init__(self, *, chance, weather, tell):
        self.server = None
        self.weather = weather
        self.connections = 0
        self._far_ends = set()
        self._chance = chance
        self._tell = tell
        self._context = copy_context()

    def delay_s(self):
        """How long one piece is on its way."""
        return self._chance.uniform(0.001, self.weather.slowest_s)

    def fate(self, end):
        """What becomes of one piece that is sent."""
        draw, weather = self._chance.random(), self.weather
        if draw < weather.resets:
            return self._told("reset", end)
        if draw < weather.resets + weather.swallows:
            return self._told("swallow", end)
        return ""

    def greeting(self):
        """What becomes of an attempt to connect."""
        draw, weather = self._chance.random(), self.weather
        if draw < weather.refusals:
            return "refuse"
        return "ignore" if draw < weather.refusals + weather.silences else ""

    def connect(self, protocol, *, owner):
        """Connect a client's protocol to a new one of the server's."""
        self.connections += 2
        near = End(self, number=self.connections, owner=owner)
        far = End(self, number=self.connections + 1, owner=None)
        near.peer, far.peer = far, near
        far.protocol = self._context.copy().run(self.server)
        # the tasks that serve must not be taken for those of the process that has come to be served
        self._context.copy().run(far.protocol.connection_made, far)
        self._far_ends.add(far)
        near.protocol = protocol
        protocol.connection_made(near)
        if owner is not None:
            owner.ends.add(near)

    def break_all(self):
        """The server goes down: whoever is still connected meets a reset."""
        for far in sorted(self._far_ends, key=lambda end: end.number):
            far.abort()
        self._far_ends.clear()

    def forget(self, end):
        """Note that an end is closed."""
        self._far_ends.discard(end)

    def connectors(self):
        """Connectors of the same manners as the real ones, all of which end here."""
        return Connectors(
            paid=lambda: MemoryConnector(self, force_close=True, limit=0),
            free=lambda: MemoryConnector(self, limit=0, keepalive_timeout=None),
            files=lambda _: MemoryConnector(self, limit=_DOWNLOADS, keepalive_timeout=None),
        )

    def _told(self, fate, end):
        self._tell(f"network {fate}", "client" if end.owner else "server")
        return fate


class MemoryConnector(aiohttp.BaseConnector):
    """Connects to the server of a `Network`; aiohttp's own method for this is private, so its version matters."""

    def __init__(self, network, **named):
        super().__init__(**named)
        self._network = network

    async def _create_connection(self, req, traces, timeout):  # noqa: ARG002, ASYNC109 - aiohttp's own signature
        greeting = self._network.greeting()
        async with asyncio.timeout(timeout.sock_connect):
            if greeting == "ignore":
                await asyncio.Event().wait()
            await asyncio.sleep(self._network.delay_s())
        if greeting == "refuse":
            raise aiohttp.ClientConnectorError(req.connection_key, ConnectionRefusedError(111, "refused"))
        protocol = self._factory()
        self._network.connect(protocol, owner=CURRENT.get())
        return protocol
