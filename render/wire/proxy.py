"""Which requests go through the proxy of the user's surroundings: those over https to other machines.

A proxy resolves names for itself, so a name is resolved here as well before a file is asked for through it: one that
leads to an address that is not public is refused. The host's certificate is checked behind the proxy as without it.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yarl import URL

from render.errors import HeldError, UnreachableError
from render.wire.hosts import is_public

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

    from render.settings import ProxySettings

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxy:
    """What was asked for: without settings every request goes straight to its host."""

    settings: ProxySettings | None
    resolver: AbstractResolver

    def for_url(self, url: URL) -> URL | None:
        """Return the proxy that a request goes through, or None."""
        host = (url.raw_host or "").lower()
        if self.settings is None or url.scheme != "https" or host in _THIS_MACHINE:
            return None
        is_excepted = any(_excepts(entry, host, url.port) for entry in self.settings.exceptions.split(","))
        return None if is_excepted else URL(self.settings.url.reveal())

    async def check_target(self, url: URL, *, named: str) -> None:
        """Resolve the name in a URL, which a proxy is about to do for itself; errors speak of it as `named`.

        Raises:
            HeldError: it leads to an address that is not public.
            UnreachableError: it cannot be resolved here.
        """
        host = url.raw_host or ""
        try:
            found = await self.resolver.resolve(host, url.port or 443, family=socket.AF_UNSPEC)
        except OSError:
            reason = "its name cannot be resolved, which is done before a proxy is asked"
            trouble = UnreachableError(f"{host}: {reason}", host=host, reason=reason)
        else:
            if found and all(is_public(each["host"]) for each in found):
                return
            raise HeldError(f"{named} leads to an address that is not public")
        raise trouble


def _excepts(entry: str, host: str, port: int | None) -> bool:
    """Say whether one entry of NO_PROXY names a host: itself, or any name below it; `*` names all."""
    name, _, only_port = entry.strip().lower().removeprefix("*.").lstrip(".").partition(":")
    if only_port and only_port != str(port):
        return False
    return entry.strip() == "*" or (bool(name) and (host == name or host.endswith(f".{name}")))
