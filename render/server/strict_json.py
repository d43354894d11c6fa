"""Reads JSON from strangers: no NaN, no repeated member, no depth that breaks the reader."""

from __future__ import annotations

import json
from typing import Any


def read_json(body: bytes | str) -> Any:
    """Read one JSON document.

    Raises:
        ValueError: it is none; the text says why.
    """
    try:
        return json.loads(body, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members
