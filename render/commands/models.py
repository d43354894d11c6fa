"""`render models`: what can be asked for."""

from __future__ import annotations

from pathlib import Path

import click

from render.catalog.load import catalog_beside
from render.commands import completing
from render.commands.options import json_option, models_option
from render.commands.say import data, document
from render.display import display
from render.errors import UsageError
from render.report.models import model_json, model_text, models_json, models_text


@click.command()
@click.argument("name", required=False, shell_complete=completing.models)
@models_option
@json_option
def command(name: str | None, *, spec_folders: tuple[Path, ...], as_json: bool) -> int:
    """List the models that can be asked for, or show every parameter of NAME (an alias or a full id).

    Models in ./models/*.yaml are listed too.
    """
    catalog = catalog_beside(Path("any.shots.yaml"), spec_folders)
    width = display("stdout").width
    if name is None:
        specs = catalog.specs
        document(models_json(specs)) if as_json else data(models_text(specs, width))
        return 0
    spec = catalog.page(name)
    if spec is None:
        raise UsageError(f"there is no model `{name}`", hint=f"did you mean {', '.join(catalog.nearest(name))}?")
    document(model_json(spec)) if as_json else data(model_text(spec, width))
    return 0
