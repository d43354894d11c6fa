"""Arguments and options that several commands share, so that they read and mean the same everywhere."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from render.project import Project

manifest_argument = click.argument("manifest", required=False, type=click.Path(path_type=Path, dir_okay=False))

offline_option = click.option(
    "--offline", is_flag=True, help="Use the embedded server: placeholders, nothing paid, a record of its own."
)

out_option = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep files and record in DIR/<project> instead of renders/<project>.",
)

only_option = click.option(
    "--only",
    multiple=True,
    metavar="KEY",
    help="Do this task or shot alone; a pattern like 'sq010_*' works. May be given again.",
)

again_option = click.option(
    "--again", is_flag=True, help="With --only: buy once more; the file there is kept in .earlier/."
)


class Amount(click.FloatRange):
    """A finite number from 0 on."""

    name = "amount"

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what is no number to count with, too."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout, nothing else.")


def project_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every command about one manifest takes: MANIFEST, --offline, --out, --json."""
    return manifest_argument(offline_option(out_option(json_option(command))))


def chosen(manifest: Path | None, *, offline: bool, out: Path | None) -> Project:
    """Open the manifest that was named, or the only one here."""
    # `validate` shares options with the others, but has no use for the record and the providers behind a project
    from render.manifest.load import find_manifest  # noqa: PLC0415
    from render.project import Where, open_project  # noqa: PLC0415

    path = manifest if manifest is not None else find_manifest(Path())
    return open_project(path, Where(out=out, is_offline=offline))
