"""Decides what an unquoted YAML word means. Pure: text in, value out, with what to tell the author when it is a trap.

Only `true`, `false`, `null` and decimal numbers are special (1e3 is a number; 3:2 and dates stay text).
"""

from __future__ import annotations

import re
from typing import Any

_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_TRAP_NUMBER = re.compile(
    r"[-+]?(?:0[0-9]+(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?|0[xob][0-9a-f_]+|[0-9]+_[0-9_]*(?:\.[0-9_]*)?|\.(?:inf|nan))\Z",
    re.IGNORECASE,
)
_CONSTANTS = {"true": True, "false": False, "null": None, "": None, "~": None}
_MAYBE_NUMBER = frozenset("0123456789+-.")
#: other tools read these as booleans or null, some of them, some of the time
_TRAP_WORDS = {
    "yes": "true",
    "on": "true",
    "y": "true",
    "true": "true",
    "no": "false",
    "off": "false",
    "n": "false",
    "false": "false",
    "null": "null",
}
_LONGEST_TRAP_WORD = max(map(len, _TRAP_WORDS))
_MAX_DIGITS = 400
#: what is longer is not written out as an advice
_LONGEST_WITH_A_BASE = 20

#: what is wrong, and the fix
Trap = tuple[str, str]


def read_plain(text: str) -> tuple[Any, Trap | None]:
    """Return the value of an unquoted scalar, and what to tell the author if it must be written otherwise."""
    if text in _CONSTANTS:
        return _CONSTANTS[text], None
    if text[0] in _MAYBE_NUMBER:
        return _read_number(text)
    if len(text) <= _LONGEST_TRAP_WORD and text.lower() in _TRAP_WORDS:
        hint = f'write {_TRAP_WORDS[text.lower()]}, or "{text}" for the text'
        return text, (f"`{text}` means different things to different YAML tools", hint)
    return text, None


def _read_number(text: str) -> tuple[Any, Trap | None]:
    if len(text) > _MAX_DIGITS and (_NUMBER.match(text) or _TRAP_NUMBER.match(text)):
        hint = "put it in quotes where a text is meant"
        return 0, (f"a number of {len(text)} digits is not used anywhere", hint)
    if _INTEGER.match(text):
        return int(text), None
    if _TRAP_NUMBER.match(text):
        hint = f'write {_as_decimal(text)}, or "{text}" for the text'
        return text, (f"`{text}` is read differently by different YAML tools", hint)
    if _NUMBER.match(text):
        value = float(text)
        if value in {float("inf"), float("-inf")}:
            return 0.0, (f"`{text}` is too large for a number", "put it in quotes where a text is meant")
        return value, None
    return text, None


def _as_decimal(text: str) -> str:
    """Say how to write the number that was probably meant."""
    bare = text.lower().replace("_", "")
    if bare.lstrip("+-")[:2] in {"0x", "0o", "0b"} and len(bare) <= _LONGEST_WITH_A_BASE:
        try:
            return str(int(bare, 0))
        except ValueError:
            return "a plain decimal number"
    sign, digits = "-" if bare.startswith("-") else "", bare.lstrip("+-0") or "0"
    if len(digits) > _LONGEST_WITH_A_BASE or not _NUMBER.match(digits):
        return "a plain decimal number"
    return f"{sign}{digits}"
