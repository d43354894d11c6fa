"""Says who gave each parameter of each shot its value, and where it was written.

Read anew by the one command that prints it, so that no other keeps what it takes to know this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.manifest.load import resolve_shots
from render.manifest.reading import AS_WRITTEN
from render.wish import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path as FilePath

    from render.catalog.load import Catalog
    from render.manifest.findings import Findings, Path
    from render.manifest.reading import Reading

_AXES = ("matrix", "zip")


def read_origins(
    path: FilePath, catalog: Catalog, reading: Reading = AS_WRITTEN
) -> Callable[[str], Mapping[str, Origin]]:
    """Return what tells the origins of a shot's parameters by its id; `model` is among them.

    Raises:
        SettingsError: the manifest cannot be read at all.
    """
    shots, findings = resolve_shots(path, catalog, reading)
    written = {resolved.shot.id: resolved.origins for resolved in shots}

    def origins(shot: str) -> Mapping[str, Origin]:
        return {name: _origin(steps, findings) for name, steps in written.get(shot, {}).items()}

    return origins


def _origin(path: Path, findings: Findings) -> Origin:
    place = findings.place(path)
    return Origin(source=_source(path), place=place if place.line else None)


def _source(path: Path) -> str:
    """Name the layer that a path leads into; paths into included files begin with a number."""
    steps = path[1:] if isinstance(path[0], int) else path
    if steps[0] == "presets":
        return f"preset {steps[1]}"
    if steps[0] == "shots":
        return str(steps[2]) if steps[2] in _AXES else "shot"
    return str(steps[0])
