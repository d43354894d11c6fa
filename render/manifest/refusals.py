"""Asks jsonschema-rs where the schema refuses a manifest, in bearable memory whatever the manifest holds.

jsonschema-rs collects every error at once, so it is shown a refused manifest piece by piece: some shots at a time, and
of any other list or mapping its beginning. What is refused past that is of the same kind, or is refused next time.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import jsonschema_rs

    from render.manifest.findings import Path

#: a manifest with more of them is not explained to its end
_MOST = 250
_SHOTS_AT_ONCE = 500
_LONGEST = 500

#: where, and jsonschema-rs's words for it
Refusal = tuple["Path", str]


def refusals(validator: jsonschema_rs.Validator, data: Mapping[str, Any]) -> list[Refusal]:
    """Return the first places where `data` is refused; none where it is in order."""
    if validator.is_valid(data):
        return []
    found = list(islice(_piece_by_piece(validator, data), _MOST))
    # refused for something beyond the beginning of a long list alone
    return found or list(islice(_told(validator, data), _MOST))


def _piece_by_piece(validator: jsonschema_rs.Validator, data: Mapping[str, Any]) -> Iterator[Refusal]:
    known: dict[int, Any] = {}
    short = {key: value if key == "shots" else _shortened(value, known) for key, value in data.items()}
    shots = data.get("shots")
    if not isinstance(shots, list):
        yield from _told(validator, short)
        return
    for begin in range(0, max(1, len(shots)), _SHOTS_AT_ONCE):
        some = [_shortened(shot, known) for shot in shots[begin : begin + _SHOTS_AT_ONCE]]
        for path, message in _told(validator, {**short, "shots": some}):
            if len(path) > 1 and path[0] == "shots":
                yield ("shots", int(path[1]) + begin, *path[2:]), message
            elif begin == 0:
                yield path, message


def _told(validator: jsonschema_rs.Validator, data: Mapping[str, Any]) -> Iterator[Refusal]:
    for error in validator.iter_errors(data):
        yield tuple(error.instance_path), error.message


def _shortened(value: Any, known: dict[int, Any]) -> Any:
    """Return `value` with nothing in it longer than what is looked at; aliases stay shared."""
    if not isinstance(value, dict | list):
        return value
    if id(value) not in known:
        if isinstance(value, dict):
            known[id(value)] = {key: _shortened(inner, known) for key, inner in islice(value.items(), _LONGEST)}
        else:
            known[id(value)] = [_shortened(inner, known) for inner in value[:_LONGEST]]
    return known[id(value)]
