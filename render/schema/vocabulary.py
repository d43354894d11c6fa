"""Derives what a parameter may be where no single model decides: in `defaults`, and in a preset without a model.

There a value passes if any model takes it, and an editor says what each of them takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.names import VOCABULARY
from render.catalog.wording import kind_words, limits, plain
from render.schema.parameters import hull

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.catalog.spec import ModelSpec, Param

#: more than these are no help in a list
_MOST_EXAMPLES = 24


def vocabulary(specs: Sequence[ModelSpec]) -> dict[str, Any]:
    """Derive a schema by parameter name that lets pass what any model takes under it; true for what none has."""
    takers: dict[str, dict[str, Param]] = {}
    for spec in specs:
        for param in spec.params:
            takers.setdefault(param.name, {})[spec.aliases[0] if spec.aliases else spec.name] = param
    names = dict.fromkeys((*VOCABULARY, *takers))
    return {name: _of_any(takers[name]) if name in takers else True for name in names}


def _of_any(takers: Mapping[str, Param]) -> dict[str, Any]:
    params = list(takers.values())
    # what all models say of it in their first words is true of all of them; what follows is each one's own
    about = min((param.about for param in params), key=len).split(";")[0].rstrip(".")
    lines = [f"- {model}: {_takes(param)}" for model, param in takers.items()]
    described = {"markdownDescription": f"{about}.\n\n" + "\n".join(lines), **hull(params)}
    examples = list(dict.fromkeys(value for param in params for value in param.allowed))
    if "enum" in str(described.get("anyOf")) or not 0 < len(examples) <= _MOST_EXAMPLES:
        return described
    return {**described, "examples": sorted(examples)}


def _takes(param: Param) -> str:
    default = "" if param.default is None else f"default {plain(param.default)}"
    return ", ".join(filter(None, (kind_words(param), limits(param), default)))
