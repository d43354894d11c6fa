"""Reads from a request who sends it, and decides who is let in.

A key is compared and forgotten: never stored, never logged.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web


def is_let_in(key: str, *, keys: frozenset[str] | None) -> bool:
    """Whether this key opens a server with those keys; None stands for any key that is not empty."""
    if keys is None:
        return bool(key)
    # all are compared, each in constant time, so that the time of an answer says nothing about any of them
    matches = [hmac.compare_digest(_bytes(key), _bytes(known)) for known in keys]
    return any(matches)


def bearer_key(request: web.Request) -> str:
    """The key in the header `Authorization: Bearer KEY`, or ""."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def client_request_id(request: web.Request) -> str:
    """The sender's own word for a request, or ""; one that breaks the rules of AI/ML API is dropped in silence.

    Source: the provider's page on request tracing, read 2026-11-20.
    """
    word = request.headers.get("X-Client-Request-Id", "")
    return word if re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", word) else ""


def _bytes(key: str) -> bytes:
    # half characters are possible in headers and in JSON
    return key.encode(errors="backslashreplace")
