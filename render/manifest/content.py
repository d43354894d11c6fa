"""Checks what shots mean together: ids, variables, values, and the files they would write."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from render.catalog.fit import is_of_kind
from render.catalog.spec import Kind
from render.expand import VARIABLE, fill_in, tasks_of, variables_in
from render.layout import output_path, path_fault, pattern_fault
from render.manifest.findings import listed
from render.manifest.phrases import ALLOWED_NAME, like, shown, wrong_kind
from render.manifest.resolve import mapping
from render.manifest.values import KEY_HINT, check_values, looks_like_key
from render.schema import INTEGER_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from render.manifest.findings import Findings, Path
    from render.manifest.resolve import Resolved
    from render.wish import Task

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
MAX_TASKS = 100_000
_SAMPLE: dict[str, object] = {"project": "p", "shot": "s", "take": 1, "model": "m", "seed": 1, "ext": "mp4"}


def check_shots(data: Mapping[str, Any], shots: Sequence[Resolved], findings: Findings, *, project: str) -> None:
    """Report everything that is wrong with the resolved shots of one manifest."""
    _check_project(data, findings)
    _check_ids(data, findings)
    _check_outputs(data, findings)
    _check_whole_numbers(data, findings)
    for resolved in shots:
        _check_variables(resolved, findings)
        check_values(resolved, fill_in(resolved.shot.params, resolved.shot.variables), findings)
    _check_vars(data, shots, findings)
    _check_paths([resolved for resolved in shots if _can_be_named(resolved, findings)], findings, project=project)


def _raw_shots(data: Mapping[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    shots = data.get("shots")
    for index, raw in enumerate(shots if isinstance(shots, list) else ()):
        if isinstance(raw, dict):
            yield ("shots", index), raw


def _check_project(data: Mapping[str, Any], findings: Findings) -> None:
    project = data.get("project")
    if isinstance(project, str) and ID.match(project) and path_fault(project):
        findings.add(("project",), "project", f"`{project}` cannot name a folder: {path_fault(project)}")


def _check_ids(data: Mapping[str, Any], findings: Findings) -> None:
    seen: dict[str, Path] = {}
    for shot_path, raw in _raw_shots(data):
        shot_id, path = raw.get("id"), (*shot_path, "id")
        if shot_id is None or isinstance(shot_id, dict | list):
            continue
        fault = _id_fault(shot_id)
        if fault:
            findings.add(path, fault[0], fault[1], hint=fault[2])
        folded = unicodedata.normalize("NFC", str(shot_id)).casefold()
        if folded in seen:
            first = findings.source.place(seen[folded]).line
            message = f"the id {shown(shot_id)} is taken by the shot on line {first}"
            findings.add(path, "duplicate-id", message, hint="upper and lower case count as one")
        seen.setdefault(folded, path)


def _id_fault(shot_id: Any) -> tuple[str, str, str] | None:
    if not isinstance(shot_id, str):
        return "shot-id", f"`id` is a text, and {shown(shot_id)} is not", f'put it in quotes: id: "{shown(shot_id)}"'
    if "${" in shot_id:
        return "not-yet", "variables are not filled into an `id` yet", "write the id out"
    if not ID.match(shot_id):
        return "shot-id", f"{shown(shot_id)} cannot name a file everywhere", ALLOWED_NAME
    fault = path_fault(shot_id)
    return ("shot-id", f"{shown(shot_id)} cannot name a file everywhere", fault) if fault else None


def _check_outputs(data: Mapping[str, Any], findings: Findings) -> None:
    for path, holder in ((), data), *_raw_shots(data):
        output = holder.get("output")
        fault = _output_fault(output) if isinstance(output, str) else ""
        if fault:
            findings.add((*path, "output"), "output", fault)


def _output_fault(pattern: str) -> str:
    """Say what is wrong with a pattern whatever the shot is called."""
    fault = pattern_fault(pattern)
    if fault:
        return fault
    path = output_path(pattern, _SAMPLE)
    fault = path_fault(path)
    return f"a file would be called `{path}`: {fault}" if fault else ""


def _check_whole_numbers(data: Mapping[str, Any], findings: Findings) -> None:
    """Refuse 2.0 where a whole number belongs: JSON Schema calls it one."""
    holders: list[tuple[Path, dict[str, Any]]] = [((), mapping(data)), *_raw_shots(data)]
    lanes = mapping(data.get("providers"))
    holders += [(("providers", name), mapping(lane)) for name, lane in lanes.items()]
    for path, holder in holders:
        for name in INTEGER_KEYS & holder.keys():
            if isinstance(holder[name], float):
                message, hint = wrong_kind(holder[name], "a whole number")
                findings.add((*path, name), "type", f"`{name}`: {message}", hint=hint)


def _check_variables(resolved: Resolved, findings: Findings) -> None:
    known = resolved.shot.variables
    for name, value in resolved.shot.params.items():
        for path, text in _texts(value, resolved.origins[name]):
            for variable in sorted(variables_in(text) - set(known)):
                _tell_unknown_variable(variable, path, known, findings)
            if "${" in VARIABLE.sub("", text):
                hint = "close it: `${name}`; a literal `${` is written `$${`"
                findings.add(path, "unclosed-variable", "a `${` is not closed", hint=hint)


def _tell_unknown_variable(variable: str, path: Path, known: Mapping[str, str], findings: Findings) -> None:
    if variable.startswith("env."):
        hint = "write the value here"
        findings.add(path, "not-yet", f"`${{{variable}}}` is not read from the environment yet", hint=hint)
        return
    literal = "there are no `vars`; a literal `${` is written `$${`"
    hint = like(variable, known) or (f"there are {listed(known)}" if known else literal)
    findings.add(path, "unknown-variable", f"`${{{variable}}}` is not a variable of this shot", hint=hint)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield every text in `value` with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _texts(inner, (*path, at))


def _check_vars(data: Mapping[str, Any], shots: Sequence[Resolved], findings: Findings) -> None:
    used_by = {resolved.path: variables_in(resolved.shot.params) for resolved in shots}
    used: set[str] = set().union(*used_by.values())
    for path, raw in _raw_shots(data):
        # what a shot that could not be merged would have used is not known, so anything it could have used counts
        own = used_by.get(path, variables_in([raw, *map(data.get, ("defaults", "model_defaults", "presets"))]))
        used |= own
        _check_vars_of(raw, path, own, findings)
        for name in ("title", "notes"):
            if looks_like_key(raw.get(name)):
                findings.add((*path, name), "secret", f"`{name}` looks like an API key", hint=KEY_HINT)
    _check_vars_of(data, (), used, findings)


def _check_vars_of(holder: Mapping[str, Any], path: Path, used: Iterable[str], findings: Findings) -> None:
    for name, value in mapping(holder.get("vars")).items():
        here = (*path, "vars", name)
        if not _VARIABLE_NAME.match(name):
            hint = "letters, digits and `_`, not beginning with a digit"
            findings.add(here, "variable-name", f"`{name}` is not a name for a variable", hint=hint, of_key=True)
        elif isinstance(value, str) and "${" in value:
            findings.add(here, "nested-variable", "a variable cannot hold another one", hint="use both in the text")
        elif looks_like_key(value):
            findings.add(here, "secret", f"`{name}` looks like an API key", hint=KEY_HINT)
        elif name not in used:
            hint = f"write `${{{name}}}` in a text, or remove it"
            findings.warn(here, "unused-variable", f"the variable `{name}` is not used", hint=hint, of_key=True)


def _can_be_named(resolved: Resolved, findings: Findings) -> bool:
    """Whether nothing that a file's name is made of is wrong; what is wrong is told elsewhere."""
    shot, params = resolved.shot, resolved.shot.params
    seed, output_format = params.get("seed"), params.get("output_format")
    return (
        bool(ID.match(shot.id))
        and not findings.is_told((*resolved.path, "id"))
        and not _output_fault(shot.output)
        and (seed is None or is_of_kind(Kind.INTEGER, seed))
        and (output_format is None or isinstance(output_format, str))
    )


