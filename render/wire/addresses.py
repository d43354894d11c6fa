"""Judges where a connection leads, at the moment at which it is made: a name was judged before, and may lead anywhere.

Every socket for files is opened here. Knows no URL and no HTTP.
"""

from __future__ import annotations

import errno
import socket
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum, auto
from typing import TYPE_CHECKING

from render.wire.hosts import is_loopback, is_public

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiohttp.connector import AddrInfoType


class Way(Enum):
    """Where connections may lead that are made meanwhile."""

    #: to the open internet
    OUT = auto()
    #: to a server of the user's own on this machine, or to the open internet
    OWN = auto()
    #: to the proxy that the user named, wherever it stands
    PROXY = auto()


_way: ContextVar[Way] = ContextVar("way", default=Way.OUT)


class NotPublicError(OSError):
    """An allowed name leads to an address inside some network."""


@contextmanager
def going(way: Way) -> Iterator[None]:
    """Let connections be made that way, in the current task and in those that it starts."""
    mark = _way.set(way)
    try:
        yield
    finally:
        _way.reset(mark)


def judged_socket(address: AddrInfoType) -> socket.socket:
    """Open a socket for an address that may be connected to.

    Raises:
        NotPublicError: the address is not of the open internet, and nothing else allows it.
    """
    family, kind, protocol, _, where = address
    host = str(where[0])
    way = _way.get()
    if way is not Way.PROXY and not is_public(host) and not (way is Way.OWN and is_loopback(host)):
        raise NotPublicError(errno.EACCES, "not a public address")
    return socket.socket(family, kind, protocol)
