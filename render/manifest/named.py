"""Finds the files that a manifest names: further shot lists and texts. Says where they are, or why they cannot be used.

What is named lies in the folder of the manifest that was opened, once links are resolved, unless the command line
allows more: a shot list from elsewhere must not read what is none of its business. Knows nothing of what a file holds.
"""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.catalog.wording import shown

if TYPE_CHECKING:
    from pathlib import Path

#: of files in one folder that are looked through for what was meant
_MOST_NAMES = 10_000


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

    def find(self, name: str, *, beside: Path) -> Path | Unusable:
        """Return where the file called `name` is, as the file `beside` names it."""
        if not name or not name.isprintable():
            return _NO_NAME
        path = beside.parent / name
        fault = self._outside(path, name)
        if fault is not None:
            return fault
        return path if path.exists() else self._missing(name, path)

    def matching(self, pattern: str, *, beside: Path) -> list[Path] | Unusable:
        """Return the files that `pattern` matches, by name, without the one that names it."""
        if not pattern.isprintable():
            return _NO_NAME
        folder = beside.parent
        names = sorted(glob.glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207 - sorted as they are named
        found = [folder / name for name in names if (folder / name).is_file()]
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
            near = _nearest(missing, [entry for entry in _names(folder) if (folder / entry).is_dir()])
            hint = f"there is no folder {shown(missing)}" + (f"; did you mean {shown(near)}?" if near else "")
            return Unusable(rule="missing-file", message=message, hint=hint)
        near = _nearest(path.name, [entry for entry in _names(folder) if (folder / entry).is_file()])
        hint = f"did you mean {shown(name[: -len(path.name)] + near)}?" if near else _looked_in(folder)
        return Unusable(rule="missing-file", message=message, hint=hint)


def is_pattern(name: str) -> bool:
    """Whether a name stands for every file that it matches."""
    return glob.has_magic(name)


def shown_path(path: Path) -> str:
    """Return the path as a person here would type it."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - a link is shown as it was typed
    relative = os.path.relpath(absolute)
    return relative if len(relative) < len(absolute) else absolute


def _looked_in(folder: Path) -> str:
    return f"looked for in {shown_path(folder.absolute())}{os.sep}"


def _nearest(name: str, there: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only once something is wrong

    folded = {other.casefold(): other for other in there}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.65)
    return folded[near[0]] if near else ""


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for _, entry in zip(range(_MOST_NAMES), entries, strict=False))
    except OSError:
        return []
