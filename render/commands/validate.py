"""`render validate`: check manifests and print everything that is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from render.catalog.load import catalog_beside
from render.commands.options import json_option
from render.commands.say import data, talk
from render.errors import UsageError
from render.manifest.load import SUFFIX, check_manifest, shown_path
from render.report.palette import palette
from render.report.problems import problems_json, problems_text
from render.settings import display

EXIT_INVALID = 2


@click.command()
@click.argument("manifests", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@json_option
def command(manifests: tuple[Path, ...], *, as_json: bool) -> int:
    """Check MANIFESTS; without any, those here or in manifests/.

    Needs no key and no network. Prints every problem with its place, what is allowed and the nearest fix.
    Ends with 0 where all are in order, warnings aside, and with 2 where not.
    """
    checked = [check_manifest(path, catalog_beside(path)) for path in manifests or _all_here()]
    problems = [problem for one in checked for problem in one.problems]
    if as_json:
        data(json.dumps(problems_json(problems), ensure_ascii=False, indent=2))
    else:
        data(problems_text(problems, palette(display("stdout"))))
        _say_what_is_fine([one.manifest.path for one in checked if one.manifest is not None])
    return EXIT_INVALID if any(one.manifest is None for one in checked) else 0


def _all_here() -> list[Path]:
    found = sorted(Path().glob(f"*{SUFFIX}")) or sorted(Path("manifests").glob(f"*{SUFFIX}"))
    if not found:
        raise UsageError(f"there is no *{SUFFIX} here or in manifests/", hint="name the manifests to check")
    return found


def _say_what_is_fine(paths: list[str]) -> None:
    for path in paths:
        talk(f"{shown_path(Path(path))}: in order")
