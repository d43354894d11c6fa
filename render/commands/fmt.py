"""`render fmt`: lay manifests out in the one canonical way."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from render.commands.say import data, talk
from render.errors import ManifestError
from render.manifest.canonical import canonical
from render.manifest.canonical.rewriting import rewrite
from render.manifest.named import shown_path
from render.yaml_text import read_bytes

if TYPE_CHECKING:
    from render.wish import Problem

EXIT_UNTIDY = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mode:
    is_check: bool
    shows_diff: bool


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--check", "is_check", is_flag=True, help="Write nothing; list what would change, and end with 1.")
@click.option("--diff", "shows_diff", is_flag=True, help="Write nothing; print how it would change.")
def command(files: tuple[Path, ...], *, is_check: bool, shows_diff: bool) -> int:
    """Lay out each FILE in the one canonical way, included files by their own names.

    Keys come in the order of the documentation, two spaces a level, one blank line between the parts of a file, and
    each shot as a block. Comments stay, and every value stays as it is written. A file whose YAML is not in order is
    refused, and so is one that would be read differently afterwards; both stay as they are. Whether a manifest makes
    sense is for `render validate` to say.
    """
    mode = _Mode(is_check=is_check, shows_diff=shows_diff)
    problems: list[Problem] = []
    has_untidy = False
    for file in files:
        try:
            has_untidy |= _lay_out(file, mode)
        except ManifestError as error:
            problems += error.problems
    if problems:
        raise ManifestError(problems)
    return EXIT_UNTIDY if is_check and has_untidy else 0


def _lay_out(file: Path, mode: _Mode) -> bool:
    """Bring one file into its canonical layout, or show what that is; say whether it was in another one."""
    content, shown = read_bytes(str(file)), shown_path(file)
    text = canonical(content, file=shown)
    if text.encode() == content:
        return False
    if mode.is_check:
        data(shown)
    if mode.shows_diff:
        data(_difference(content, text, shown))
    if not mode.is_check and not mode.shows_diff:
        rewrite(file, text, instead_of=content)
        talk(f"{shown}: rewritten")
    return True


def _difference(content: bytes, text: str, shown: str) -> str:
    before, after = content.decode().splitlines(keepends=True), text.splitlines(keepends=True)
    lines = unified_diff(before, after, fromfile=shown, tofile=f"{shown} (canonical)")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
