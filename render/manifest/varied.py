"""Makes of one authored shot what its axes say: one resolved shot a combination, each with an id of its own.

What does not differ from combination to combination is merged once; what stands where is not its business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.axes import AxisKind, called
from render.manifest.resolved import Resolved
from render.variables import fill_in
from render.wish import Shot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from render.catalog.load import Catalog
    from render.manifest.findings import Path
    from render.manifest.resolved import Authored, Merged

    #: by axis: its value and where it stands; `model` and `preset` alone
    Steering = Mapping[str, tuple[Any, Path]]

_STEERING = {AxisKind.MODEL, AxisKind.PRESET}


class Variation:
    """One authored shot, ready to be varied: `merge` gives its parameters for a model and presets that axes choose."""

    def __init__(self, authored: Authored, like: Shot, merge: Callable[[Steering], Merged | None]) -> None:
        self._authored = authored
        self._like = like
        self._merge = merge
        self._axes = authored.axes.all
        self._places = [
            [(*authored.axis_paths[axis.name], at) for at in range(len(axis.values))] for axis in self._axes
        ]
        self._merged: dict[tuple[int, ...], Merged | None] = {}

    def shots(self, catalog: Catalog, *, most: int) -> Iterator[Resolved]:
        """Yield what can be resolved of the first `most` combinations, in order."""
        steering = [n for n, axis in enumerate(self._axes) if axis.kind in _STEERING]
        for made, at in enumerate(self._authored.axes.combinations()):
            if made >= most:
                return
            key = tuple(at[n] for n in steering)
            if key not in self._merged:
                self._merged[key] = self._merge({self._axes[n].name: self._value(n, at) for n in steering})
            merged = self._merged[key]
            if merged is not None:
                yield self._resolved(at, merged, catalog)

    def _value(self, n: int, at: Sequence[int]) -> tuple[Any, Path]:
        return self._axes[n].values[at[n]], self._places[n][at[n]]

    def _resolved(self, at: Sequence[int], merged: Merged, catalog: Catalog) -> Resolved:
        params, origins, variables = merged.params, merged.origins, self._like.variables
        if at:
            params, origins, variables = dict(params), dict(origins), dict(variables)
            for n, axis in enumerate(self._axes):
                if axis.kind is AxisKind.PARAMETER:
                    params[axis.name], origins[axis.name] = self._value(n, at)
                elif axis.kind is AxisKind.VARIABLE:
                    variables[axis.name] = axis.values[at[n]]
        shot_id = called(self._authored.id, self._authored.axes, at, variables)
        shot = self._shot(merged, params, variables, shot_id)
        return Resolved(shot=shot, spec=merged.spec, origins=origins, catalog=catalog, authored=self._authored)

    def _shot(self, merged: Merged, params: Mapping[str, Any], variables: Mapping[str, str], shot_id: str) -> Shot:
        like = self._like
        return Shot(
            id=shot_id,
            model=merged.model,
            lane=merged.lane,
            params=params,
            variables=variables,
            tags=like.tags,
            enabled=like.enabled,
            takes=like.takes,
            output=fill_in(like.output, variables),
        )
