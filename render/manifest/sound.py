"""Says quickly of a shot in order that it is: one look at all its parameters by a compiled schema, no words.

Whoever it does not vouch for is looked at again, value by value, by those who know what to say (`values`, `texts`).
So it may doubt what is fine, and never vouch for what they would refuse.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from render.catalog.names import ADDRESSES
from render.catalog.spec import Kind
from render.manifest.overrides import SET
from render.schema import params_schema
from render.variables import VARIABLE, variables_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.manifest.resolved import Resolved

#: no word that is shorter is a key; `render.disclosure` judges those that are as long
_LONG_WORD = re.compile(r"\S{23}")


class _Template:
    """One text that names variables, taken apart once."""

    def __init__(self, text: str) -> None:
        self.names = variables_in(text)
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
        self._is_valid = jsonschema_rs.validator_for(params_schema(spec)).is_valid
        self._integers = frozenset(param.name for param in spec.params if param.kind is Kind.INTEGER)
        #: what the command line sets is set for all shots of a model, and is told apart elsewhere
        self._is_overridden = any(path[0] == SET for path in first.origins.values())
        #: texts that were looked at; most shots share all of theirs but one
        self._fine: set[str] = set()
        self._templates: dict[str, _Template] = {}

    def vouches_for(self, resolved: Resolved, seen: Collection[Any], used: set[str]) -> bool:
        """Whether nothing is wrong with any parameter of a shot, rules across parameters aside.

        `seen` holds the places of values that were looked at already; the variables that its texts name go to `used`.
        """
        if self._is_overridden:
            return False
        params = resolved.shot.params
        if not params.keys().isdisjoint(ADDRESSES):
            return False
        filled, fine = dict(params), self._fine
        for name, value in params.items():
            kind = type(value)
            if kind is int or (kind is str and value in fine):
                continue
            if kind is str:
                text = self._text(value, resolved.shot.variables, used)
                if text is None:
                    return False
                filled[name] = text
            elif (kind is not float or name in self._integers) and resolved.origins[name] not in seen:
                return False
        return self._accepts(filled)

    def _text(self, text: str, variables: Mapping[str, str], used: set[str]) -> str | None:
        """Return a text with its variables filled in; None where something may be wrong with it."""
        if "${" not in text:
            if _LONG_WORD.search(text):
                return None
            self._fine.add(text)
            return text
        template = self._templates.get(text)
        if template is None:
            template = self._templates[text] = _Template(text)
        used |= template.names
        filled = template.filled(variables)
        return None if filled is None or "${" in filled or _LONG_WORD.search(filled) else filled

    def _accepts(self, params: Mapping[str, Any]) -> bool:
        try:
            return self._is_valid(params)
        except ValueError:
            # a number that is too long for it
            return False
