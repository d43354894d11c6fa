"""Words what is wrong with a value for the person who wrote it. Pure text; knows nothing of where the value stands."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from render.catalog.likeness import most_alike, one_alike
from render.catalog.wording import plain, shown
from render.manifest.findings import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from render.manifest.findings import Path

_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping (`key: value` lines)",
    "array": "a list",
    "null": "nothing",
}

#: by what is wanted: how it is written
_FIXES = {
    _TYPES["integer"]: "write a whole number, without a unit",
    _TYPES["number"]: "write a number, without a unit",
    _TYPES["object"]: "write `key: value` lines below it, or {key: value} beside it",
    _TYPES["array"]: "write [one, two], or one item a line, each behind `- `",
}

SCHEMA_HINT = "`render schema` prints what is asked for; editors show it in this place"

#: by keyword of the schema: rule, message, hint
_PHRASES = {
    "const": ("not-allowed", "{value} is not allowed", "it must be {limit}"),
    "minimum": ("range", "{value} is too small", "at least {limit}"),
    "maximum": ("range", "{value} is too large", "at most {limit}"),
    "exclusiveMinimum": ("range", "{value} is too small", "more than {limit}"),
    "multipleOf": ("range", "{value} is not a multiple of {limit}", "steps of {limit}"),
    "minItems": ("length", "it is empty", "at least {limit}"),
    "minProperties": ("length", "it is empty", "at least {limit}"),
    "minLength": ("length", "it has {size} characters", "at least {limit}"),
    "maxLength": ("length", "it has {size} characters", "at most {limit}"),
    "pattern": ("pattern", "{value} cannot be used here", "it must match {limit}"),
}

ALLOWED_NAME = "letters, digits, `.`, `_` and `-`, at most 100, beginning with a letter or digit"
#: by the key that holds the value: what a pattern asks for, in words
_PATTERNS = {
    "project": ALLOWED_NAME,
    "id": ALLOWED_NAME,
    "tags": "a tag is one word, without spaces",
    "preset": "the name of a preset is one word, without spaces",
    "presets": "the name of a preset is one word, without spaces",
    "allow_hosts": "a host by its full name, like `cdn.example.com`, or `*.example.com`; no address and no path",
    "providers": "the name of a lane has small letters, digits, `-` and `_`, at most 64, and begins with a letter",
    "vars": "the name of a variable has letters, digits and `_`, and begins with no digit",
}

#: which of them are names that something could be mended into
_NAMES = frozenset({"project", "id", "tags"})
_AWKWARD = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100
_LONGEST_SHOWN = 40


def named(path: Path) -> str:
    """Say what stands at `path`: `width`, item 2 of `tags`."""
    names = [step for step in path if isinstance(step, str)]
    name = f"`{names[-1]}`" if names else "the file"
    return f"item {path[-1] + 1} of {name}" if path and isinstance(path[-1], int) else name


def as_name(text: str) -> str:
    """Return the name that an author probably means whose text cannot be one: `a b` -> `a-b`; "" where none is left."""
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _AWKWARD.sub("-", letters).strip("-._")[:_LONGEST_NAME].rstrip("-._")


def name_hint(text: str, allowed: str) -> str:
    """Say what a name may be made of, and which one was probably meant."""
    meant = as_name(text)
    return f"write `{meant}`: {allowed}" if meant and meant != text and len(meant) <= _LONGEST_SHOWN else allowed


def wrong_kind(value: Any, wanted: str) -> tuple[str, str]:
    """Say that `value` is not `wanted` (a text, a list …), and how to write what was probably meant."""
    if value is None:
        return "it is empty", f"write {wanted}, or leave the line out"
    if wanted.startswith(_TYPES["string"]) and isinstance(value, bool | int | float):
        return f"{shown(value)} is not {wanted}", f'put it in quotes: "{shown(value)}"'
    if wanted == _TYPES["array"] and not isinstance(value, dict):
        return f"{shown(value)} is not {wanted}", f"write [{plain(value)}]"[:_LONGEST_SHOWN]
    if "number" in wanted and isinstance(value, str) and value.strip().lstrip("+-").replace(".", "", 1).isdecimal():
        return f"the text {shown(value)} is not {wanted}", "write it without quotes"
    if wanted.startswith("a whole number") and isinstance(value, float) and value.is_integer():
        return f"{shown(value)} is not {wanted}", f"write {shown(int(value))}"
    return f"{shown(value)} is not {wanted}", how_to_write(wanted)


def how_to_write(wanted: str) -> str:
    """Say how what is wanted (a text, a list …) is written."""
    return _FIXES.get(wanted, f"write {wanted}")


def phrase(holder: str, keyword: str, limit: Any, error: Any) -> tuple[str, str, str]:
    """Word a refusal of jsonschema's as (rule, message, hint); `holder` is the key that holds the value."""
    value = error.instance
    if holder == "model" and not isinstance(value, str):
        return "type", *wrong_kind(value, _TYPES["string"])
    choices = next((option["enum"] for option in limit if "enum" in option), ()) if keyword == "anyOf" else ()
    if choices and isinstance(value, str):
        keyword, limit = "enum", choices
    if keyword in {"type", "anyOf", "oneOf"}:
        return "type", *wrong_kind(value, _alternatives(keyword, limit))
    if keyword == "enum":
        return "not-allowed", f"{shown(value)} is not allowed", f"nearest: {listed(_nearest(value, limit))}"
    if keyword == "pattern" and holder in _PATTERNS:
        allowed = _PATTERNS[holder]
        hint = name_hint(value, allowed) if holder in _NAMES and isinstance(value, str) else allowed
        return "pattern", f"{shown(value)} cannot be used here", hint
    if keyword in _PHRASES:
        rule, message, hint = _PHRASES[keyword]
        facts = {
            "value": shown(value),
            "limit": limit,
            "size": len(value) if isinstance(value, str | list | dict) else 0,
        }
        is_quoted = keyword == "const" and value == str(limit)
        return rule, message.format(**facts), hint.format(**facts) + (", without quotes" if is_quoted else "")
    return "schema", error.message.splitlines()[0], SCHEMA_HINT


def like(name: str, known: Iterable[str]) -> str:
    """Ask whether one of `known` was meant, if one of them resembles `name`; else ""."""
    near = one_alike(name, known)
    return f"did you mean `{near}`?" if near is not None else ""


def _alternatives(keyword: str, limit: Any) -> str:
    if keyword == "type":
        kinds = [_TYPES[kind] for kind in ([limit] if isinstance(limit, str) else limit)]
    else:
        kinds = [_TYPES.get(str(option.get("type")), "one of the values known here") for option in limit]
    return " or ".join(dict.fromkeys(kinds))


def _nearest(value: Any, allowed: Sequence[Any]) -> Sequence[str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        numbers = [near for near in allowed if isinstance(near, int | float)]
        return [str(near) for near in sorted(numbers, key=lambda near: abs(near - value))[:2]]
    return most_alike(str(value)[:100], known=[str(near) for near in allowed], count=3)
