"""Makes of a row's facts what a spec says of one value: its kind, bounds, default and the values allowed.

Owns what the page's words mean. What a row leaves open is noted as a blank; what it says and nobody understands, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from render.catalog.media import MEDIA_TYPES, kind_name
from render.catalog.pages.page import Unread, unread
from render.catalog.read import MOST_LISTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.catalog.pages.page import Row

_KINDS = {
    "string": "string",
    "integer": "integer",
    "float": "number",
    "number": "number",
    "boolean": "boolean",
    "object": "object",
}
_LIST = re.compile(r"array(?: of ([a-z]+?)s?)?\Z|([a-z]+)\[\]\Z")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_FORMATS = {"uri": "uri", "uuid v4": "uuid", "uuid": "uuid"}
_MULTIPLE = re.compile(r"multiple of (\d+)")
#: 2^63 - 1, as a page prints it that went through a double
_ROUNDED, _WHOLE = 9223372036854776000, 2**63 - 1
_ROUNDED_SOURCE = "same page; it prints the maximum as 9223372036854776000, which is 2^63 - 1 rounded to a double"
#: a default in words: there is none that one could write
_NO_DEFAULT = "random"
_BOUNDS = {"integer": ("min", "max"), "number": ("min", "max"), "string": ("min_length", "max_length")}
_MEDIA_WORDS = (("image", r"image|frame|mask|photo|picture"), ("video", r"video|clip"), ("audio", r"audio|sound|voice"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Blank:
    """Something that a page does not say."""

    #: where it would stand in the spec
    path: tuple[str, ...]
    #: the keys there that could say it; () where it is the whole of what stands at `path`
    keys: tuple[str, ...] = ()
    words: str


@dataclass(kw_only=True, slots=True)
class Notes:
    """What came up while a page was read."""

    blanks: list[Blank] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def kind_of(row: Row) -> str:
    """Return the type of a row in the words of a spec; "" where it is none that a spec has."""
    kind = re.sub(r" \(\d+ propert(?:y|ies)\)\Z", "", row.kind.strip())
    if kind in _KINDS:
        return _KINDS[kind]
    if _LIST.match(kind):
        return "list"
    words = {_KINDS.get(part.strip()) for part in kind.split("|")}
    if words == {"string", "integer"}:
        return "frame" if "first" in row.text and "last" in row.text else "string"
    return ""


def item_of(row: Row) -> str:
    """Return what a list is a list of, as the page has it: `object`, `string`; "" where it does not say."""
    found = _LIST.match(re.sub(r" \(\d+ propert(?:y|ies)\)\Z", "", row.kind.strip()))
    return (found.group(1) or found.group(2) or "") if found else ""


def value_facts(row: Row, kind: str, path: tuple[str, ...], notes: Notes) -> dict[str, Any]:
    """Return what a spec says of the value of a row: bounds, default, values; `path` is where it will stand."""
    made: dict[str, Any] = {**_bounds(row, kind, notes), **_choices(row, kind, path, notes)}
    default = row.facts.get("default")
    if default is not None and default.lower() != _NO_DEFAULT:
        value = _read(default, kind)
        if value is None:
            notes.unread.append(unread(row.line, f"{row.dotted}: the default {default}"))
        else:
            made["default"] = value
    told = row.facts.get("format")
    if told is not None and told.lower() not in _FORMATS:
        notes.unread.append(unread(row.line, f"{row.dotted}: the format {told}"))
    elif told is not None:
        made["format"] = _FORMATS[told.lower()]
    if kind == "list":
        made |= _counts(row, notes)
    if "excluded" in made:
        made.setdefault("step", 1)
        if not _is_countable(made):
            notes.unread.append(unread(row.line, f"{row.dotted}: the excluded values, without whole bounds near by"))
            del made["excluded"]
    return made


def media_of(row: Row) -> dict[str, Any]:
    """Return what a spec says of input media, where a text takes an id, an address or the bytes of one."""
    text = row.text.lower()
    if not re.search(r"\buuid\b", text) or not re.search(r"\burl\b", text):
        return {}
    for medium, pattern in _MEDIA_WORDS:
        # the name says it best: text about a first frame may speak of the video as well
        if re.search(pattern, row.name.lower()) or (row.name.islower() and re.search(pattern, text)):
            return {"media": medium, **_media_types(row.text, medium)}
    return {}


def _media_types(text: str, medium: str) -> dict[str, Any]:
    found = re.search(r"[Ss]upported formats(?: are)?:? ([A-Z0-9, and]+)", text)
    names = set(re.findall(r"[A-Z0-9]{3,4}", found.group(1))) if found else set()
    types = [kind for kind in MEDIA_TYPES[medium] if kind_name(kind) in names]
    return {"media_types": types} if types and len(types) < len(MEDIA_TYPES[medium]) else {}


def _bounds(row: Row, kind: str, notes: Notes) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for word, key in zip(("min", "max"), _BOUNDS.get(kind, ()), strict=False):
        told = row.facts.get(word)
        value = None if told is None else _read(told, "integer" if kind == "string" else kind)
        if value is not None:
            made[key] = value
        elif told is not None:
            notes.unread.append(unread(row.line, f"{row.dotted}: {word} {told}"))
    if made.get("max") == _ROUNDED:
        made |= {"max": _WHOLE, "source": _ROUNDED_SOURCE}
    multiple = _MULTIPLE.search(row.text)
    step = row.facts.get("step") or (multiple.group(1) if multiple else None)
    if step is not None and kind in {"integer", "number"}:
        value = _read(step, kind)
        if value is None:
            notes.unread.append(unread(row.line, f"{row.dotted}: step {step}"))
        else:
            made["step"] = value
    return made


def _choices(row: Row, kind: str, path: tuple[str, ...], notes: Notes) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for word, told, count in (
        ("allowed", row.allowed, row.allowed_count),
        ("excluded", row.excluded, row.excluded_count),
    ):
        values = _values(told, kind)
        if told and (kind in {"list", "object", "boolean"} or len(values) < len(told)):
            notes.unread.append(unread(row.line, f"{row.dotted}: the {word} values {', '.join(told)}"))
        elif values:
            made[word] = values
        elif count is not None:
            number = f"{count} values are" if count > 1 else "value is" if count else "values are"
            notes.blanks.append(Blank(path=path, keys=(word,), words=f"which {number} {word}"))
    return made


def _is_countable(made: dict[str, Any]) -> bool:
    """Whether the values between two bounds can be listed, as they are where some are excluded."""
    bounds = [made.get(key) for key in ("min", "max", "step")]
    if not all(isinstance(bound, int) for bound in bounds) or made["step"] < 1:
        return False
    return bool((made["max"] - made["min"]) // made["step"] < MOST_LISTED)


def _counts(row: Row, notes: Notes) -> dict[str, Any]:
    made = {}
    for key in ("min", "max"):
        told = row.facts.get(f"{key} items") or row.facts.get(key)
        value = None if told is None else _read(told, "integer")
        if value is not None:
            made[f"{key}_items"] = value
        elif told is not None:
            notes.unread.append(unread(row.line, f"{row.dotted}: {key} {told}"))
    return made


def _values(told: Sequence[str], kind: str) -> list[Any]:
    read = (_read(value, kind) for value in told)
    return list(dict.fromkeys(value for value in read if value is not None))


def _read(told: str, kind: str) -> Any:
    """Read a value of a kind; None where it is none."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(told.lower())
    if kind not in {"integer", "number"}:
        return told if kind in {"string", "frame"} else None
    found = _NUMBER.match(told)
    if found is None or len(told) > 40:
        return None
    if found.group(1) is None:
        return int(told)
    return float(told) if kind == "number" else None