def _check_paths(shots: Sequence[Resolved], findings: Findings, *, project: str) -> None:
    """Look at every file that would be written by shots that have their names."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for resolved in shots:
        if not resolved.shot.enabled:
            continue
        for task in tasks_of(resolved.shot, resolved.spec, project=project):
            fault = _path_fault(task, files, folders)
            if fault:
                hint = "use {shot} and {take} in `output`"
                findings.add(resolved.path, "output", fault, hint=hint)
                break
            if len(files) > MAX_TASKS:
                findings.add(resolved.path, "too-many-tasks", f"more than {MAX_TASKS:,} tasks in one project")
                return


def _path_fault(task: Task, files: dict[str, str], folders: dict[str, str]) -> str:
    """Say why this task's file cannot be written beside those before it, and count it among them."""
    fault = path_fault(task.path)
    if fault:
        return f"the file would be called `{task.path}`: {fault}"
    folded = unicodedata.normalize("NFC", task.path).casefold()
    above = [str(folder) for folder in PurePosixPath(folded).parents][:-1]
    if folded in files:
        return f"{task.key} and {files[folded]} would both write `{task.path}`"
    other = next(filter(None, (folders.get(folded), *map(files.get, above))), None)
    if other is not None:
        return f"`{task.path}`: a file of {task.key} and a folder of {other}, or the reverse, would bear one name"
    files[folded] = task.key
    folders.update((folder, task.key) for folder in above)
    return ""
