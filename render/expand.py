"""Manifest -> tasks, in manifest order, takes counting up. Pure.

    shot sq010 takes: 3 seed: 7   ->   sq010.t01 seed 7 · sq010.t02 seed 8 · sq010.t03 seed 9

Texts are filled in last, from the shot's variables over the file's; addresses of results then get the names of the
task: `{shot}`, `{take}` …
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.names import ADDRESSES
from render.layout import address_of, output_path, slug
from render.variables import fill_in
from render.wish import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from render.catalog.spec import ModelSpec
    from render.wish import Manifest, Shot


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


def files_of(shot: Shot, spec: ModelSpec, *, project: str) -> tuple[tuple[str, str], ...]:
    """Return key and path of each task of one shot, first take first."""
    return tuple((key, output_path(shot.output, names)) for key, names in _named(shot, spec, project))


def addresses_of(name: str, shot: Shot, spec: ModelSpec, *, project: str) -> tuple[tuple[str, str], ...]:
    """Return key and address of each task of one shot, first take first; `name` is the parameter, given as a text."""
    address = fill_in(shot.params[name], shot.variables)
    return tuple((key, address_of(address, names)) for key, names in _named(shot, spec, project))


def _named(shot: Shot, spec: ModelSpec, project: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield key and names of each task of one shot, first take first, without making the tasks."""
    params = shot.params
    of_names = {name: fill_in(params[name], shot.variables) for name in ("seed", "output_format") if name in params}
    for take in range(1, shot.takes + 1):
        yield task_key(shot.id, take), _names(shot, spec, project, _of_take(of_names, take), take)


def _task(shot: Shot, spec: ModelSpec, project: str, params: Mapping[str, Any], take: int) -> Task:
    params = _of_take(params, take)
    names = _names(shot, spec, project, params, take)
    return Task(
        key=task_key(shot.id, take),
        shot=shot.id,
        take=take,
        model=shot.model,
        provider=spec.provider,
        lane=shot.lane,
        params=_sent_to(params, names),
        path=output_path(shot.output, names),
        tags=shot.tags,
    )


def task_key(shot: str, take: int) -> str:
    """Return the key of a task: `sq010.t01`."""
    return f"{shot}.t{take:02d}"


def _of_take(params: Mapping[str, Any], take: int) -> Mapping[str, Any]:
    return {**params, "seed": params["seed"] + take - 1} if take > 1 and "seed" in params else params


def _sent_to(params: Mapping[str, Any], names: Mapping[str, object]) -> Mapping[str, Any]:
    """Return the parameters with the names of their task in the addresses of its results."""
    if params.keys().isdisjoint(ADDRESSES):
        return params
    return {**params, **{name: address_of(params[name], names) for name in ADDRESSES if name in params}}


def _names(shot: Shot, spec: ModelSpec, project: str, params: Mapping[str, Any], take: int) -> dict[str, object]:
    """Return what the placeholders of output patterns and addresses stand for in one task."""
    output_format = params.get("output_format") or next(iter(spec.extensions), "")
    return {
        "project": slug(project),
        "shot": shot.id,
        "take": take,
        "model": spec.aliases[0] if spec.aliases and spec.id == shot.model else slug(shot.model),
        "seed": params.get("seed", "random"),
        "ext": spec.extensions.get(output_format, "bin"),
    }
