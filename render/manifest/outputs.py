"""Checks where files would go: patterns that name no file, and files that would stand in one another's way."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from render.catalog.fit import is_of_kind
from render.catalog.spec import Kind
from render.expand import files_of
from render.layout import DEFAULT_OUTPUT, output_path, path_fault, pattern_fault
from render.manifest.amount import MAX_TASKS
from render.manifest.ids import ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from render.manifest.findings import Findings, Path
    from render.manifest.resolved import Resolved

_WOULD_BE = "a file would be called"
#: one task's names, for a look at a pattern before there is a task
SAMPLE: dict[str, object] = {"project": "p", "shot": "s", "take": 1, "model": "m", "seed": 1, "ext": "mp4"}


@lru_cache(maxsize=1024)
def output_fault(pattern: str) -> str:
    """Say what is wrong with a pattern whatever the shot is called."""
    fault = pattern_fault(pattern)
    if fault:
        return fault
    path = output_path(pattern, SAMPLE)
    fault = path_fault(path)
    return f"{_WOULD_BE} `{path}`: {fault}" if fault else ""


def tell_output(path: Path, fault: str, findings: Findings) -> None:
    """Report what is wrong with the pattern at `path`, in what `output_fault` says of it."""
    message, _, hint = fault.partition(": " if ": " in fault else "; ")
    if message.startswith(_WOULD_BE):
        message, hint = fault, f"write a pattern like `{DEFAULT_OUTPUT}`"
    if message.endswith("is not a pattern"):
        hint = "close every `{`; a name stands in it alone, like `{shot}`"
    findings.add(path, "output", message, hint=hint or f"as it is where none is given: `{DEFAULT_OUTPUT}`")


def check_filled_outputs(shots: Sequence[Resolved], findings: Findings) -> None:
    """Report what is wrong with patterns once the variables in them are filled in."""
    for resolved in shots:
        fault = output_fault(resolved.shot.output)
        if fault and not findings.is_told(resolved.output_path):
            tell_output(resolved.output_path, fault, findings)


def check_paths(shots: Sequence[Resolved], findings: Findings, *, project: str) -> None:
    """Look at every file that would be written by shots that have their names."""
    if not findings.has_errors and _are_apart(shots):
        return
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    authored, is_told = None, False
    for resolved in shots:
        if resolved.authored is not authored:
            authored, is_told = resolved.authored, findings.is_told((*resolved.path, "id"))
        if is_told or not resolved.shot.enabled or not can_be_named(resolved):
            continue
        for key, path in files_of(resolved.shot, resolved.spec, project=project):
            fault = _path_fault(key, path, files, folders)
            if fault:
                hint = "use {shot} and {take} in `output`"
                findings.add(resolved.path, "output", fault, hint=hint)
                break
            if len(files) > MAX_TASKS:
                message, hint = f"more than {MAX_TASKS:,} tasks in one project", "split it into several projects"
                findings.add(resolved.path, "too-many-tasks", message, hint=hint)
                return


def _are_apart(shots: Sequence[Resolved]) -> bool:
    """Whether ids that differ are all it takes: where no pattern is given, each shot has a folder of its own."""
    takes = [resolved.shot.takes for resolved in shots if resolved.shot.enabled]
    return sum(takes) <= MAX_TASKS and all(resolved.shot.output == DEFAULT_OUTPUT for resolved in shots)


def can_be_named(resolved: Resolved) -> bool:
    """Whether nothing that a file's name is made of is wrong; what is wrong is told elsewhere."""
    shot, params = resolved.shot, resolved.shot.params
    seed, output_format = params.get("seed"), params.get("output_format")
    return (
        bool(ID.match(shot.id))
        and not output_fault(shot.output)
        and (seed is None or is_of_kind(Kind.INTEGER, seed))
        and (output_format is None or isinstance(output_format, str))
    )


def _path_fault(key: str, path: str, files: dict[str, str], folders: dict[str, str]) -> str:
    """Say why this task's file cannot be written beside those before it, and count it among them."""
    fault = path_fault(path)
    if fault:
        return f"the file would be called `{path}`: {fault}"
    folded = unicodedata.normalize("NFC", path).casefold()
    if folded in files:
        return f"{key} and {files[folded]} would both write `{path}`"
    above = tuple(_folders_above(folded))
    other = next(filter(None, (folders.get(folded), *map(files.get, above))), None)
    if other is not None:
        return f"`{path}`: a file of {key} and a folder of {other}, or the reverse, would bear one name"
    files[folded] = key
    folders.update((folder, key) for folder in above)
    return ""


def _folders_above(path: str) -> Iterator[str]:
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)
