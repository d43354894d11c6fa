"""The order of keys in a manifest's canonical layout, for its tree and for its data alike.

Only where the order means nothing is it changed: not among axes, variables, presets or models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.names import VOCABULARY
from render.manifest.canonical.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from render.manifest.canonical.tree import Node

FILE_KEYS = (
    "version",
    "project",
    "budget_usd",
    "vars",
    "defaults",
    "model_defaults",
    "presets",
    "providers",
    "output",
    "include",
    "shots",
)
#: of a shot, before and after its parameters
KEYS_BEFORE = ("id", "title", "notes", "enabled", "model", "tags", "preset", "vars")
KEYS_AFTER = ("matrix", "zip", "takes", "output")

#: what holds several mappings of parameters
_HOLDERS = ("model_defaults", "presets", "shots")
_FILE = {name: at for at, name in enumerate(FILE_KEYS)}
_SHOT = {name: at for at, name in enumerate((*KEYS_BEFORE, *VOCABULARY))}
#: parameters that a model adds to the vocabulary stand between the others and these
_LAST = {name: len(_SHOT) + 1 + at for at, name in enumerate(KEYS_AFTER)}
_RANKS = _SHOT | _LAST


def shot_rank(name: str) -> int:
    """Say where a key of a shot, of `defaults` or of a preset stands among the others."""
    return _RANKS.get(name, len(_SHOT))


def file_rank(name: str) -> int:
    """Say where a key of a file stands among the others."""
    return _FILE.get(name, len(_FILE))


def arrange(root: Branch) -> None:
    """Put the entries of a manifest's tree in order; what is said above the first one stays at the top of the file."""
    opening, root.entries[0].above = root.entries[0].above, []
    root.entries.sort(key=lambda entry: file_rank(entry.name))
    root.entries[0].above[:0] = opening
    for entry in root.entries:
        for branch in _parameter_maps(entry.name, entry.value):
            branch.entries.sort(key=lambda inner: shot_rank(inner.name))


def _parameter_maps(name: str, value: Node) -> Iterable[Branch]:
    if not isinstance(value, Branch):
        return ()
    if name == "defaults" and value.is_mapping:
        return (value,)
    if name in _HOLDERS:
        inner = [entry.value for entry in value.entries]
        return [node for node in inner if isinstance(node, Branch) and node.is_mapping]
    return ()


def arranged(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a manifest in the same order as `arrange` leaves its tree in."""
    made = dict(sorted(data.items(), key=lambda item: file_rank(item[0])))
    if "defaults" in made:
        made["defaults"] = _in_order(made["defaults"])
    for name in _HOLDERS:
        inner = made.get(name)
        if isinstance(inner, dict):
            made[name] = {key: _in_order(value) for key, value in inner.items()}
        elif isinstance(inner, list):
            made[name] = [_in_order(item) for item in inner]
    return made


def _in_order(value: Any) -> Any:
    return dict(sorted(value.items(), key=lambda item: shot_rank(item[0]))) if isinstance(value, dict) else value
