"""Writes the parts of a manifest as text in canonical layout, and knows for every line whose value stands in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.manifest.canonical.order import shot_rank
from render.yaml_scalars import read_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.manifest.requests.raw import Spot
    from render.manifest.requests.sharing import Draft

    #: a line, and where its value comes from
    Line = tuple[str, Spot | None]

#: what may begin a plain word, or stand in it, and not mean anything
_PLAIN = re.compile(r"[A-Za-z0-9$(/._+-][^\n\t]*")
_AWKWARD = re.compile(r": |:\Z| #|\A-(?: |\Z)|\A\.\.\.|\A---")
#: 3:2 and the like, which older readers take for numbers, and dates
_NUMBER_LIKE = re.compile(r"[0-9+.-][0-9:._+eE-]*\Z")
_BRACKETS = frozenset("[]{},")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def manifest_lines(draft: Draft, *, project: str) -> Iterator[Line]:
    """Yield the lines of a manifest."""
    whole = next(iter(draft.wished.values()))
    yield "version: 1", None
    yield f"project: {scalar(project)}", None
    if draft.defaults:
        yield from [("", None), ("defaults:", None)]
        yield from _pairs(draft.defaults, _spots_of(draft, None), "  ")
    if draft.model_defaults:
        yield from [("", None), ("model_defaults:", None)]
        for model, shared in draft.model_defaults.items():
            yield f"  {scalar(model)}:", whole.spot
            yield from _pairs(shared, _spots_of(draft, model), "    ")
    yield from [("", None), ("shots:", None)]
    for number, (name, params) in enumerate(draft.shots.items()):
        wished = draft.wished[name]
        if number:
            yield "", None
        yield f"  - id: {scalar(name)}", wished.spot
        takes = {"takes": wished.takes} if wished.takes > 1 else {}
        yield from _pairs({**params, **takes}, wished.spots, "    ", otherwise=wished.spot)


def _spots_of(draft: Draft, model: str | None) -> Mapping[str, Spot]:
    """Return where shared values stand first."""
    spots: dict[str, Spot] = {}
    for wished in draft.wished.values():
        if model in {None, wished.model}:
            spots = {**wished.spots, **spots}
    return spots


def _pairs(
    values: Mapping[str, Any], spots: Mapping[str, Spot], pad: str, *, otherwise: Spot | None = None
) -> Iterator[Line]:
    for name, value in sorted(values.items(), key=lambda item: shot_rank(item[0])):
        spot = spots.get(name, otherwise)
        yield from ((line, spot) for line in _pair(name, value, pad))


def _pair(name: str, value: Any, pad: str) -> Iterator[str]:
    head = f"{pad}{scalar(name)}:"
    if isinstance(value, str) and _suits_a_block(value):
        yield f"{head} |{'' if value.endswith(chr(10)) else '-'}"
        yield from (f"{pad}  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    elif isinstance(value, list) and value and all(isinstance(item, dict) and item for item in value):
        yield head
        yield from (f"{pad}  - {_inline(item)}" for item in value)
    else:
        yield f"{head} {_inline(value)}"


def _suits_a_block(text: str) -> bool:
    lines = text.split("\n")
    is_quiet = all(line.isprintable() and line == line.rstrip() for line in lines)
    return len(lines) > 1 and is_quiet and bool(lines[0]) and not text.startswith(" ") and not text.endswith("\n\n")


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{scalar(name, is_inside=True)}: {_inside(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inside, value))}]"
    return scalar(value)


def _inside(value: Any) -> str:
    return _inline(value) if isinstance(value, dict | list) else scalar(value, is_inside=True)


def scalar(value: Any, *, is_inside: bool = False) -> str:
    """Return a value that holds no others as YAML; texts in quotes only where they have to be."""
    if not isinstance(value, str):
        return (
            {True: "true", False: "false", None: "null"}[value]
            if value is None or isinstance(value, bool)
            else repr(value)
        )
    return value if _is_plain(value, is_inside=is_inside) else quoted(value)


def _is_plain(text: str, *, is_inside: bool) -> bool:
    if not _PLAIN.fullmatch(text) or _AWKWARD.search(text) or not text.isprintable() or text != text.strip():
        return False
    if _NUMBER_LIKE.match(text) or (is_inside and (_BRACKETS & set(text) or ":" in text)):
        return False
    read, trap = read_plain(text)
    return trap is None and isinstance(read, str)


def quoted(text: str) -> str:
    """Return a text in double quotes; what nobody sees is written as an escape."""
    return f'"{"".join(map(_letter, text))}"'


def _letter(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
