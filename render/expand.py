"""Manifest -> tasks, in manifest order, takes counting up. Pure.

    shot sq010 takes: 3 seed: 7   ->   sq010.t01 seed 7 · sq010.t02 seed 8 · sq010.t03 seed 9

Texts are filled in last, from the shot's variables over the file's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.layout import output_path, slug
from render.wish import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from render.catalog.spec import ModelSpec
    from render.wish import Manifest, Shot

#: `$${` is a literal `${`; `${name}` is a variable
VARIABLE = re.compile(r"\$\$\{|\$\{([^}]*)\}")


def expand(manifest: Manifest, spec_of: Callable[[str], ModelSpec | None]) -> tuple[Task, ...]:
    """Return one task for every take of every enabled shot; shots whose model has no spec are passed over."""
    tasks: list[Task] = []
    for shot in manifest.shots:
        spec = spec_of(shot.model)
        if shot.enabled and spec is not None:
            tasks.extend(tasks_of(shot, spec, project=manifest.project))
    return tuple(tasks)


def tasks_of(shot: Shot, spec: ModelSpec, *, project: str) -> tuple[Task, ...]:
    """Return the tasks of one shot, first take first."""
    params = fill_in(shot.params, shot.variables)
    return tuple(_task(shot, spec, project, params, take) for take in range(1, shot.takes + 1))


def _task(shot: Shot, spec: ModelSpec, project: str, params: Mapping[str, Any], take: int) -> Task:
    if "seed" in params and take > 1:
        params = {**params, "seed": params["seed"] + take - 1}
    output_format = params.get("output_format") or next(iter(spec.extensions), "")
    names = {
        "project": slug(project),
        "shot": shot.id,
        "take": take,
        "model": spec.aliases[0] if spec.aliases and spec.id == shot.model else slug(shot.model),
        "seed": params.get("seed", "random"),
        "ext": spec.extensions.get(output_format, "bin"),
    }
    return Task(
        key=f"{shot.id}.t{take:02d}",
        shot=shot.id,
        take=take,
        model=shot.model,
        provider=spec.provider,
        params=params,
        path=output_path(shot.output, names),
        tags=shot.tags,
    )


def fill_in(value: Any, variables: Mapping[str, str]) -> Any:
    """Return `value` with the variables in its texts replaced, at any depth; unknown ones stay as they are."""
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: _replacement(found, variables), value) if "${" in value else value
    if isinstance(value, dict):
        return {key: fill_in(inner, variables) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill_in(inner, variables) for inner in value]
    return value


def variables_in(value: Any) -> set[str]:
    """Return the names of the variables that stand in `value`, at any depth."""
    if isinstance(value, str):
        return {found.group(1) for found in VARIABLE.finditer(value) if found.group(1) is not None}
    if isinstance(value, dict):
        return set().union(*map(variables_in, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(variables_in, value))
    return set()


def _replacement(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found.group(1) is None:
        return "${"
    return variables.get(found.group(1), found.group())
