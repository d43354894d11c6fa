"""The body of a call as it goes over the line: JSON at once, or JSON around a file that is read as it is sent.

A file goes in base64, piece by piece: however large it is, no more than two pieces of it are in memory. Its length is
announced, so that a body that ends early is none.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from render.providers.protocol import ENCLOSURE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from render.providers.protocol import Call, Enclosed


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """What is sent, and what is said of it."""

    content: bytes | AsyncIterator[bytes] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def body_of(call: Call) -> Body:
    """Return the body of a call; one with a file in it can be sent once."""
    if call.body is None:
        return Body()
    text, headers = json.dumps(call.body, allow_nan=False), {"Content-Type": "application/json"}
    if call.enclosed is None:
        return Body(content=text.encode(), headers=headers)
    before, after = (part.encode() for part in text.split(ENCLOSURE))
    length = len(before) + 4 * -(-call.enclosed.size_bytes // 3) + len(after)
    return Body(content=_around(before, call.enclosed, after), headers={**headers, "Content-Length": str(length)})


async def _around(before: bytes, enclosed: Enclosed, after: bytes) -> AsyncIterator[bytes]:
    yield before
    left = b""
    async for piece in enclosed.pieces():
        whole = left + piece
        cut = len(whole) - len(whole) % 3
        left = whole[cut:]
        yield base64.b64encode(whole[:cut])
    yield base64.b64encode(left) + after
