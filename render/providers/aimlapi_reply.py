"""What every answer of AI/ML API has in common: ids, the message in either envelope, and refusals for who asks.

Knows neither the calls nor what follows from them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.errors import AccountError, ReadFailedError
from render.providers.replies import readable_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.providers.protocol import Reply

#: what we take for an id of theirs
REMOTE_ID = re.compile(r"[!-~]{1,300}")


def account_error(message: str, reply: Reply) -> AccountError:
    """Say that they refuse who asks; they have no use for 402, out of credit is 403 (errors page, 2026-11)."""
    return AccountError(message, http_status=reply.status, is_credit=reply.status != 401)


def unread(message: str, reply: Reply) -> ReadFailedError:
    """Say that a free question was not answered."""
    return ReadFailedError(message, http_status=reply.status, retry_after_s=reply.retry_after_s)


def words_of(document: Mapping[str, Any]) -> str:
    """Find the message in either envelope: `message` of the older one, `detail` or `title` of problem+json."""
    nested = document.get("error")
    places = [document.get(name) for name in ("message", "detail", "title")]
    places += [nested.get("message") if isinstance(nested, dict) else nested]
    return next((text for text in map(readable_text, places) if text), "")


def told(document: Mapping[str, Any], reply: Reply) -> str:
    """Return their message, or say that there is none."""
    return words_of(document) or f"AI/ML API answered HTTP {reply.status} without a message"
