"""Derives what stands under `model`: a name, or a lane and a name, and which model that leads to.

Which lanes there are is for a manifest to say, so that any word that could be a lane is let pass here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from render.lanes import LANE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from render.catalog.spec import ModelSpec
    from render.schema.keys import Schema

_LANE = f"{LANE_NAME}/"
# `re.escape` does more than a pattern of an editor can read
_MARKS = re.compile(r"[\^$.*+?()[\]{}|/]")


def model_name(specs: Sequence[ModelSpec]) -> Schema:
    """Derive what names a model where no lane can stand."""
    return {"anyOf": [_listed(specs), *({"type": "string", "pattern": each.matches} for each in specs if each.matches)]}


def in_any_lane(specs: Sequence[ModelSpec]) -> Schema:
    """Derive what stands under `model`."""
    words = (
        "The AI model: an alias or the provider's id, perhaps with a lane of your own before it (`studio/…`). "
        "`render models` lists them."
    )
    patterns = [_within_lanes(spec.matches) for spec in specs if spec.matches]
    return {"markdownDescription": words, "anyOf": [_listed(specs), _behind_a_lane(_names(specs)), *patterns]}


def leads_to(spec: ModelSpec, specs: Sequence[ModelSpec]) -> Schema:
    """Derive whether a `model` leads to this spec."""
    if not spec.matches:
        names = (*spec.aliases, spec.id)
        return {"anyOf": [{"enum": list(names)}, _behind_a_lane(names)]}
    known = _names(specs)
    return {**_within_lanes(spec.matches), "not": {"anyOf": [{"enum": known}, _behind_a_lane(known)]}}


def _names(specs: Iterable[ModelSpec]) -> list[str]:
    return [name for spec in specs if not spec.matches for name in (*spec.aliases, spec.id)]


def _listed(specs: Sequence[ModelSpec]) -> Schema:
    words = [spec.name for spec in specs if not spec.matches for _ in (*spec.aliases, spec.id)]
    return {"enum": _names(specs), "enumDescriptions": words}


def _behind_a_lane(names: Iterable[str]) -> Schema:
    known = "|".join(_MARKS.sub(r"\\\g<0>", name) for name in names)
    return {"type": "string", "pattern": f"^{_LANE}(?:{known})$"}


def _within_lanes(matches: str) -> Schema:
    """Let a lane stand before what a pattern for whole ids matches."""
    return {"type": "string", "pattern": f"^(?:{_LANE})?(?:{matches.removeprefix('^').removesuffix('$')})$"}
