"""Owns the folder of finished files. A file is under its name whole, or not at all.

Names come from the server's own database; a name out of a request never reaches the file system.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from render.server.clock import new_id

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from render.server.clock import Clock

_STALE_AFTER_S = 3600


class Spool:
    """A folder of files, by the names their results gave them."""

    def __init__(self, folder: Path, *, clock: Clock, chance: random.Random) -> None:
        self._folder = folder
        self._clock = clock
        self._chance = chance

    def open(self) -> None:
        """Make the folder where there is none, and clear away what killed processes left half written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for part in self._folder.glob("*.part"):
            # another server on the same folder may finish it meanwhile
            with suppress(FileNotFoundError):
                if part.stat().st_mtime < self._clock.now() - _STALE_AFTER_S:
                    part.unlink()

    def path(self, name: str) -> Path:
        """Where the file of that name is, or will be."""
        return self._folder / name

    def fill(self, name: str, *, write: Callable[[Path], None]) -> None:
        """Let `write` make a file under a name of its own, then move it into place; nothing if it is there already."""
        target = self.path(name)
        if target.exists():
            return
        part = self._folder / f"{name}.{new_id(self._chance)}.part"
        try:
            write(part)
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
