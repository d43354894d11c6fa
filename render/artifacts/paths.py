"""Decides where a file may stand below the output folder, and opens folders so that no symbolic link leads outside.

Every folder is opened from the one above it and never through a link; files are then named relative to the opened
folder. So a link that somebody plants between a check and its use is refused, and cannot be followed.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from render.errors import HeldError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EARLIER = ".earlier"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_HASH_LETTERS = 8


def checked(relative: str) -> PurePosixPath:
    """Return a path below the output folder as its parts.

    Raises:
        HeldError: it is absolute, empty, or has a part that leads elsewhere.
    """
    parts = relative.split("/")
    if any(part in {"", ".", ".."} or "\x00" in part or "\\" in part for part in parts):
        raise HeldError(f"{relative!r} is not a path inside the output folder")
    return PurePosixPath(*parts)


def earlier_path(path: PurePosixPath, *, mark: str, number: int) -> PurePosixPath:
    """Return where the file at `path` is kept when another takes its name.

    `mark` is a hexadecimal digest, of which 8 letters are used; `number` counts from 1 and is shown from 2 on.
    """
    counted = "" if number == 1 else f".{number}"
    return EARLIER / path.with_name(f"{path.stem}.{mark[:_HASH_LETTERS]}{counted}{path.suffix}")


@contextmanager
def opened_folder(root: Path, folder: PurePosixPath, *, create: bool = True) -> Iterator[int]:
    """Open `folder` below `root`; yield its file descriptor, closed at the end.

    What is missing is created, durably, unless `create` is off.

    Raises:
        HeldError: a part of the path is a symbolic link or no folder.
        OSError: it cannot be opened or created.
    """
    root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for depth, name in enumerate(folder.parts, start=1):
            if create:
                _create_below(descriptor, name)
            below = _open_below(descriptor, name, shown=PurePosixPath(*folder.parts[:depth]))
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def _create_below(descriptor: int, name: str) -> None:
    # Without asking first: two files that arrive together may both find the folder missing.
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=descriptor)
        os.fsync(descriptor)


def _open_below(descriptor: int, name: str, *, shown: PurePosixPath) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=descriptor)
    except OSError as error:
        if _is_link(descriptor, name):
            raise HeldError(f"{shown} is a symbolic link; the output folder may not lead elsewhere") from error
        if isinstance(error, NotADirectoryError):
            raise HeldError(f"{shown} is not a folder, and files belong into it") from error
        raise


def _is_link(descriptor: int, name: str) -> bool:
    try:
        os.readlink(name, dir_fd=descriptor)
    except OSError:
        return False
    return True
