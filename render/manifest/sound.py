"""Says quickly of a shot in order that it is: each of its values at one look, those that were seen before at none.

Whoever it does not vouch for is looked at again, value by value, by those who know what to say (`values`, `texts`).
So it may doubt what is fine, and never vouch for what they would refuse.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.catalog.fit import misfit
from render.catalog.names import ADDRESSES
from render.manifest.overrides import SET
from render.variables import VARIABLE, variables_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from render.catalog.spec import ModelSpec, Param
    from render.manifest.resolved import Resolved

#: no word that is shorter is a key; `render.disclosure` judges those that are as long
_HOLDS_LONG_WORD = re.compile(r"(?:\S{0,22}+\s++)*+\S{23}").match
#: of each of these a fitting value is in order
_SIMPLE = frozenset({str, int, float})
#: more values are not remembered: most shots share all of theirs but a few
_MOST_REMEMBERED = 2_000
_NO_NAMES: frozenset[str] = frozenset()


class _Template:
    """One text that names variables, taken apart once."""

    def __init__(self, text: str) -> None:
        self.names = frozenset(variables_in(text))
        pieces = VARIABLE.split(text)
        self._between: Sequence[str] = pieces[::2]
        self._names: Sequence[str | None] = pieces[1::2]
        self._is_plain = all(name is not None and name.isidentifier() and name.isascii() for name in self._names)

    def filled(self, variables: Mapping[str, str]) -> str | None:
        """Return the text filled in; None where it names what cannot be there, or is not, or holds a literal `${`."""
        if not self._is_plain:
            return None
        made = [self._between[0]]
        for name, after in zip(self._names, self._between[1:], strict=True):
            text = variables.get(name) if name else None
            if text is None:
                return None
            made += (text, after)
        return "".join(made)


class Sound:
    """Vouches for shots of one model."""

    def __init__(self, spec: ModelSpec, first: Resolved) -> None:
        self._params = {param.name: param for param in spec.params if not param.is_not_yet}
        self._required = frozenset(param.name for param in spec.params if param.required)
        #: what the command line sets is set for all shots of a model, and is told apart elsewhere
        self._is_overridden = any(path[0] == SET for path in first.origins.values())
        #: names with simple values that were looked at, variables aside
        self._fine: set[tuple[str, type, str | float]] = set()
        self._templates: dict[str, _Template] = {}

    def vouches_for(self, resolved: Resolved, seen: Collection[Any]) -> frozenset[str] | None:
        """Return the variables that a shot's texts name if nothing is wrong with any parameter of it, else None.

        Rules across parameters are left aside. `seen` holds the places of values that were looked at already.
        """
        params, fine = resolved.shot.params, self._fine
        if self._is_overridden or not self._required <= params.keys() or not params.keys().isdisjoint(ADDRESSES):
            return None
        names = _NO_NAMES
        for name, value in params.items():
            kind = type(value)
            if kind not in _SIMPLE:
                if resolved.origins[name] not in seen:
                    return None
            elif (name, kind, value) not in fine:
                param = self._params.get(name)
                named = self._look(param, value, resolved.shot.variables) if param else None
                if named is None:
                    return None
                names = names | named if names else named
        return names

    def _look(self, param: Param, value: str | float, variables: Mapping[str, str]) -> frozenset[str] | None:
        """Return the variables that a simple value names; None where something may be wrong with it."""
        if isinstance(value, str) and "${" in value:
            return self._look_at_template(param, value, variables)
        if misfit(param, value) or (isinstance(value, str) and _HOLDS_LONG_WORD(value)):
            return None
        if len(self._fine) < _MOST_REMEMBERED:
            self._fine.add((param.name, type(value), value))
        return _NO_NAMES

    def _look_at_template(self, param: Param, text: str, variables: Mapping[str, str]) -> frozenset[str] | None:
        template = self._templates.get(text)
        if template is None:
            template = self._templates[text] = _Template(text)
        filled = template.filled(variables)
        if filled is None or "${" in filled or _HOLDS_LONG_WORD(filled) or misfit(param, filled):
            return None
        return template.names
