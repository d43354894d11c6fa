"""Folds the providers' many error codes into the few kinds that decide what happens next.

Codes are matched by pattern, without regard to case or punctuation: the provider says itself that they are still being
standardised. Which error of ours a kind becomes is each provider's business, because it depends on the call.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from render.errors import ProviderError, RejectedError, TransientError

if TYPE_CHECKING:
    from collections.abc import Mapping


class CodeKind(StrEnum):
    """What a code is about."""

    #: our id was used before: proof that an earlier send arrived
    CONFLICT = "conflict"
    #: the content of the prompt or of the result
    SAFETY = "safety"
    QUOTA = "quota"
    AUTH = "auth"
    #: they do not know the task, or no longer
    GONE = "gone"
    RATE_LIMIT = "rate limit"
    #: they do not serve the model
    MODEL = "model"
    NOT_FOUND = "not found"
    VALIDATION = "validation"
    TIMEOUT = "timeout"
    SERVER = "server"
    PROVIDER = "provider"
    #: the render is there, and could not be sent where it was to go
    DELIVERY = "delivery"
    UNKNOWN = "unknown"


# The first kind that matches wins: `invalidApiKey` must meet AUTH before VALIDATION.
# Searched in codes in lower case without punctuation.
_WORDS: Mapping[CodeKind, tuple[str, ...]] = {
    CodeKind.CONFLICT: ("conflicttaskuuid",),
    CodeKind.SAFETY: (
        "contentpolicy",
        "contentviolation",
        "invalidprovidercontent",
        "(sensitive|unsafe)content",
        "nsfw",
        "(prompt|image|content)blocked",
        "moderation",
        "safety",
    ),
    CodeKind.QUOTA: ("credit", "quota", "balance", "paymentrequired", "environmentpaused"),
    CodeKind.AUTH: (
        "apikey",
        "unauthori[sz]ed",
        "forbidden",
        "permission",
        "^auth(entication)?(failed|timeout|required|error)",
        "^token",
        "(account|organi[sz]ation|workspace)(suspended|disabled)",
    ),
    CodeKind.GONE: ("task(failedor)?notfound", "taskcancell?ed", "expired$"),
    CodeKind.RATE_LIMIT: ("ratelimit", "toomanyrequests", "concurrencylimit"),
    CodeKind.MODEL: ("^(unknown|unsupported|invalid)model(id|identifier)?$", "modelnot(found|supported|served)"),
    CodeKind.NOT_FOUND: ("notfound$",),
    CodeKind.VALIDATION: (
        "^(invalid|missing|unsupported|unknownparam|incompatible|value|array|max|min|duplicate|validation|required)",
        "mismatch",
        "outofrange",
        "modelalreadyexists",
        "ownershipvalidation",
        "^badrequest",
    ),
    CodeKind.TIMEOUT: ("timeout", "timedout"),
    CodeKind.SERVER: (
        "servererror",
        "(service|server)unavailable",
        "overloaded",
        "^(standard|unknown|undefined|default)error$",
        "unrecognizedresponse",
    ),
    CodeKind.DELIVERY: ("^uploadfailed",),
    CodeKind.PROVIDER: (
        "provider",
        "inference",
        "(processing|task|download)failed",
        "noavailableserver",
        "model(unavailable|disabled|notready)",
    ),
}
_PATTERNS = {kind: re.compile("|".join(words)) for kind, words in _WORDS.items()}

#: a render that failed with one of these fails again, or was made and is not to be paid for once more unasked
_LASTING = frozenset({CodeKind.SAFETY, CodeKind.VALIDATION, CodeKind.MODEL, CodeKind.NOT_FOUND, CodeKind.DELIVERY})


def kind_of(code: str) -> CodeKind:
    """Name the kind of a provider's error code; UNKNOWN for codes of no known pattern."""
    squashed = re.sub(r"[^a-z0-9]", "", code.lower())
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.search(squashed)), CodeKind.UNKNOWN)


def render_failure(message: str, *, code: str, status: int) -> ProviderError:
    """Say what follows from a render that failed after it was accepted: lasting, or worth a new attempt.

    A code of no known kind counts as passing: the render was accepted, so it was not the request that was wrong.
    """
    if kind_of(code) in _LASTING:
        return RejectedError(message, code=code, http_status=status)
    return TransientError(message, code=code, http_status=status)
