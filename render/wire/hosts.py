"""Decides where files may be fetched from: a list of hosts, https, and no address that is not public. Pure.

The URL is judged in the very form in which it is requested, so that no two parsers can disagree about its host.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from yarl import URL

from render.errors import HeldError

_LONGEST_URL = 8192
_VISIBLE_ASCII = re.compile(r"[!-~]+")
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
#: not an address, and so something that a person may trust
_FULL_NAME = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?")
_HTTPS_PORT = 443

#: the only IPv6 addresses that are given out to the open internet (IANA, IPv6 Global Unicast Address Assignments)
_GIVEN_OUT = ip_network("2000::/3")
#: parts of it that carry an IPv4 address which a relay nobody knows would deliver to, or are kept for documents:
#: Teredo, 6to4, RFC 9637
_NOT_GIVEN_OUT = (ip_network("2001::/32"), ip_network("2002::/16"), ip_network("3fff::/20"))
#: relays of 6to4 (RFC 7526), which Python 3.11 takes for global
_RELAYS = ip_network("192.88.99.0/24")
#: how a network without IPv4 names an IPv4 address (RFC 6052)
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True, kw_only=True, slots=True)
class HostRule:
    """The hosts that files may come from."""

    #: exact names, or `*.suffix` for every name below a suffix but not itself; always over https, and on port 443
    #: unless `:port` follows
    hosts: tuple[str, ...]
    #: this machine's names under which a server of the user's own is reached; over http or https
    plain_http_hosts: tuple[str, ...] = ()
    #: the port of that server; None for any
    plain_http_port: int | None = None

    def check(self, text: str, *, origin: str = "") -> URL:
        """Return the URL in the form in which it may be requested; `origin` is the host that redirected to it.

        Raises:
            HeldError: it is none, or leads to a host that is not listed; the message names hosts only.
        """
        url = parsed(text, origin=origin)
        host = (url.raw_host or "").lower()
        if self.is_own(url):
            return url
        if url.scheme != "https":
            link = f"the redirect from {origin} to" if origin else "the link to"
            raise HeldError(f"files are fetched over https only, and {link} {shown_host(url)} is not")
        if not _HOST_NAME.fullmatch(host) or not any(_matches(url, pattern) for pattern in self.hosts):
            why = f", to which {origin} redirects" if origin else ""
            raise HeldError(
                f"files may not be fetched from the host {shown_host(url)!r}{why}{_way_out(url)}",
                hint="the result stays held, with its link in the record",
            )
        return url

    def is_own(self, url: URL) -> bool:
        """Say whether a URL leads to a server of the user's own."""
        is_here = (url.raw_host or "").lower() in self.plain_http_hosts
        return is_here and self.plain_http_port in {None, url.port}


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the open internet; one that wraps an IPv4 address counts as that one."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        if parsed in _NAT64:
            parsed = IPv4Address(int(parsed) & 0xFFFFFFFF)
        elif parsed.ipv4_mapped is None:
            is_given_out = parsed in _GIVEN_OUT and not any(parsed in network for network in _NOT_GIVEN_OUT)
            return is_given_out and parsed.is_global
        else:
            parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast and parsed not in _RELAYS


def is_loopback(address: str) -> bool:
    """Say whether an IP address is this machine itself."""
    return ip_address(address.partition("%")[0]).is_loopback


def shown_host(url: URL) -> str:
    """Return the host of a URL as people may see it, with its port where that is not the usual one."""
    return f"{url.raw_host}" if url.is_default_port() else f"{url.raw_host}:{url.port}"


def _way_out(url: URL) -> str:
    """The command that takes files from there; "" for what no person should trust."""
    is_name = _FULL_NAME.fullmatch((url.raw_host or "").lower())
    return f"; if you trust it: render fetch --allow-host {shown_host(url)}" if is_name else ""


def parsed(text: str, *, origin: str = "") -> URL:
    """Parse the link to a file as it stands: a signed one must not be rewritten.

    Raises:
        HeldError: it is none that could be followed, wherever it leads.
    """
    link = f"the redirect from {origin}" if origin else "the link to the file"
    if len(text) > _LONGEST_URL or not _VISIBLE_ASCII.fullmatch(text) or "\\" in text:
        raise HeldError(f"{link} is not a URL")
    try:
        url = URL(text, encoded=True)
        is_usable = url.scheme in {"http", "https"} and bool(url.raw_host) and url.port is not None
    except ValueError:
        raise HeldError(f"{link} is not a URL") from None
    if not is_usable:
        raise HeldError(f"{link} is not a URL of the web")
    if url.raw_user is not None or url.raw_password is not None:
        raise HeldError(f"{link} holds a user name or a password, which no provider's does; it is not followed")
    return url


def _matches(url: URL, pattern: str) -> bool:
    name, _, port = pattern.partition(":")
    host = (url.raw_host or "").lower()
    is_named = host.endswith(name[1:]) if name.startswith("*.") else host == name
    return is_named and url.port == int(port or _HTTPS_PORT)
