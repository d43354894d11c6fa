"""Puts a new text in the place of a file's old one: whole or not at all, with its mode, and never over a newer one."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from render.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def rewrite(path: Path, text: str, *, instead_of: bytes) -> None:
    """Write `text` into the file at `path`, which held `instead_of` when it was read; a link stays one.

    Raises:
        SettingsError: it cannot be written, or it was changed meanwhile.
    """
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        if target.read_bytes() != instead_of:
            raise SettingsError(f"{path} was changed meanwhile; it is left as it is", hint="run the same again")
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise SettingsError(f"cannot write {path}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
