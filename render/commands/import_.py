"""`render import`: turn raw requests of the APIs into a manifest."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from render.catalog.load import catalog_beside
from render.commands.options import models_option
from render.commands.problems import tell_problems
from render.commands.say import data, talk
from render.errors import SettingsError, UsageError
from render.layout import path_fault, slug
from render.manifest.named import shown_path
from render.manifest.parts import SUFFIX
from render.manifest.requests import import_requests
from render.report.table import counted
from render.schema.keys import ID_PATTERN
from render.yaml_text import MAX_BYTES, read_bytes

if TYPE_CHECKING:
    from render.manifest.requests import Imported

_STDIN = Path("-")
_NAMELESS = "imported"


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
)
@click.option("--project", metavar="NAME", help="Name of the project; else that of the output or of the first FILE.")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the manifest there instead of to stdout; never over a file.",
)
@models_option
def command(
    files: tuple[Path, ...], *, project: str | None, output: Path | None, spec_folders: tuple[Path, ...]
) -> int:
    """Turn the raw requests in each FILE into one manifest, and print it; - reads stdin.

    A FILE holds requests to Runware or to AI/ML API as they are sent: one object, an array, one object a line, or curl
    commands. What all of them share goes into `defaults`; `numberResults` and the same request again become `takes`.
    Ids, delivery and keys are left out, for a run brings its own. Whatever else cannot be carried over is named with
    its place, and nothing is printed. Sends nothing, and opens no file that a command names.
    """
    if output is not None and (output.exists() or output.is_symlink()):
        raise UsageError(f"{shown_path(output)} is there already; nothing was written", hint="give another name")
    name = _project(project, output, files[0])
    catalog = catalog_beside(output or Path(f"any{SUFFIX}"), spec_folders)
    imported = import_requests([_read(file) for file in files], catalog, project=name)
    tell_problems(imported.warnings)
    if output is None:
        data(imported.text)
    else:
        _write(output, imported.text)
    _say_what_was_done(imported, output)
    return 0


def _project(given: str | None, output: Path | None, first: Path) -> str:
    """Return the name of the project.

    Raises:
        UsageError: the name that was given cannot name one.
    """
    if given is not None:
        if not re.fullmatch(ID_PATTERN, given) or path_fault(given):
            hint = "letters, digits, `.`, `_` and `-`, beginning with a letter or a digit, at most 100"
            raise UsageError(f"--project: {given!r} cannot name a project", hint=hint)
        return given
    file = output or first
    derived = slug(file.name.removesuffix(SUFFIX).split(".", 1)[0]).lstrip("_")
    is_name = file != _STDIN and re.fullmatch(ID_PATTERN, derived) and not path_fault(derived)
    return derived if is_name else _NAMELESS


def _read(file: Path) -> tuple[str, bytes]:
    if file != _STDIN:
        return shown_path(file), read_bytes(str(file))
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise SettingsError(f"stdin holds more than {MAX_BYTES // 2**20} MiB")
    return "stdin", content


def _write(output: Path, text: str) -> None:
    try:
        with output.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise SettingsError(f"cannot write {shown_path(output)}: {error.strerror}") from error


def _say_what_was_done(imported: Imported, output: Path | None) -> None:
    where = f"{shown_path(output)}: written, " if output is not None else ""
    talk(f"{where}{counted(imported.shots, 'shot')} of {counted(imported.requests, 'request')}")
    if imported.keys:
        talk("keys were left out: a run reads its own from the environment")
