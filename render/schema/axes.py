"""Derives what stands under `matrix` and `zip`: a list of values or a range for every axis.

A value is held to what any model takes under its name: which model a task is for may be an axis itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from render.schema.keys import Schema

_PRESETS: Schema = {"type": ["string", "array"], "items": {"type": "string"}}

#: One axis: a list, or a range of numbers.
AXIS: Schema = {
    "type": ["array", "object"],
    "minItems": 1,
    "properties": {
        "from": {"type": "number", "markdownDescription": "The first value.\n\nnumber"},
        "to": {"type": "number", "markdownDescription": "The last value, if a step hits it.\n\nnumber"},
        "step": {
            "type": "number",
            "default": 1,
            "markdownDescription": "From one value to the next; below 0 to count down.\n\nnumber, default 1",
        },
    },
    "required": ["from", "to"],
    "additionalProperties": False,
    "defaultSnippets": [
        {"label": "list", "body": ["$1", "$2"]},
        {"label": "range", "body": {"from": "$1", "to": "$2"}},
    ],
}

#: A shot whose model or presets are not only its own `model` and that of `defaults`.
CHOOSES_ELSEWHERE: Schema = {
    "anyOf": [
        {"required": ["preset"]},
        *(
            {"required": [group], "properties": {group: {"required": [name]}}}
            for group in ("matrix", "zip")
            for name in ("model", "preset")
        ),
    ]
}


def axes(names: Iterable[str]) -> Schema:
    """Derive the schema of `matrix` and of `zip`; `names` are the parameters of any model."""
    items: dict[str, Any] = {"model": {"$ref": "#/definitions/model"}, "preset": _PRESETS}
    items |= {name: {"$ref": f"#/definitions/any/properties/{name}"} for name in names}
    axis = {"$ref": "#/definitions/axis"}
    return {
        "type": "object",
        "properties": {name: {"allOf": [axis], "items": value} for name, value in items.items()},
        "additionalProperties": axis,
    }
