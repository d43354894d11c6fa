"""Says what stdout and stderr can show: colour, lines that are redrawn, and how wide they are.

Reads what of the environment is about terminals, and nothing else of it; knows nothing of what is shown.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: columns of a pipe, which gets rows whole
UNBOUNDED = 1_000_000
_FALLBACK_COLUMNS = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Display:
    """What a stream can show."""

    has_colour: bool
    #: a person watches it, and lines may be redrawn
    is_live: bool
    #: columns that prose is wrapped to
    width: int
    #: columns that a row of a table may take before its end is cut; a pipe gets all of it
    row_width: int


def display(stream: str, *, environ: Mapping[str, str] | None = None) -> Display:
    """Say what `stdout` or `stderr` can show: NO_COLOR, FORCE_COLOR, CI, TERM and COLUMNS have their usual meaning."""
    surroundings = os.environ if environ is None else environ
    file = sys.stdout if stream == "stdout" else sys.stderr
    is_terminal = file is not None and file.isatty() and surroundings.get("TERM") != "dumb"
    if surroundings.get("NO_COLOR"):
        has_colour = False
    else:
        has_colour = bool(surroundings.get("FORCE_COLOR")) or is_terminal
    is_live = is_terminal and not surroundings.get("CI")
    width = _columns(surroundings)
    row_width = width if is_terminal else UNBOUNDED
    return Display(has_colour=has_colour, is_live=is_live, width=width, row_width=row_width)


def _columns(surroundings: Mapping[str, str]) -> int:
    """Ask COLUMNS, then the terminal; `shutil` would do the same, but is slow to import."""
    told = surroundings.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns or _FALLBACK_COLUMNS
    except (OSError, ValueError):
        return _FALLBACK_COLUMNS
