"""Reads AI/ML API's page of a video model as plain text, where the name of a parameter runs into its type.

The values that a parameter may have are lost in such a text. Knows nothing of what a fact means.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from render.catalog.pages.page import Page, Row, unread

if TYPE_CHECKING:
    from collections.abc import Sequence

_LISTED = "This documentation is valid for the following list of our models:"
_ID = re.compile(r"[•*-]\s*([A-Za-z0-9][\w.-]*/[\w.-]+)\Z")
_ROW = re.compile(
    r"([a-z][a-z0-9_]*?)(string|integer|number|boolean|object|array)((?: · [a-z]+)*)(Required|Optional)(.*)\Z"
)
_ROW_LIKE = re.compile(r"[a-z]\S*?(?:Required|Optional)(?:Possible values:.*)?\Z")
_FACT = re.compile(r"(Default|Min|Max): (.*?)(?=Default: |Min: |Max: |Possible values:|\Z)")
_SIZE = re.compile(r"\((\d{2,5})x(\d{2,5})")
_CHOICES = "Possible values:"


def is_aimlapi(text: str) -> bool:
    """Whether a text is written in this layout."""
    return _LISTED in text and re.search(r"^/v2/video/generations\s*$", text, re.MULTILINE) is not None


def read_aimlapi(text: str) -> Page:
    """Read a page in this layout."""
    lines = [line.strip() for line in text.split("\n")]
    first = lines.index("Body") if "Body" in lines else len(lines)
    last = next((at for at in range(first, len(lines)) if lines[at] == "Responses"), len(lines))
    begins = [at for at in range(first, last) if _ROW.match(lines[at])]
    size = _SIZE.search(text)
    missed = [unread(at + 1, lines[at]) for at in range(first, last) if _is_odd(lines[at])]
    return Page(
        title=next((line for line in lines if line), ""),
        provider="aimlapi",
        id=next((found.group(1) for line in lines if (found := _ID.match(line))), ""),
        rows=tuple(_row(lines, begin, end) for begin, end in pairwise([*begins, last])),
        unread=tuple(missed),
        example_size=(int(size.group(1)), int(size.group(2))) if size else None,
    )


def _is_odd(line: str) -> bool:
    return bool(_ROW_LIKE.match(line)) and not _ROW.match(line)


def _row(lines: Sequence[str], at: int, end: int) -> Row:
    found = _ROW.match(lines[at])
    name, kind, _, needed, rest = found.groups() if found else ("", "", "", "", "")
    body = "\n".join(lines[at + 1 : end])
    facts = {key.lower(): value.strip() for key, value in _FACT.findall(f"{rest}\n{body}".replace("\n", " "))}
    if needed == "Required":
        facts["required"] = "true"
    choices = (rest + body).partition(_CHOICES)[2].partition("\n")[0]
    return Row(
        path=(name,),
        line=at + 1,
        kind=kind,
        facts=facts,
        allowed=tuple(choices.split()),
        allowed_count=0 if _CHOICES in rest + body and not choices.split() else None,
        text=body,
    )
