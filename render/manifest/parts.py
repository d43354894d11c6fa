"""Tells parts from manifests: a file without a `project` is a part of the manifests that include it.

Looks for those beside the part and in the folders above it, up to the one that holds a repository. Wants to know which
file is meant and no more: what is wrong with any of them is said when it is opened.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from render.errors import SettingsError
from render.manifest.files import ManifestFile, gather
from render.manifest.findings import Findings
from render.manifest.named import NamedFiles
from render.settings import is_root
from render.yaml_source import read_source
from render.yaml_text import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIX = ".shots.yaml"
#: more are not looked through
_MOST_CANDIDATES = 200
_MOST_FOLDERS = 8


def manifests_here(here: Path) -> list[Path]:
    """Return the manifests in a folder, by name; where there is none, those in `manifests/` below it."""
    return _in_folder(here) or _in_folder(here / "manifests")


def _in_folder(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def is_part(path: Path) -> bool:
    """Whether the file at `path` is a mapping that names no project; False where that cannot be read."""
    try:
        source = read_source(str(path))
    except SettingsError:
        return False
    return isinstance(source.data, dict) and "project" not in source.data


def includers(part: Path, *, allows_outside: bool) -> tuple[Path, ...]:
    """Return the manifests that include the file at `part`, the nearest first; as far as they may."""
    candidates = itertools.islice(_candidates(part), _MOST_CANDIDATES)
    return tuple(path for path in candidates if _includes(path, part, allows_outside=allows_outside))


def _candidates(part: Path) -> Iterator[Path]:
    for folder in part.absolute().parents[:_MOST_FOLDERS]:
        yield from _in_folder(folder)
        if is_root(folder):
            return


def _includes(path: Path, part: Path, *, allows_outside: bool) -> bool:
    try:
        if b"include" not in read_bytes(str(path)):
            return False
        source = read_source(str(path))
    except SettingsError:
        return False
    if not isinstance(source.data, dict) or "project" not in source.data:
        return False
    named = NamedFiles(path, allows_outside=allows_outside)
    files = gather(ManifestFile(path=path, data=source.data), named, Findings(source))
    return any(file.path.samefile(part) for file in files[1:])
