"""Reads a stranger's reply: strict JSON, and single values that are believed only in the shape they should have.

Whatever the bytes are, nothing but UnreadableError leaves this module. Knows no provider.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, NoReturn

from render.disclosure import one_line, without
from render.errors import OutcomeUnknownError, ProviderError, TransientError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from render.providers.protocol import Reply

#: words of state that descriptions of the APIs have
FINISHED_WORDS = frozenset({"success", "completed"})
RUNNING_WORDS = frozenset({"processing", "pending", "queued", "waiting", "active", "generating"})
_STATES = FINISHED_WORDS | RUNNING_WORDS | {"error"}
#: characters of a provider's own words that we keep
MESSAGE_LIMIT = 500
_WORD_LIMIT = 80
_ABSURD_COST_USD = 10_000.0
_SEEDS = 1 << 64
_URL = re.compile(r"https?://[A-Za-z0-9\[][!-~]*")
#: what is meant as a link to follow, and the part of it that should name a host
_LINK = re.compile(r"\s*https?://([^/?#]*)")
_VISIBLE_ASCII = re.compile(r"[!-~]+")


class UnreadableError(ValueError):
    """The bytes are not one JSON object in UTF-8."""


def read_reply(reply: Reply, *, as_they_are: Collection[str]) -> dict[str, Any]:
    """Decode the object that a reply is, with every text in it without what is hidden.

    Texts under the names given stay as they are, and so does a usual word of state, which gives nothing away.

    Raises:
        UnreadableError: as `read_object`.
    """
    document = read_object(reply.body)
    if not reply.hidden:
        return document
    try:
        cleaned: dict[str, Any] = _cleaned(document, reply.hidden, as_they_are)
    except RecursionError as error:
        raise UnreadableError("nested too deeply") from error
    return cleaned


def _cleaned(value: Any, hidden: Sequence[str], as_they_are: Collection[str]) -> Any:
    match value:
        case str():
            return value if value.strip().lower() in _STATES else without(value, hidden)
        case list():
            return [_cleaned(item, hidden, as_they_are) for item in value]
        case dict():
            return {
                name: item if name in as_they_are and isinstance(item, str) else _cleaned(item, hidden, as_they_are)
                for name, item in value.items()
            }
        case _:
            return value


def read_object(body: bytes) -> dict[str, Any]:
    """Decode one JSON object; the caller has bounded the size.

    Raises:
        UnreadableError: not UTF-8, not JSON, not an object; NaN, Infinity, a number beyond a double, or a key twice.
    """
    try:
        document = json.loads(
            body.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_without_repeats,
        )
    except RecursionError as error:
        raise UnreadableError("nested too deeply") from error
    except json.JSONDecodeError as error:
        raise UnreadableError(_seen(body)) from error
    except ValueError as error:
        raise UnreadableError(str(error)) from error
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    return document


def _seen(body: bytes) -> str:
    start = body.lstrip()[:1]
    if not start:
        return "an empty answer"
    return "a web page" if start == b"<" else "not JSON"


def unanswered(reply: Reply, error: UnreadableError, *, by: str) -> ProviderError:
    """Say what follows from an answer to a paid call that cannot be read.

    "Too many requests" is said before anything is sold, by whoever says it.
    """
    if reply.status == 429:
        message = f"{by} asks for patience (HTTP 429)"
        return TransientError(message, http_status=429, retry_after_s=reply.retry_after_s)
    advice = "; is the base URL right?" if 400 <= reply.status < 500 else ""
    message = f"no valid answer from {by} (HTTP {reply.status}: {error}){advice}"
    return OutcomeUnknownError(message, http_status=reply.status, retry_after_s=reply.retry_after_s)


def _refuse_constant(word: str) -> NoReturn:
    raise UnreadableError(f"{word} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise UnreadableError("a number is too large")
    return number


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise UnreadableError("a key stands twice in one object")
    return members


def readable_text(value: Any, *, limit: int = MESSAGE_LIMIT) -> str:
    """Turn what a provider said into one bounded line: harmless to show, lists joined, anything else ""."""
    if isinstance(value, list):
        value = "; ".join(part for part in value if isinstance(part, str))
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value:d}" if abs(value) < _SEEDS else ""
    if not isinstance(value, str):
        return ""
    line = one_line(value[: limit + 1].strip())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def read_word(value: Any) -> str:
    """Read a status word: lower case, "" for anything that is not a text."""
    return readable_text(value, limit=_WORD_LIMIT).lower() if isinstance(value, str) else ""


def read_url(value: Any) -> str:
    """Read an absolute http or https URL of plain printable ASCII; "" for anything else."""
    return value if isinstance(value, str) and _URL.fullmatch(value) else ""


def link_flaw(value: Any) -> str:
    """Say why a link can never be followed, without a word of it; "" for one that may be, and for what is no link."""
    found = _LINK.match(value) if isinstance(value, str) else None
    if found is None or read_url(value):
        return ""
    if not _VISIBLE_ASCII.fullmatch(found.string):
        return "holds a blank, a control character or a letter beyond ASCII, as no link may"
    return "holds a user name or a password" if "@" in found[1] else "is not a URL of the web"


def read_cost(value: Any) -> float | None:
    """Read an amount of USD above 0; None for anything else.

    A reported 0 says nothing: it was seen on paid endpoints. Ten thousand and more for one file is not believed.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < _ABSURD_COST_USD else None


def read_seed(value: Any) -> int | None:
    """Read a seed: an integer of at most 64 bits, not negative; None for anything else."""
    return _integer_up_to(value, limit=_SEEDS - 1)


def read_percentage(value: Any) -> int | None:
    """Read a progress from 0 to 100; None for anything else."""
    return _integer_up_to(value, limit=100)


def _integer_up_to(value: Any, *, limit: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= limit else None


def read_flag(value: Any) -> bool | None:
    """Read true or false; None for anything else."""
    return value if isinstance(value, bool) else None


def read_items(value: Any) -> list[dict[str, Any]]:
    """Read a list of objects, or one object that stands alone; whatever else is in it is left out."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]
