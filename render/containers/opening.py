"""Opens a file of somebody else's to be looked at: an ordinary one or none, never waiting for a pipe or a device."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import BufferedReader

#: what is read at a time; a whole number of threes, so that each piece is a whole number of letters in base64
PIECE_BYTES = 192 * 1024


def open_ordinary(path: str) -> BufferedReader:
    """Open the file at `path` for reading.

    Raises:
        OSError: it cannot be opened, or is no ordinary file.
    """
    # asked first, because merely opening some devices does something
    _require_ordinary(os.stat(path).st_mode)  # noqa: PTH116 - beside what follows
    # non-blocking, so that a pipe that took its place meanwhile is not waited for
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _require_ordinary(os.fstat(descriptor).st_mode)
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _require_ordinary(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
