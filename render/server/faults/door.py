"""The socket's own side of a server: lets connections in, or shuts them out before a byte is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from render.server.faults.actions import reset

if TYPE_CHECKING:
    from collections.abc import Callable

    from render.server.faults.script import FaultScript

#: a crowd may knock at once
_BACKLOG = 2048


class _Shut(asyncio.Protocol):
    """A connection that is reset as soon as it is made."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        reset(transport)


async def open_door(
    let_in: Callable[[], asyncio.BaseProtocol], *, faults: FaultScript, host: str, port: int
) -> asyncio.Server:
    """Listen; `let_in` speaks with every connection that no fault strikes.

    Raises:
        OSError: the port is taken.
    """

    def answer() -> asyncio.BaseProtocol:
        return let_in() if faults.strike("connection") is None else _Shut()

    return await asyncio.get_running_loop().create_server(answer, host, port, backlog=_BACKLOG)
