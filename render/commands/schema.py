"""`render schema`: print the JSON Schema of manifests."""

from __future__ import annotations

from pathlib import Path

import click

from render.catalog.load import load_catalog
from render.commands.say import data
from render.schema import schema_text


@click.command()
@click.option(
    "--models",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Also know the models in DIR.",
)
def command(folder: Path | None) -> int:
    """Print the JSON Schema (draft-07) of manifests, for editors.

    Save it beside your manifests and name it in the first line of each, as the examples in manifests/ do.
    """
    catalog = load_catalog((folder,) if folder else ())
    data(schema_text(catalog.specs))
    return 0
