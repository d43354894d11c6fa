"""Tells a person on stderr what was found about a manifest that is in order all the same: warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.commands.say import talk
from render.display import display
from render.report.palette import palette
from render.report.problems import problems_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.wish import Problem


def tell_problems(problems: Sequence[Problem]) -> None:
    """Print each problem to stderr; nothing where there is none."""
    screen = display("stderr")
    talk(problems_text(problems, palette(screen), width=screen.width))
