"""`render validate`: check manifests and print everything that is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from render.catalog.load import catalog_beside
from render.commands.headings import HeadedCommand
from render.commands.options import json_option, reading_options
from render.commands.say import data, document, talk
from render.display import display
from render.errors import UsageError
from render.manifest.findings import TOO_MANY, first_of
from render.manifest.load import check_manifest
from render.manifest.named import shown_path
from render.manifest.parts import SUFFIX, includers, manifests_here
from render.report.palette import palette
from render.report.problems import problems_json, problems_text
from render.report.table import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.manifest.load import Checked
    from render.manifest.reading import Reading
    from render.wish import Problem

EXIT_INVALID = 2


@click.command(cls=HeadedCommand)
@click.argument("manifests", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@reading_options
@json_option
def command(manifests: tuple[Path, ...], *, reading: Reading, as_json: bool) -> int:
    """Check MANIFESTS with all that they include; without any, those here or in manifests/.

    A file without a `project` is checked as a part of the manifests beside or above it that include it.
    Needs no key and no network. Prints every problem with its place, what is allowed and the nearest fix.
    Ends with 0 where all are in order, warnings aside, and with 2 where not; with --strict, warnings are errors.
    """
    checked = _each_once([one for path in manifests or _all_here() for one in _checked(path, reading)])
    problems = _first_of_all(checked)
    if as_json:
        document(problems_json(problems))
    else:
        screen = display("stdout")
        data(problems_text(problems, palette(screen), width=screen.width))
        _say_what_is_fine(checked)
    return EXIT_INVALID if any(one.manifest is None for one in checked) else 0


def _first_of_all(checked: Sequence[Checked]) -> Sequence[Problem]:
    """Return what was found in all files, up to the fiftieth error or warning of them all."""
    shown = [problem for one in checked for problem in one.problems if problem.rule != TOO_MANY]
    # what stands in a part of several manifests was found with each of them
    once = list(dict.fromkeys(shown))
    twice = sum(problem.is_error for problem in shown) - sum(problem.is_error for problem in once)
    twice_warned = len(shown) - len(once) - twice
    errors, warnings = sum(one.errors for one in checked), sum(one.warnings for one in checked)
    return first_of(once, errors=errors - twice, warnings=warnings - twice_warned)


def _all_here() -> list[Path]:
    found = manifests_here(Path())
    if not found:
        raise UsageError(f"there is no *{SUFFIX} here or in manifests/", hint="name the manifests to check")
    return found


def _checked(path: Path, reading: Reading) -> list[Checked]:
    """Check one manifest, or those that a part belongs to."""
    one = check_manifest(path, catalog_beside(path, reading.spec_folders), reading)
    if not one.is_part:
        return [one]
    whole = includers(path, allows_outside=reading.allows_outside)
    return [check_manifest(above, catalog_beside(above, reading.spec_folders), reading) for above in whole] or [one]


def _each_once(checked: Sequence[Checked]) -> list[Checked]:
    """Leave out what was checked before, and what was checked as a part of another."""
    parts = {path.resolve() for one in checked for path in one.files[1:]}
    first: dict[Path | int, Checked] = {}
    for at, one in enumerate(checked):
        first.setdefault(one.files[0].resolve() if one.files else at, one)
    return [one for path, one in first.items() if path not in parts]


def _say_what_is_fine(checked: Sequence[Checked]) -> None:
    for one in checked:
        if one.manifest is not None:
            included = len(one.files) - 1
            more = f", with {counted(included, 'file')} that it includes" if included else ""
            talk(f"{shown_path(one.files[0])}{more}: in order")
