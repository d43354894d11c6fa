"""Tells a person about an error that ended a command, and says with which status the command ends."""

from __future__ import annotations

import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from render.commands.say import talk
from render.disclosure import lines, one_line, redact
from render.display import display
from render.errors import ManifestError, RenderError, SettingsError
from render.report.palette import palette
from render.report.problems import problems_text
from render.settings import key_variables, read_key_if_set, values_read

if TYPE_CHECKING:
    from collections.abc import Iterator

EXIT_BUG = 70


def tell(error: Exception) -> int:
    """Print what is wrong to stderr and return the exit status; a bug leaves a report in a file."""
    paint = palette(display("stderr"))
    if isinstance(error, ManifestError):
        talk(problems_text(error.problems, paint, width=display("stderr").width))
        return error.exit_status
    if isinstance(error, RenderError):
        talk(f"{paint.red('error')}: {_shown(error.message)}")
        if error.hint:
            talk(f"  {paint.dim('hint:')} {_shown(error.hint)}")
        return error.exit_status
    talk(f"{paint.red('bug')}: {type(error).__name__}; what happened is in {_report(error)}")
    talk("  Whatever was accepted by a provider is recorded: run the same command again to carry on.")
    return EXIT_BUG


def _report(error: Exception) -> Path:
    """Write the traceback, without values of variables, secrets and queries, to a file only its owner can read."""
    told = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile("w", prefix="render-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(lines(redact(told, _secrets())))
    return Path(file.name)


def _shown(text: str) -> str:
    return one_line(redact(text, _secrets()))


def _secrets() -> Iterator[str]:
    """Every key in the surroundings, of whatever lane, and every value that went into an address.

    What went wrong may have one of them in its words.
    """
    yield from (value.reveal() for value in values_read())
    for variable in key_variables():
        with suppress(SettingsError):
            key = read_key_if_set(variable)
            if key is not None:
                yield key.reveal()
