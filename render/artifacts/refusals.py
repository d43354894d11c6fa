"""Turns what the operating system says about a file into the one error that keeps the link to the paid result."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from render.errors import FilesExhaustedError, FolderFullError, HeldError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FREE_SPACE = "free some space, then run again: the finished file is fetched without buying anything"
_KINDS = {
    errno.ENOSPC: FolderFullError,
    errno.EDQUOT: FolderFullError,
    errno.EROFS: FolderFullError,
    errno.EMFILE: FilesExhaustedError,
    errno.ENFILE: FilesExhaustedError,
}
_HINTS = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
    errno.EFBIG: "this file system or this shell allows no file of that size",
    errno.EACCES: "make the output folder writable, then run again",
    errno.EPERM: "make the output folder writable, then run again",
    errno.EROFS: "make the output folder writable, then run again",
    errno.ENAMETOOLONG: "shorten the output pattern of this shot",
    errno.EISDIR: "a folder stands where the file belongs",
    errno.EMFILE: "allow more open files (ulimit -n), or lower the concurrency",
}


@contextmanager
def held_on_trouble(what: str) -> Iterator[None]:
    """Say of any OSError inside that `what` could not be done.

    Raises:
        HeldError: the operating system refused; the file stays to be fetched.
        FolderFullError: so it will refuse the next file, too.
        FilesExhaustedError: for the moment.
    """
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        number = error.errno or 0
        kind = _KINDS.get(number, HeldError)
        raise kind(f"{what}: {reason}", hint=_HINTS.get(number, "")) from error
