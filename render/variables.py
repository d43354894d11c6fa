"""Fills `${name}` in: which variables a text names, and the text with them replaced. Pure; owns that one notation.

`$${` is a literal `${`. What a variable means, and where one may stand, is its callers' to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: `$${` is a literal `${`; `${name}` is a variable
VARIABLE = re.compile(r"\$\$\{|\$\{([^{}]*)\}")


def fill_in(value: Any, variables: Mapping[str, str]) -> Any:
    """Return `value` with the variables in its texts replaced, at any depth; unknown ones stay as they are."""
    return _filled(value, variables, {}) if isinstance(value, (str, dict, list, tuple)) else value


def variables_in(value: Any) -> set[str]:
    """Return the names of the variables that stand in `value`, at any depth."""
    found: set[str] = set()
    _collect(value, found, set())
    return found


def _filled(value: Any, variables: Mapping[str, str], known: dict[int, Any]) -> Any:
    """Fill in a text, or everything in a container; what stands in several places, by aliases, is filled in once."""
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: _replacement(found, variables), value) if "${" in value else value
    if not isinstance(value, (dict, list, tuple)):
        return value
    made = known.get(id(value))
    if made is None:
        if isinstance(value, dict):
            made = {key: _filled(inner, variables, known) for key, inner in value.items()}
        else:
            made = [_filled(inner, variables, known) for inner in value]
        known[id(value)] = made
    return made


def _collect(value: Any, found: set[str], seen: set[int]) -> None:
    if isinstance(value, str):
        if "${" in value:
            found.update(one.group(1) for one in VARIABLE.finditer(value) if one.group(1) is not None)
    elif isinstance(value, (dict, list, tuple)) and id(value) not in seen:
        seen.add(id(value))
        for inner in value.values() if isinstance(value, dict) else value:
            _collect(inner, found, seen)


def _replacement(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found.group(1) is None:
        return "${"
    return variables.get(found.group(1), found.group())
