"""Decides where files may be fetched from: a list of hosts, https, and no address that is not public. Pure.

The URL is judged in the very form in which it is requested, so that no two parsers can disagree about its host.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from yarl import URL

from render.errors import HeldError

_LONGEST_URL = 8192
_VISIBLE_ASCII = re.compile(r"[!-~]+")
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, kw_only=True, slots=True)
class HostRule:
    """The hosts that files may come from."""

    #: exact names, or `*.suffix` for every name below a suffix but not itself; always over https
    hosts: tuple[str, ...]
    #: this machine's names under which a server of the user's own is reached; over http or https
    plain_http_hosts: tuple[str, ...] = ()

    def check(self, text: str) -> URL:
        """Return the URL in the form in which it may be requested.

        Raises:
            HeldError: it is none, or leads to a host that is not listed; the message names the host only.
        """
        url = _parsed(text)
        host = (url.raw_host or "").lower()
        if self.is_own(url):
            return url
        if url.scheme != "https":
            raise HeldError(f"files are fetched over https only, and the link to {host} is not")
        if not _HOST_NAME.fullmatch(host) or not any(_matches(host, pattern) for pattern in self.hosts):
            raise HeldError(
                f"files may not be fetched from the host {host!r}",
                hint="the result stays held, with its link in the record",
            )
        return url

    def is_own(self, url: URL) -> bool:
        """Say whether a URL leads to a server of the user's own."""
        return (url.raw_host or "").lower() in self.plain_http_hosts


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the open internet."""
    parsed = ip_address(address.partition("%")[0])
    inner = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (inner or parsed).is_global and not (inner or parsed).is_multicast


def is_loopback(address: str) -> bool:
    """Say whether an IP address is this machine itself."""
    return ip_address(address.partition("%")[0]).is_loopback


def shown_host(url: URL) -> str:
    """Return the host of a URL as people may see it, with its port where that is not the usual one."""
    return f"{url.raw_host}" if url.is_default_port() else f"{url.raw_host}:{url.port}"


def _parsed(text: str) -> URL:
    """Parse a URL as it stands: a signed link must not be rewritten."""
    if len(text) > _LONGEST_URL or not _VISIBLE_ASCII.fullmatch(text) or "\\" in text:
        raise HeldError("the link to the file is not a URL")
    try:
        url = URL(text, encoded=True)
        is_usable = url.scheme in {"http", "https"} and bool(url.raw_host) and url.port is not None
    except ValueError:
        raise HeldError("the link to the file is not a URL") from None
    if not is_usable:
        raise HeldError("the link to the file is not a URL of the web")
    if url.raw_user is not None or url.raw_password is not None:
        raise HeldError("the link to the file holds a user name, which no provider's does")
    return url


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
