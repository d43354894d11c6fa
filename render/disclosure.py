"""Decides what may be seen of words that come from elsewhere: no signed query, no key, nothing that steers a terminal.

The one place where text is made harmless. It knows no terminal and no file: `report`, `log` and the commands hand it
what they are about to show. Escapes are those of JSON, so that a document made harmless as a whole stays a document.
"""

from __future__ import annotations

import functools
import json
import re
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: what may stand in a URL or a token inside a JSON text: no blank, and no quote, escaped or not
_REST = r"(?:[^\s\"\\]|\\[^\"nrt])"
#: the query of a URL may be a signature, and its userinfo a password
_QUERY = re.compile(rf"(?i)(https?://[^\s\"?#\\]+)[?#]{_REST}*")
_USERINFO = re.compile(r"(?i)(https?://)[^\s\"/?#\\]*@")
_BEARER = re.compile(rf"(?i)(bearer\s+){_REST}+")

#: what is shorter may be a part of any word
_SHORTEST_SECRET = 8
_SHORTEST_KEY = 23
_LONG_RUN = re.compile(rf"\S{{{_SHORTEST_KEY}}}")
_LONG_WORD = re.compile(r"[A-Za-z0-9_-]{23,}")
_KEY_LIKE = re.compile(r"[A-Za-z0-9_-]{28,}\Z")
_SURE_KEY = re.compile(r"(?:[0-9a-f]{32,}|sk-[A-Za-z0-9_-]{20,})\Z")

_UNUSUAL = re.compile(r"[^ -~]")
_UNUSUAL_IN_LINES = re.compile(r"[^ -~\n]")
#: the colours of `report.palette`, which alone may reach a terminal, or one character that may have to be escaped
_COLOUR_OR_UNUSUAL = re.compile(r"\x1b\[(?:0|2|1|32|33|36|31;1)m|[^ -~\n]")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without any of `secrets`, without queries and userinfo of URLs, and without bearer tokens."""
    text = without(text, secrets)
    if "://" in text:
        text = _USERINFO.sub(r"\1…@", _QUERY.sub(r"\1?…", text))
    return _BEARER.sub(r"\1…", text)


def without(text: str, secrets: Iterable[str], *, instead: str = "…") -> str:
    """Return `text` with `instead` for each of `secrets`, except those of fewer than 8 characters."""
    # one may be a part of another
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = any_spelling(secret).sub(instead, text)
    return text


def starred(text: str) -> str:
    """Return `text` with `*` for every character that `redact` would take out, and of what looks like a key.

    It is as long as before, so that a place in it stays that place.
    """
    for pattern in (_QUERY, _USERINFO, _BEARER):
        text = pattern.sub(lambda found: found.group(1) + "*" * (found.end() - found.end(1)), text)
    return _LONG_WORD.sub(lambda found: "*" * len(found.group()) if _is_key(found.group()) else found.group(), text)


def looks_like_key(value: object) -> bool:
    """Whether a text holds one long word of mixed letters and digits, as API keys are and prompts never do."""
    if not isinstance(value, str) or len(value) < _SHORTEST_KEY or not _LONG_RUN.search(value):
        return False
    return any(_is_key(word.strip("\"'`.,;:()<>")) for word in value.split() if len(word) >= _SHORTEST_KEY)


def _is_key(word: str) -> bool:
    if _SURE_KEY.match(word):
        return True
    mixed = any(c.isdigit() for c in word) and any(c.isupper() for c in word) and any(c.islower() for c in word)
    return mixed and _KEY_LIKE.match(word) is not None


@functools.cache
def any_spelling(secret: str) -> re.Pattern[str]:
    """Match a secret however JSON, JSON within JSON, or a URL spells each of its characters."""
    return re.compile("".join(map(_spelled, secret)))


def _spelled(character: str) -> str:
    octets = character.encode(errors="surrogatepass")
    units = struct.iter_unpack(">H", character.encode("utf-16-be", errors="surrogatepass"))
    in_url = "".join(rf"%(?:25){{0,4}}{_hexadecimal(octet)}" for octet in octets)
    in_json = "".join(rf"\\{{1,8}}u0{{0,3}}{_hexadecimal(unit)}" for (unit,) in units)
    return rf"(?:\\{{0,8}}{re.escape(character)}|{in_url}|{in_json})"


def _hexadecimal(number: int) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{number:x}")


def one_line(text: str) -> str:
    """Return words of others as they may be shown: redacted, and on one line, with control characters escaped."""
    return _UNUSUAL.sub(_harmless, redact(text))


def lines(text: str, *, has_colour: bool = False) -> str:
    """Return a whole text for a terminal or a file: only its own line ends and colours are let through as they are."""
    return (_COLOUR_OR_UNUSUAL if has_colour else _UNUSUAL_IN_LINES).sub(_harmless, text)


def _harmless(found: re.Match[str]) -> str:
    # Control characters, bidirectional overrides, line separators and lone surrogates are all unprintable to Python.
    character = found.group()
    return character if len(character) > 1 or character.isprintable() else json.dumps(character)[1:-1]
