"""Checks what shots mean together: ids, variables, values, and the files they would write.

A value that many shots share, or that many tasks of one shot share, is looked at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.disclosure import looks_like_key
from render.layout import path_fault
from render.manifest.addresses import check_upload_endpoints
from render.manifest.ids import ID, check_ids
from render.manifest.keys import mapping
from render.manifest.once import Values
from render.manifest.outputs import check_filled_outputs, check_paths, output_fault, tell_output
from render.manifest.phrases import wrong_kind
from render.manifest.texts import check_texts, check_vars_of
from render.manifest.values import KEY_HINT
from render.schema import INTEGER_KEYS
from render.variables import variables_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.manifest.files import ManifestFile
    from render.manifest.findings import Findings, Path
    from render.manifest.resolved import Resolved

_NO_TEXTS: Mapping[str, str] = {}


def check_shots(files: Sequence[ManifestFile], shots: Sequence[Resolved], findings: Findings, *, project: str) -> None:
    """Report everything that is wrong with the resolved shots of one manifest, all its files together."""
    _check_project(files[0].data, findings)
    check_ids([shot for file in files for shot in file.raw_shots()], shots, findings)
    for file in files:
        _check_outputs(file, findings)
        _check_whole_numbers(file, findings)
    values = Values(findings)
    last = None
    for resolved in shots:
        if resolved.authored is not last:
            last = resolved.authored
            _check_own_texts(resolved, values, findings)
        values.check(resolved)
    check_filled_outputs(shots, findings)
    _check_vars(files, values, findings)
    check_paths(shots, findings, project=project)
    check_upload_endpoints(shots, findings, project=project)


def _check_own_texts(resolved: Resolved, values: Values, findings: Findings) -> None:
    """Look at the texts of a shot that are no parameters: its id, which may name axes, and its output."""
    authored, variables = resolved.authored, resolved.shot.variables
    if "${" not in authored.id and "${" not in authored.output:
        return
    named = {**variables, **dict.fromkeys((axis.name for axis in authored.axes.all), "")}
    check_texts(authored.id, (*resolved.path, "id"), named, findings)
    check_texts(authored.output, authored.output_path, variables, findings)
    used = variables_in([authored.id, authored.output])
    values.use(frozenset(used), resolved.path)
    values.miss(used - named.keys(), resolved.path)


def _check_project(data: Mapping[str, Any], findings: Findings) -> None:
    project = data.get("project")
    if isinstance(project, str) and ID.match(project) and path_fault(project):
        message, hint = f"`{project}` cannot name a folder: {path_fault(project)}", "give it another name"
        findings.add(("project",), "project", message, hint=hint)


def _check_outputs(file: ManifestFile, findings: Findings) -> None:
    for path, holder in (file.prefix, file.data), *file.raw_shots():
        output = holder.get("output")
        fault = output_fault(output) if isinstance(output, str) and "${" not in output else ""
        if fault:
            tell_output((*path, "output"), fault, findings)


def _check_whole_numbers(file: ManifestFile, findings: Findings) -> None:
    """Refuse 2.0 where a whole number belongs: JSON Schema calls it one."""
    holders: list[tuple[Path, Mapping[str, Any]]] = [(file.prefix, file.data), *file.raw_shots()]
    lanes = mapping(file.data.get("providers"))
    holders += [((*file.prefix, "providers", name), mapping(lane)) for name, lane in lanes.items()]
    for path, holder in holders:
        for name in INTEGER_KEYS & holder.keys():
            if isinstance(holder[name], float):
                message, hint = wrong_kind(holder[name], "a whole number")
                findings.add((*path, name), "type", f"`{name}`: {message}", hint=hint)


def _check_vars(files: Sequence[ManifestFile], values: Values, findings: Findings) -> None:
    #: by what paths into a file begin with: what its shots use, and those of the files it includes
    used_in: dict[Path, set[str]] = {file.prefix: set() for file in files}
    for file in files:
        prefixes = [holder.prefix for holder in file.lineage]
        for path, raw in file.raw_shots():
            own = values.used.get(path, frozenset())
            if path not in values.used or path in values.overridden:
                own = own | _perhaps_used(raw, file)
            for prefix in prefixes:
                used_in[prefix] |= own
            # what stands in a sound text is sound
            if not mapping(raw.get("vars")).items() <= values.sound_texts.get(path, _NO_TEXTS).items():
                seems_used = own.union(mapping(raw.get("vars"))) if path in values.misspelt else own
                check_vars_of(raw, path, seems_used, findings)
            for name in ("title", "notes"):
                if looks_like_key(raw.get(name)):
                    findings.add((*path, name), "secret", f"`{name}` looks like an API key", hint=KEY_HINT)
    for file in files:
        check_vars_of(file.data, file.prefix, used_in[file.prefix], findings)


def _perhaps_used(raw: Mapping[str, Any], file: ManifestFile) -> set[str]:
    """What a shot that could not be merged would have used is not known, so anything it could have used counts."""
    return variables_in([raw, *file.above_shots()])
