"""Looks whether recorded files are there, and what stands where they are not; one look at each, no reading.

Goes through no symbolic link, for no file of ours is put behind one. Knows nothing of how the files came to be.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from render.records import Obstacle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from render.records import Artifact


def presence(root: Path, artifacts: Iterable[Artifact]) -> frozenset[str]:
    """Return the paths of those artifacts whose file stands below `root` with the recorded size."""
    look = _Look(root)
    return frozenset(artifact.path for artifact in artifacts if look.is_present(artifact))


def obstacles(root: Path, paths: Iterable[str]) -> Mapping[str, Obstacle]:
    """Return what stands below `root` under these paths, or where a folder of theirs belongs; nothing is left out."""
    look = _Look(root)
    return {path: found for path in paths if (found := look.obstacle(path)) is not None}


class _Look:
    """One look at an output folder, in which each folder is looked at once."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        #: by folder: whether there is one, or what stands there instead
        self._folders: dict[str, bool | Obstacle] = {"": os.path.isdir(self._root)}  # noqa: PTH112 - thousands of looks

    def is_present(self, artifact: Artifact) -> bool:
        found = self._found(artifact.path) if self._folder_above(artifact.path) is True else None
        return found is not None and stat.S_ISREG(found.st_mode) and found.st_size == artifact.size_bytes

    def obstacle(self, path: str) -> Obstacle | None:
        above = self._folder_above(path)
        if isinstance(above, Obstacle):
            return above
        found = self._found(path) if above else None
        if found is None:
            return None
        return Obstacle(what=_what(found), path=path, gives_way=stat.S_ISREG(found.st_mode))

    def _folder_above(self, path: str) -> bool | Obstacle:
        folder = path.rpartition("/")[0]
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = self._seen(folder)
        return known

    def _seen(self, folder: str) -> bool | Obstacle:
        above = self._folder_above(folder)
        found = self._found(folder) if above is True else None
        if found is None:
            return above if isinstance(above, Obstacle) else False
        return stat.S_ISDIR(found.st_mode) or Obstacle(what=_what(found), path=folder)

    def _found(self, path: str) -> os.stat_result | None:
        try:
            return os.lstat(f"{self._root}/{path}")
        except OSError:
            return None


def _what(found: os.stat_result) -> str:
    if stat.S_ISREG(found.st_mode):
        return f"a file of {found.st_size} byte{'' if found.st_size == 1 else 's'}"
    if stat.S_ISLNK(found.st_mode):
        return "a symbolic link"
    return "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe, socket or device"
