"""A pair of connected transports in memory, with the real parsers of aiohttp at both ends.

Each direction is first in, first out, however the delays fall. An end asks its network about every piece it is given
to send: it passes, or it resets the connection, or it is swallowed with all that follows, for a stream has no gaps.
"""

import asyncio
from collections import deque

_PIECE_BYTES = 64 * 1024


class End(asyncio.Transport):
    """One end of a connection; `owner` is the process it belongs to, None for the server."""

    def __init__(self, network, *, number, owner):
        super().__init__()
        self.number = number
        self.owner = owner
        self.peer = self.protocol = None
        self._loop = asyncio.get_running_loop()
        self._network = network
        self._is_closing = self._is_lost = self._is_paused = self._swallows = False
        self._on_its_way = deque()
        self._arrived = deque()
        self._last_landing = 0.0

    def get_extra_info(self, name, default=None):
        return {"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)}.get(name, default)

    def get_protocol(self):
        return self.protocol

    def set_protocol(self, protocol):
        self.protocol = protocol

    def is_closing(self):
        return self._is_closing

    def is_reading(self):
        return not self._is_paused

    def pause_reading(self):
        self._is_paused = True

    def resume_reading(self):
        self._is_paused = False
        self._loop.call_soon(self._hand_in)

    def can_write_eof(self):
        return False

    def set_write_buffer_limits(self, high=None, low=None):
        """Nothing is buffered here."""

    def get_write_buffer_size(self):
        return 0

    def writelines(self, pieces):
        self.write(b"".join(pieces))

    def write(self, data):
        view = bytes(data)
        for start in range(0, len(view), _PIECE_BYTES):
            if self._is_closing or (self.owner is not None and not self.owner.lives_on("send")):
                return
            self._write_piece(view[start : start + _PIECE_BYTES])

    def _write_piece(self, piece):
        match self._network.fate(self):
            case "reset":
                self.abort()
            case "swallow":
                self._swallows = True
            case _:
                self._send(piece)

    def close(self):
        """Say goodbye behind all that was written."""
        if not self._is_closing:
            self._is_closing = True
            self._send(None)
            self._loop.call_soon(self._lose, None)

    def abort(self):
        """Reset: overtakes what is on its way."""
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self.peer.arrive, ConnectionResetError("reset by peer"))
            self._loop.call_soon(self._lose, ConnectionResetError("reset"))

    def vanish(self):
        """Its process has died: the system closes the connection, and nobody here reads what still comes."""
        self.close()
        self._arrived.clear()

    def arrive(self, item):
        if not self._is_lost:
            self._arrived.append(item)
            self._hand_in()

    def _send(self, item):
        landing = max(self._last_landing, self._loop.time() + self._network.delay_s())
        if not self._swallows:
            self._last_landing = landing
            self._on_its_way.append(item)
            self._loop.call_at(landing, self._land)

    def _land(self):
        self.peer.arrive(self._on_its_way.popleft())

    def _hand_in(self):
        while self._arrived and not self._is_paused and not self._is_closing:
            item = self._arrived.popleft()
            if item is None or isinstance(item, Exception):
                # a turn later, as every loop does: who was handed the data before may look at it first
                self._is_closing = True
                self._loop.call_soon(self._lose, item)
            else:
                self.protocol.data_received(item)

    def _lose(self, error):
        if not self._is_lost:
            self._is_lost = self._is_closing = True
            if self.owner is not None:
                self.owner.ends.discard(self)
            self._network.forget(self)
            self.protocol.connection_lost(error)
