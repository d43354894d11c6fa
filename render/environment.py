"""Fills `${env.NAME}` in where results are sent to: what of the environment an address names, and the address with it.

Pure: the values are handed in. What a request is recorded with is the address as it was written; only what is sent
holds the values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from render.catalog.names import ADDRESSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from render.catalog.spec import ModelSpec

PREFIX = "env."
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
#: where addresses stand in the request for a model whose spec is not there any more
_USUAL_FIELDS = ("uploadEndpoint", "webhookURL")
_NAMED = re.compile(r"\$\{env\.([A-Za-z_][A-Za-z0-9_]*)\}")


def named_in(address: Any) -> tuple[str, ...]:
    """Return the variables of the environment that an address names, each once."""
    return tuple(dict.fromkeys(_NAMED.findall(address))) if isinstance(address, str) else ()


def filled(address: str, value_of: Callable[[str], str]) -> str:
    """Return the address with the values of its variables."""
    return _NAMED.sub(lambda found: value_of(found.group(1)), address)


def addresses_in(request: Mapping[str, Any], spec: ModelSpec | None) -> dict[str, str]:
    """Return the addresses in a request, by the names under which the provider takes them."""
    fields = _USUAL_FIELDS if spec is None else [param.wire for param in spec.params if param.name in ADDRESSES]
    return {field: request[field] for field in fields if isinstance(request.get(field), str)}


def place_of(address: str) -> str:
    """Return an address so that two of them which mean one place are equal: no fragment, the host in small letters."""
    try:
        parts = urlsplit(address)
        return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query, ""))
    except ValueError:
        return address


def address_fault(address: str) -> str:
    """Say why nothing could be sent to an address, or "" where something could."""
    if not address.isprintable() or " " in address:
        return "it holds spaces or invisible characters"
    if "${" in address:
        return "it holds a `${` that stands for nothing"
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return "it is not a URL"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "it does not begin with https:// and a host"
    return ""
