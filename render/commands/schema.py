"""`render schema`: print the JSON Schema of manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from render.catalog.load import load_catalog
from render.commands.options import models_option
from render.commands.say import data
from render.schema import schema_text

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@models_option
def command(spec_folders: tuple[Path, ...]) -> int:
    """Print the JSON Schema (draft-07) of manifests, for editors.

    Save it beside your manifests and name it in the first line of each, as the examples in manifests/ do.
    """
    data(schema_text(load_catalog(spec_folders).specs))
    return 0
