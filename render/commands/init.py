"""`render init`: write a manifest to begin with, the schema that editors read, and what git should leave alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from render.catalog.load import load_catalog
from render.commands.say import talk
from render.errors import SettingsError, UsageError
from render.layout import path_fault
from render.manifest.named import shown_path
from render.manifest.parts import SUFFIX
from render.schema import schema_text
from render.schema.keys import ID_PATTERN
from render.settings import folders
from render.yaml_scalars import read_plain

_STARTER = Path(__file__).with_name(f"starter{SUFFIX}")
_SCHEMA = Path("schemas", "manifest.schema.json")
_IGNORED = ("renders/", "renders-offline/")
_DEFAULT_PROJECT = "film"


@click.command()
@click.argument("folder", required=False, default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--project",
    default=_DEFAULT_PROJECT,
    show_default=True,
    metavar="NAME",
    help=f"Name of the project, which also names the manifest: NAME{SUFFIX}.",
)
def command(folder: Path, *, project: str) -> int:
    """Write a commented manifest into FOLDER, or here, to begin with. Overwrites nothing.

    Beside it, schemas/manifest.schema.json lets editors complete and check it, and .gitignore gets the folders that
    renders go to. `render schema > schemas/manifest.schema.json` renews the schema after an update.
    """
    _require_name(project)
    manifest = folder / f"{project}{SUFFIX}"
    starter = _STARTER.read_text(encoding="utf-8").replace("\nproject: film\n", f"\nproject: {_quoted(project)}\n")
    _make(folder)
    ignored = folders(manifest, project=project, out=None, is_offline=False).output.parents[1] / ".gitignore"
    _require_room(manifest, ignored)
    _add_schema(folder / _SCHEMA)
    _ignore(ignored)
    # last: what was not written for some reason is written by the next try
    _write(manifest, starter)
    _say_what_is_next(manifest)
    return 0


def _require_name(project: str) -> None:
    """Refuse what could not name a project.

    Raises:
        UsageError: names a device of Windows, or holds what no name holds.
    """
    if not re.fullmatch(ID_PATTERN, project):
        hint = "letters, digits, `.`, `_` and `-`, beginning with a letter or a digit, at most 100"
        raise UsageError(f"--project: {project!r} cannot name a project", hint=hint)
    fault = path_fault(project)
    if fault:
        raise UsageError(f"--project: {project!r} cannot name a project", hint=fault)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        hint = "move it away, or name another folder"
        raise UsageError(f"{shown_path(folder)} is there and is no folder", hint=hint) from error
    except OSError as error:
        raise SettingsError(f"cannot make the folder {shown_path(folder)}: {error.strerror}") from error


def _require_room(manifest: Path, ignored: Path) -> None:
    """Refuse to begin what could not be finished.

    Raises:
        UsageError: there is such a manifest, or git would not read the file that is to be added to.
    """
    # a link that leads nowhere stands in the way as well
    if os.path.lexists(manifest):
        hint = "--project NAME begins another one beside it"
        raise UsageError(f"{shown_path(manifest)} is there already; nothing was written", hint=hint)
    if ignored.is_symlink():
        hint = "git reads no such link: put a file in its place"
        raise UsageError(f"{shown_path(ignored)} is a link; nothing was written", hint=hint)


def _quoted(name: str) -> str:
    """Return a name as it stands in a manifest: in quotes where YAML would not read it as text."""
    value, trap = read_plain(name)
    return name if isinstance(value, str) and trap is None else f'"{name}"'


def _write(file: Path, text: str, remark: str = "") -> None:
    try:
        file.parent.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise SettingsError(f"cannot write {shown_path(file)}: {error.strerror}") from error
    talk(f"{shown_path(file)}: written{remark}")


def _add_schema(file: Path) -> None:
    if file.exists():
        talk(f"{shown_path(file)}: is there already, and stays as it is")
        return
    _write(file, schema_text(load_catalog().specs), ", for editors")


def _ignore(file: Path) -> None:
    """Add what is missing to .gitignore, where the folders of renders will be."""
    try:
        text = file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else ""
        there = {line.strip().strip("/") for line in text.splitlines()}
        missing = [name for name in _IGNORED if name.strip("/") not in there]
        if not missing:
            return
        with file.open("a", encoding="utf-8") as stream:
            stream.write("\n" if text and not text.endswith("\n") else "")
            stream.write("".join(f"{name}\n" for name in missing))
    except OSError as error:
        raise SettingsError(f"cannot write {shown_path(file)}: {error.strerror}") from error
    talk(f"{shown_path(file)}: {' and '.join(missing)} added; the record of purchases is never committed")


def _say_what_is_next(manifest: Path) -> None:
    path = shown_path(manifest)
    steps = {
        f"render validate {path}": "what is wrong, where, and the nearest fix",
        f"render plan {path}": "what a run would do, and why",
        f"render run --offline {path}": "rehearse: placeholders, nothing is paid",
        "render models": "what can be asked for",
    }
    width = max(map(len, steps))
    talk("\n".join(["", "Next:", *(f"  {step:{width}}  {words}" for step, words in steps.items())]))
