"""Decides whom the server may send requests to: nobody, except the hosts it was told of at its start."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_allowed(url: str, *, hosts: frozenset[str]) -> bool:
    """Whether a link is http(s) and leads to one of these hosts, given as `host` for any port or as `host:port`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return False
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    named_port = port or (443 if parts.scheme == "https" else 80)
    return not hosts.isdisjoint({name, parts.hostname, f"{name}:{named_port}"})
