"""The temporary file in which bytes arrive: beside their target, under a name of ours, gone whatever happens.

Its name holds the attempt it belongs to, so a leftover of a killed run is recognised, replaced and swept.
Knows nothing of final names.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from render.artifacts.paths import opened_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path, PurePosixPath

_NAME = re.compile(r"\.renderline-[A-Za-z0-9-]{1,64}\.part")
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A temporary file: the open folder that it stands in, its name there, and its own descriptor."""

    folder: int
    name: str
    descriptor: int

    def reader(self) -> BinaryIO:
        """Open what was written so far for reading; closing it leaves the descriptor open."""
        return open(self.descriptor, "rb", closefd=False)


@contextmanager
def opened_part(root: Path, target: PurePosixPath, *, owner: str) -> Iterator[Part]:
    """Create the temporary file of `owner` (an attempt's id) beside `target`; remove it at the end if it still stands.

    Raises:
        HeldError: the folder leads elsewhere.
        OSError: the folder or the file cannot be created.
    """
    name = part_name(owner)
    with opened_folder(root, target.parent) as folder:
        try:
            with create_part(folder, name) as file:
                yield Part(folder=folder, name=name, descriptor=file.fileno())
        finally:
            remove_part(folder, name)


def part_name(owner: str) -> str:
    """Return the name of the temporary file of `owner`, which is letters, digits and hyphens."""
    name = f".renderline-{owner}.part"
    if not _NAME.fullmatch(name):
        raise ValueError(f"{owner!r} cannot be part of a file name")
    return name


def create_part(folder: int, name: str) -> BinaryIO:
    """Create a temporary file in an open folder, for writing and reading; a leftover gives way.

    Raises:
        OSError: it cannot be created.
    """
    # A leftover of this name is a killed run's: an attempt, and a digest being placed, have one owner at a time.
    remove_part(folder, name)
    descriptor = os.open(name, _NEW_FILE, 0o666, dir_fd=folder)
    return open(descriptor, "w+b")  # noqa: PTH123  a name in an open folder has no path


def remove_part(folder: int, name: str) -> None:
    """Remove a temporary file from an open folder, where it is still there."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def sweep(root: Path) -> int:
    """Remove all temporary files below `root` that can be removed; return how many.

    Only for whoever holds the project's writer lock: another run's files would be removed as well.
    """
    swept = 0
    if not root.is_dir():
        return swept
    for _, _, names, folder in os.fwalk(root, follow_symlinks=False):
        for name in filter(_NAME.fullmatch, names):
            # one that stays is only untidy, and is no reason not to render
            with suppress(OSError):
                remove_part(folder, name)
                swept += 1
    return swept
