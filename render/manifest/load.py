"""Reads one manifest from disk and freezes it, or says everything that is wrong with it."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.errors import ManifestError, UsageError
from render.manifest.axes import AxisReader
from render.manifest.content import check_shots
from render.manifest.cut_texts import tell_cut_texts
from render.manifest.files import ManifestFile, gather
from render.manifest.findings import Findings
from render.manifest.input_files import put_files_in
from render.manifest.keys import mapping
from render.manifest.lanes import check_lanes, lane_kinds, read_lanes
from render.manifest.model_names import parted
from render.manifest.named import NamedFiles, shown_path
from render.manifest.overrides import check_overrides, read_overrides
from render.manifest.parts import SUFFIX, includers, is_part, manifests_here
from render.manifest.reading import AS_WRITTEN
from render.manifest.resolve import Resolver
from render.manifest.structure import check_structure
from render.manifest.text_files import put_texts_in
from render.wish import Manifest
from render.yaml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec
    from render.manifest.reading import Reading
    from render.manifest.resolved import Resolved
    from render.wish import Problem
    from render.yaml_source import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One manifest and what was found about it; `manifest` is None where an error was found."""

    manifest: Manifest | None
    #: by file and place, up to the fiftieth error or warning
    problems: tuple[Problem, ...]
    #: how many there are in all
    errors: int = 0
    warnings: int = 0
    #: every file of it that could be found, the one that was opened first
    files: tuple[Path, ...] = ()
    #: whether it names no project, as a file may that another one includes
    is_part: bool = False


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Hold off the collector of cycles: a manifest is a million objects without one, and it looks at all of them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_collector_at_rest()
def check_manifest(path: Path, catalog: Catalog, reading: Reading = AS_WRITTEN) -> Checked:
    """Read and check one manifest.

    Raises:
        SettingsError: the file cannot be read at all.
    """
    source = read_source(str(path), shown_as=shown_path(path))
    findings = Findings(source, is_strict=reading.is_strict)
    tell_cut_texts(source, findings)
    files = _files(source, path, reading, findings)
    manifest = _check(files, catalog, reading, findings) if files else None
    errors = findings.errors
    return Checked(
        manifest=None if errors else manifest,
        problems=findings.sorted(),
        errors=errors,
        warnings=findings.warnings,
        files=tuple(file.path for file in files),
        is_part=bool(files) and "project" not in files[0].data,
    )


def load_manifest(path: Path, catalog: Catalog, reading: Reading = AS_WRITTEN) -> tuple[Manifest, tuple[Problem, ...]]:
    """Load a manifest that must be in order; its warnings come back beside it.

    Raises:
        ManifestError: it is not in order; carries every problem, warnings included.
        SettingsError: the file cannot be read at all.
    """
    checked = check_manifest(path, catalog, reading)
    if checked.manifest is None:
        raise ManifestError(checked.problems)
    return checked.manifest, checked.problems


def resolve_shots(path: Path, catalog: Catalog, reading: Reading = AS_WRITTEN) -> tuple[tuple[Resolved, ...], Findings]:
    """Resolve what can be resolved of a manifest, in order or not; the findings know where each value stands.

    Raises:
        SettingsError: the file cannot be read at all.
    """
    source = read_source(str(path), shown_as=shown_path(path))
    findings = Findings(source)
    files = _files(source, path, reading, findings)
    axes = AxisReader(catalog, findings, read_overrides(reading.variables, reading.assignments))
    return _resolved(files, catalog, axes, findings), findings


def find_manifest(here: Path) -> Path:
    """Return the only `*.shots.yaml` in `here`, or in `manifests/` below it.

    Raises:
        UsageError: there is none, or more than one.
    """
    found = manifests_here(here)
    if len(found) > 1:
        found = [path for path in found if not is_part(path)] or found
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(shown_path(path) for path in found)
        raise UsageError(f"there are {len(found)} manifests here", hint=f"name one: {names}")
    raise UsageError(f"there is no *{SUFFIX} here or in manifests/", hint="name the manifest to use")


def _files(source: Source, path: Path, reading: Reading, findings: Findings) -> tuple[ManifestFile, ...]:
    """Return the files of a manifest with the texts that stand elsewhere; none where the first holds no mapping."""
    if not isinstance(source.data, dict):
        if source.data is not None or not source.problems:
            findings.add((), "structure", "a manifest is a mapping", hint="start it with `version: 1`")
        return ()
    named = _named_files(path, reading)
    files = gather(ManifestFile(path=path, data=source.data), named, findings)
    put_texts_in(files, named, findings)
    return files


def _named_files(path: Path, reading: Reading) -> NamedFiles:
    return NamedFiles(path, allows_outside=reading.allows_outside)


def _resolved(
    files: Sequence[ManifestFile], catalog: Catalog, axes: AxisReader, findings: Findings
) -> tuple[Resolved, ...]:
    axes.count(shot for file in files for shot in file.raw_shots())
    return tuple(shot for file in files for shot in Resolver(file, catalog, findings, axes).shots())


def _check(files: Sequence[ManifestFile], catalog: Catalog, reading: Reading, findings: Findings) -> Manifest | None:
    path, data = files[0].path, files[0].data
    if "project" not in data and _tell_no_project(path, reading, findings):
        # without what stands above it, little of a part can be judged
        return None
    axes = AxisReader(catalog, findings, read_overrides(reading.variables, reading.assignments))
    shots = _resolved(files, catalog, axes, findings)
    project = str(data.get("project", ""))
    check_shots(files, shots, findings, project=project)
    inputs = put_files_in(files, shots, _named_files(path, reading), findings)
    check_overrides(axes.overrides, files, shots, findings)
    check_lanes(data, catalog, findings)
    check_structure(files, _named_specs(files, shots, catalog), findings)
    if findings.has_errors:
        return None
    return Manifest(
        path=str(path),
        project=project,
        shots=tuple(resolved.shot for resolved in inputs.shots),
        lanes=read_lanes(data, catalog),
        budget_usd=data.get("budget_usd"),
        inputs=inputs.files,
    )


def _tell_no_project(path: Path, reading: Reading, findings: Findings) -> bool:
    """Report that there is no project, and say whether there is a manifest that this is a part of."""
    above = includers(path, allows_outside=reading.allows_outside)
    hint = "it names the output folder and the record: `project: lantern-line`"
    if above:
        hint = f"{shown_path(above[0])} includes this file: name that one instead"
    findings.add(("project",), "required", "`project` is missing", hint=hint)
    return bool(above)


def _named_specs(files: Sequence[ManifestFile], shots: Sequence[Resolved], catalog: Catalog) -> tuple[ModelSpec, ...]:
    """Only the models the manifest names: the others would cost start-up time and decide nothing."""
    names, lanes = {resolved.shot.model for resolved in shots}, lane_kinds(files[0].data)
    for data in (file.data for file in files):
        names.update(mapping(data.get("model_defaults")))
        for lane in mapping(data.get("providers")).values():
            names.update(mapping(mapping(lane).get("price")))
        for holder in (mapping(data.get("defaults")), *map(mapping, mapping(data.get("presets")).values())):
            names.update([parted(holder["model"], catalog, lanes)[1]] if isinstance(holder.get("model"), str) else [])
    return catalog.specs_for(names) or catalog.specs
