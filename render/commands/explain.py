"""`render explain`: what a rule means, or what a parameter of a model takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from render.catalog.likeness import most_alike
from render.catalog.load import catalog_beside
from render.commands import completing
from render.commands.options import json_option, models_option
from render.commands.say import data, document
from render.display import display
from render.errors import UsageError
from render.report.explain import param_json, param_text, rule_json, rule_text, rules_json, rules_text
from render.report.models import model_json, model_text
from render.report.palette import palette
from render.rules import RULES, rule_called
from render.rules.pages import read_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec, Param


@click.command()
@click.argument("name", required=False, shell_complete=completing.explained)
@click.argument("parameter", required=False, shell_complete=completing.parameters_of_model)
@models_option
@json_option
def command(name: str | None, parameter: str | None, *, spec_folders: tuple[Path, ...], as_json: bool) -> int:
    """Explain NAME: a rule by its number or name (R012, range), or a model (kandinsky-5-lite).

    With PARAMETER, say what that parameter of the model takes: `render explain kandinsky-5-lite width`.
    Without NAME, list all rules.
    """
    text, facts = _explained(name, parameter, spec_folders)
    document(facts) if as_json else data(text)
    return 0


def _explained(name: str | None, parameter: str | None, spec_folders: Sequence[Path]) -> tuple[str, object]:
    """Return what there is to say, as text and as plain data."""
    screen = display("stdout")
    paint, width = palette(screen), screen.width
    if name is None:
        return rules_text(paint), rules_json()
    rule = rule_called(name)
    if rule is not None and parameter is None:
        page = read_page(rule)
        return rule_text(rule, page, paint, width=width), rule_json(rule, page)
    if rule is not None:
        hint = f"render explain {name}, or name a model: render explain kandinsky-5-lite {parameter}"
        raise UsageError(f"`{name}` is a rule, which has no parameters", hint=hint)
    spec = _model(name, catalog_beside(Path("any.shots.yaml"), spec_folders))
    if parameter is None:
        return model_text(spec, width), model_json(spec)
    path = _parameter(parameter, spec)
    return param_text(spec, path, width=width), param_json(spec, path)


def _model(name: str, catalog: Catalog) -> ModelSpec:
    """Return the model called `name`.

    Raises:
        UsageError: there is none.
    """
    spec = catalog.page(name)
    if spec is not None:
        return spec
    taking = [spec for spec in catalog.specs if spec.aliases and spec.param(name) is not None]
    if taking:
        hint = f"name a model before it: render explain {taking[0].aliases[0]} {name}"
        raise UsageError(f"`{name}` is a parameter of {len(taking)} models", hint=hint)
    known = [*(rule.name for rule in RULES), *(alias for spec in catalog.specs for alias in spec.aliases)]
    nearest = ", ".join(most_alike(name, known=known))
    raise UsageError(
        f"there is no rule and no model `{name}`",
        hint=f"did you mean {nearest}? `render explain` lists the rules, `render models` the models",
    )


def _dotted(params: Sequence[Param], above: str = "") -> Iterator[str]:
    """Yield the path of every parameter and of everything inside it."""
    for param in params:
        yield f"{above}{param.name}"
        yield from _dotted(param.fields, f"{above}{param.name}.")


def _parameter(dotted: str, spec: ModelSpec) -> tuple[Param, ...]:
    """Follow a dotted path into the parameters of a model; a provider's own spelling is understood, too.

    Raises:
        UsageError: it leads nowhere.
    """
    found: list[Param] = []
    params = spec.params
    for step in dotted.split("."):
        param = next((param for param in params if step in {param.name, param.wire}), None)
        if param is None:
            holder = f"`{found[-1].name}`" if found else f"`{spec.aliases[0] if spec.aliases else spec.id}`"
            near = [path for path in _dotted(params) if path.endswith(f".{step}")]
            near = near or list(most_alike(step, known=[param.name for param in params]))
            hint = f"nearest: {', '.join('.'.join([*(one.name for one in found), path]) for path in near) or 'none'}"
            raise UsageError(f"{holder} has no parameter `{step}`", hint=hint)
        found.append(param)
        params = param.fields
    return tuple(found)
