"""A TCP relay between a client and the server that loses one reply: bytes go through until something has happened at
the server, and the next chunk of what it says is swallowed and the connection cut.

Knows no protocol, so it serves HTTP and WebSocket alike; what has happened it learns from the server's own ledger.
"""

import asyncio
import threading


class LossyRelay:
    """Listens on a port of its own; `with` frames its life. `host` is what a client connects to."""

    def __init__(self, host, port, *, count):
        self._target, self._count = (host, port), count
        self._before, self.has_cut = count(), False
        self._is_up, self._loop, self._stop, self._connections = threading.Event(), None, None, set()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self):
        self._thread.start()
        self._is_up.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._is_up.set()
        await self._stop.wait()
        server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader, writer):
        self._connections.add(asyncio.ensure_future(self._connect(reader, writer)))

    async def _connect(self, reader, writer):
        answers, requests = await asyncio.open_connection(*self._target)
        up = asyncio.ensure_future(self._pass_on(reader, requests))
        down = asyncio.ensure_future(self._pass_on(answers, writer, may_lose=True))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for worker, stream in ((up, requests), (down, writer)):
                worker.cancel()
                stream.transport.abort()
            ends = (up, down, requests.wait_closed(), writer.wait_closed())
            await asyncio.gather(*ends, return_exceptions=True)

    async def _pass_on(self, reader, writer, *, may_lose=False):
        while chunk := await reader.read(65536):
            if may_lose and await self._is_lost():
                return
            writer.write(chunk)
            await writer.drain()

    async def _is_lost(self):
        if self.has_cut:
            return False
        self.has_cut = await asyncio.to_thread(self._count) > self._before
        return self.has_cut
