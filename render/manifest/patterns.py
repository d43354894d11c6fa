"""Finds the files that a pattern stands for: `*` is any part of a name, `**` any folders in between.

All other characters are themselves. Folders that are links are not gone into by `**`, and what is looked at is counted:
a manifest from elsewhere must not send anybody through a whole disk. Knows nothing of what may be read.
"""

from __future__ import annotations

import fnmatch
import os
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: names that are looked at for all patterns of one manifest
MOST_LOOKED_AT = 100_000
_ANY_FOLDERS = "**"


class TooManyNamesError(Exception):
    """A pattern leads through more names than are looked at."""


def is_pattern(name: str) -> bool:
    """Whether a name stands for every file that it matches."""
    return "*" in name


def split_pattern(pattern: str) -> list[str]:
    """Return the folder that a pattern begins in, and the names after it; the first of them holds a star."""
    steps = [step for step in pattern.split("/") if step not in {"", "."}]
    fixed = next(at for at, step in enumerate(steps) if is_pattern(step))
    return [("/" if pattern.startswith("/") else "") + "/".join(steps[:fixed]), *steps[fixed:]]


class Patterns:
    """The patterns of one manifest, which share what may be looked at."""

    def __init__(self, most: int = MOST_LOOKED_AT) -> None:
        self._left = most

    def matching(self, pattern: str, *, folder: Path) -> list[Path]:
        """Return the files that `pattern` matches, as seen from `folder`, in the order of their names.

        Raises:
            TooManyNamesError: there is too much to look through.
        """
        begins, *after = split_pattern(pattern)
        found, waiting = set(), [(folder / begins, after)]
        while waiting:
            at, steps = waiting.pop()
            if steps:
                waiting.extend(self._below(at, *steps))
            elif os.path.isfile(at):  # noqa: PTH113 - the other one raises where nobody may look
                found.add(at)
        return sorted(found, key=str)

    def _below(self, at: Path, step: str, *rest: str) -> list[tuple[Path, list[str]]]:
        """Return where a step leads, each place with the steps that are left."""
        if step == _ANY_FOLDERS:
            deeper = [(at / name, [step, *rest]) for name, is_folder in self._entries(at) if is_folder]
            return [(at, list(rest) or ["*"]), *deeper]
        if not is_pattern(step):
            self._count(1)
            return [(at / step, list(rest))]
        # only the star is special
        shape = step.replace("[", "[[]").replace("?", "[?]")
        names = [name for name, _ in self._entries(at, hidden=step.startswith("."))]
        return [(at / name, list(rest)) for name in fnmatch.filter(names, shape)]

    def _entries(self, folder: Path, *, hidden: bool = False) -> list[tuple[str, bool]]:
        """Return the names in a folder, each with whether it is a folder and no link; of what is none, nothing."""
        try:
            with os.scandir(folder) as entries:
                rows = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in islice(entries, self._left + 1)]
        except OSError:
            rows = []
        self._count(len(rows) + 1)
        return [row for row in rows if hidden or not row[0].startswith(".")]

    def _count(self, names: int) -> None:
        self._left -= names
        if self._left < 0:
            raise TooManyNamesError
