"""Where an export may be written, and how: a file is whole or not there, and nothing but an earlier export gives way.

Looks before anything of the record is read. Knows nothing of what an export holds beyond how one begins.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from render.errors import SettingsError, UsageError
from render.store.export import opens_export

if TYPE_CHECKING:
    from pathlib import Path

_OPENING_BYTES = 64


def require_export_file(path: Path, *, folder: Path) -> None:
    """Make sure that an export to `path` destroys nothing; `folder` is the project's output folder.

    A device of characters keeps nothing that could be; one of blocks is a disk.

    Raises:
        UsageError: something is there that is no export, or it is inside the output folder.
        SettingsError: it cannot be looked at.
    """
    try:
        places = (path.resolve(), path.parent.resolve() / path.name)
        if any(place.is_relative_to(folder.resolve()) for place in places):
            raise _refused(path, f"is inside {folder}, where the record and the renders are")
        if path.is_char_device() or not os.path.lexists(path):
            return
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _refused(path, "is not a regular file")
        if not opens_export(_start_of(path)):
            raise _refused(path, "is there and is no export of a record, so it stays")
    except (OSError, RuntimeError) as error:
        raise SettingsError(f"cannot look at {path}: {error}") from error


def write_export(path: Path, text: str) -> None:
    """Write a file that is whole or not there, and that its owner alone can read; a device of characters is written to.

    Raises:
        SettingsError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.is_char_device():
            _write(os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC), text)
            return
        _write(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), text, is_synced=True)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise SettingsError(f"cannot write {path}: {error.strerror}") from error


def _write(descriptor: int, text: str, *, is_synced: bool = False) -> None:
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if is_synced:
            os.fsync(file.fileno())


def _start_of(path: Path) -> bytes:
    # not to wait where a pipe has taken its place meanwhile
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _OPENING_BYTES)
    finally:
        os.close(descriptor)


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} {why}", hint="give a name that is free, or an earlier export; - writes to stdout")
