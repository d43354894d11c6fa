"""Which keys of a shot are ours, and how a value is taken that may be of any kind."""

from __future__ import annotations

from typing import Any

from render.schema import OWN_KEYS

#: keys of a shot that are ours; everything else is a parameter of its model
SHOT_KEYS = frozenset(OWN_KEYS)


def mapping(value: Any) -> dict[str, Any]:
    """Return `value` if it is a mapping, else an empty one: what it should have been is the schema's to say."""
    return value if isinstance(value, dict) else {}


def texts(variables: Any) -> dict[str, str]:
    """Return a mapping of variables as texts."""
    if not isinstance(variables, dict):
        return {}
    return {name: value if type(value) is str else as_text(value) for name, value in variables.items()}


def as_text(value: Any) -> str:
    """Return a value as the text that stands for it in another one."""
    return str(value).lower() if isinstance(value, bool) else str(value)
