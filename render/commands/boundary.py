"""Tells a person about an error that ended a command, and says with which status the command ends."""

from __future__ import annotations

import tempfile
import traceback
from pathlib import Path

from render.commands.say import talk
from render.errors import ManifestError, RenderError
from render.report.palette import palette
from render.report.problems import problems_text
from render.settings import display

EXIT_BUG = 70


def tell(error: Exception) -> int:
    """Print what is wrong to stderr and return the exit status; a bug leaves a report in a file."""
    paint = palette(display("stderr"))
    if isinstance(error, ManifestError):
        talk(problems_text(error.problems, paint))
        return error.exit_status
    if isinstance(error, RenderError):
        talk(f"{paint.red('error')}: {error.message}")
        if error.hint:
            talk(f"  {paint.dim('hint:')} {error.hint}")
        return error.exit_status
    talk(f"{paint.red('bug')}: {type(error).__name__}; what happened is in {_report(error)}")
    talk("  Whatever was accepted by a provider is recorded: run the same command again to carry on.")
    return EXIT_BUG


def _report(error: Exception) -> Path:
    """Write the traceback, without values of variables, to a file only its owner can read."""
    with tempfile.NamedTemporaryFile("w", prefix="render-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.writelines(traceback.format_exception(error))
    return Path(file.name)
