"""What the resolver makes of shots: records that know where each of their values was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.axes import Axes
    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec
    from render.manifest.findings import Path
    from render.wish import Shot


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Authored:
    """One entry of `shots` as it was written: what all shots that its axes make of it share."""

    path: Path
    #: `${…}` not filled in
    id: str
    output: str
    output_path: Path
    axes: Axes
    #: where each axis stands, by its name; its values stand at the positions below
    axis_paths: Mapping[str, Path]


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """The parameters of one shot, everything above it laid below it, for one model and one choice of presets."""

    #: full id
    model: str
    lane: str
    spec: ModelSpec
    params: Mapping[str, Any]
    origins: Mapping[str, Path]


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """A shot with everything merged in, its model's spec, and where each of its values stands."""

    shot: Shot
    spec: ModelSpec
    #: where each parameter was written; `("--set", name)` where the command line gave it
    origins: Mapping[str, Path]
    #: where its spec is from
    catalog: Catalog
    authored: Authored

    @property
    def path(self) -> Path:
        """Where the shot stands that this was made of."""
        return self.authored.path

    @property
    def output_path(self) -> Path:
        """Where the output pattern stands that holds for it."""
        return self.authored.output_path
