"""Finds the files that a manifest names: further shot lists and texts. Says where they are, or why they cannot be used.

What is named lies in the folder of the manifest that was opened, once links are resolved, unless the command line
allows more: a shot list from elsewhere must not read what is none of its business. Knows nothing of what a file holds.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.catalog.likeness import one_alike
from render.catalog.wording import shown
from render.manifest.patterns import MOST_LOOKED_AT, Patterns, TooManyNamesError, split_pattern

if TYPE_CHECKING:
    from pathlib import Path

#: of files in one folder that are looked through for what was meant
_MOST_NAMES = 10_000
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


@dataclass(frozen=True, kw_only=True, slots=True)
class Unusable:
    """Why a file cannot be used: a problem without its place."""

    rule: str
    message: str
    hint: str = ""


_NO_NAME = Unusable(
    rule="missing-file", message="this is not the name of a file", hint="write its path, as seen from this file"
)


class NamedFiles:
    """The files that the manifest at `top`, and whatever it includes, may name."""

    def __init__(self, top: Path, *, allows_outside: bool) -> None:
        self._top = top.name
        self._folder = os.path.realpath(top.parent)
        self._allows_outside = allows_outside
        self._patterns = Patterns()

    def find(self, name: str, *, beside: Path) -> Path | Unusable:
        """Return where the file called `name` is, as the file `beside` names it."""
        if not name or not name.isprintable():
            return _NO_NAME
        path = beside.parent / name
        fault = self._outside(path, name)
        if fault is not None:
            return fault
        try:
            path.stat()
        except OSError as error:
            return self._missing(name, path) if error.errno in _NOT_THERE else _unreachable(name, error)
        return path

    def matching(self, pattern: str, *, beside: Path) -> list[Path] | Unusable:
        """Return the files that `pattern` matches, by name, without the one that names it."""
        if not pattern.isprintable():
            return _NO_NAME
        folder = beside.parent
        begins, *rest = split_pattern(pattern)
        # before anything is looked through
        fault = self._leads_out(pattern) if ".." in rest else self._outside(folder / begins, pattern)
        if fault is not None and not self._allows_outside:
            return fault
        try:
            found = self._patterns.matching(pattern, folder=folder)
        except TooManyNamesError:
            message = f"{shown(pattern)} leads through more than {MOST_LOOKED_AT:,} files and folders"
            return Unusable(rule="too-many-files", message=message, hint="name the folder: `sequences/*.shots.yaml`")
        found = [path for path in found if not path.samefile(beside)]
        fault = next(filter(None, (self._outside(path, shown_path(path)) for path in found)), None)
        if fault is not None:
            return fault
        hint = f"a pattern begins in the folder of {beside.name}; `**` stands for any folders"
        return found or Unusable(rule="missing-file", message=f"no file matches {shown(pattern)}", hint=hint)

    def _outside(self, path: Path, name: str) -> Unusable | None:
        real = os.path.realpath(path)
        if self._allows_outside or os.path.commonpath([real, self._folder]) == self._folder:
            return None
        return self._leads_out(name)

    def _leads_out(self, name: str) -> Unusable:
        message = f"{shown(name)} leads out of the manifest's folder"
        hint = f"move it to where {self._top} is, or below, or allow it with --allow-outside"
        return Unusable(rule="outside-folder", message=message, hint=hint)

    def _missing(self, name: str, path: Path) -> Unusable:
        message = f"there is no file {shown(name)}"
        if path.is_symlink():
            return Unusable(rule="missing-file", message=message, hint="the link of that name leads nowhere")
        folder = next(above for above in path.parents if above.is_dir())
        if folder != path.parent:
            missing = path.relative_to(folder).parts[0]
            near = one_alike(missing, [entry for entry in _names(folder) if (folder / entry).is_dir()])
            hint = f"there is no folder {shown(missing)}" + (f"; did you mean {shown(near)}?" if near else "")
            return Unusable(rule="missing-file", message=message, hint=hint)
        near = one_alike(path.name, [entry for entry in _names(folder) if (folder / entry).is_file()])
        hint = f"did you mean {shown(name[: -len(path.name)] + near)}?" if near else _looked_in(folder)
        return Unusable(rule="missing-file", message=message, hint=hint)


def shown_path(path: Path) -> str:
    """Return the path as a person here would type it."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - a link is shown as it was typed
    relative = os.path.relpath(absolute)
    return relative if len(relative) < len(absolute) else absolute


def _unreachable(name: str, error: OSError) -> Unusable:
    hint = "see who may read it and the folders on the way: `ls -ld`"
    if error.errno == errno.ENAMETOOLONG:
        hint = "here stands the path of a file; a text itself stands without `file:`"
    message = f"there is no way to {shown(name)}: {error.strerror}"
    return Unusable(rule="missing-file", message=message, hint=hint)


def _looked_in(folder: Path) -> str:
    return f"looked for in {shown_path(folder.absolute())}{os.sep}"


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for _, entry in zip(range(_MOST_NAMES), entries, strict=False))
    except OSError:
        return []
