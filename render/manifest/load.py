"""Reads one manifest from disk and freezes it, or says everything that is wrong with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.errors import ManifestError, UsageError
from render.manifest.content import check_shots
from render.manifest.findings import Findings
from render.manifest.lanes import check_lanes, read_lanes
from render.manifest.resolve import Resolver, mapping
from render.manifest.structure import check_structure
from render.wish import Manifest
from render.yaml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec
    from render.manifest.resolve import Resolved
    from render.wish import Problem

SUFFIX = ".shots.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One manifest and what was found about it; `manifest` is None where an error was found."""

    manifest: Manifest | None
    problems: tuple[Problem, ...]
    #: the text's lines, for showing a problem in its place; empty where nothing was found
    lines: Sequence[str] = ()


def check_manifest(path: Path, catalog: Catalog) -> Checked:
    """Read and check one manifest.

    Raises:
        SettingsError: the file cannot be read at all.
    """
    source = read_source(str(path), shown_as=shown_path(path))
    findings = Findings(source)
    manifest = None
    if source.data is not None or not source.problems:
        manifest = _check(source.data, path, catalog, findings)
    problems = findings.sorted()
    return Checked(manifest=None if findings.has_errors else manifest, problems=problems, lines=source.lines)


def load_manifest(path: Path, catalog: Catalog) -> tuple[Manifest, tuple[Problem, ...]]:
    """Load a manifest that must be in order; its warnings come back beside it.

    Raises:
        ManifestError: it is not in order; carries every problem, warnings included.
        SettingsError: the file cannot be read at all.
    """
    checked = check_manifest(path, catalog)
    if checked.manifest is None:
        raise ManifestError(checked.problems)
    return checked.manifest, checked.problems


def find_manifest(here: Path) -> Path:
    """Return the only `*.shots.yaml` in `here`, or in `manifests/` below it.

    Raises:
        UsageError: there is none, or more than one.
    """
    for folder in (here, here / "manifests"):
        found = sorted(folder.glob(f"*{SUFFIX}"))
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(shown_path(path) for path in found)
            raise UsageError(f"there are {len(found)} manifests here", hint=f"name one: {names}")
    raise UsageError(f"there is no *{SUFFIX} here or in manifests/", hint="name the manifest to use")


def shown_path(path: Path) -> str:
    """Return the path as a person here would type it."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - a link is shown as it was typed
    relative = os.path.relpath(absolute)
    return relative if len(relative) < len(absolute) else absolute


def _check(data: Any, path: Path, catalog: Catalog, findings: Findings) -> Manifest | None:
    if not isinstance(data, dict):
        findings.add((), "structure", "a manifest is a mapping", hint="start it with `version: 1`")
        return None
    shots = tuple(Resolver(data, catalog, findings).shots())
    project = str(data.get("project", ""))
    check_shots(data, shots, findings, project=project)
    check_lanes(data, catalog, findings)
    check_structure(data, _named_specs(data, shots, catalog), findings)
    if findings.has_errors:
        return None
    return Manifest(
        path=str(path),
        project=project,
        shots=tuple(resolved.shot for resolved in shots),
        lanes=read_lanes(data, catalog),
        budget_usd=data.get("budget_usd"),
    )


def _named_specs(data: dict[str, Any], shots: Sequence[Resolved], catalog: Catalog) -> tuple[ModelSpec, ...]:
    """Only the models the manifest names: the others would cost start-up time and decide nothing."""
    names = [*(resolved.shot.model for resolved in shots), *mapping(data.get("model_defaults"))]
    for lane in mapping(data.get("providers")).values():
        names += mapping(mapping(lane).get("price"))
    for holder in (mapping(data.get("defaults")), *map(mapping, mapping(data.get("presets")).values())):
        names += [holder["model"]] if isinstance(holder.get("model"), str) else []
    return catalog.specs_for(names) or catalog.specs
