"""`render export`: print what a manifest asks for in the words of the APIs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from render.catalog.media import files_in
from render.commands.headings import HeadedCommand
from render.commands.options import opened, place_options, selection_options
from render.commands.problems import tell_problems
from render.commands.say import data, talk
from render.errors import UsageError
from render.project import read_record
from render.providers import PROVIDERS
from render.providers.by_hand import requests_of
from render.report.table import counted
from render.selection import Counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from render.project import Project, Where
    from render.selection import Selection
    from render.wish import Task


@click.command(cls=HeadedCommand)
@place_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["requests"]),
    default="requests",
    show_default=True,
    help="What to print: the raw requests.",
)
@click.option("--lines", "as_lines", is_flag=True, help="One request a line, of all providers, not one array.")
@selection_options
def command(manifest: Path | None, *, where: Where, selection: Selection, form: str, as_lines: bool) -> int:  # noqa: ARG001 - there is one form so far
    """Print the raw requests that MANIFEST stands for, bought already or not. Sends nothing, changes nothing.

    One JSON array, of one provider's requests; --provider chooses where there are several. The ids of Runware's tasks
    follow from what is asked for, so the same export sent twice is bought once. What is sent by hand is not recorded:
    `render run` buys it again. Addresses show `${env.NAME}`, and no key is read.
    """
    project = opened(manifest, where)
    tell_problems(project.warnings)
    chosen = _chosen(project, selection)
    _tell_of_files(chosen, project)
    requests = [request for task in chosen for request in _requests(task, project)]
    if as_lines:
        data("\n".join(json.dumps(request, ensure_ascii=False) for request in requests))
    else:
        _require_one_provider(chosen)
        data(json.dumps(requests, ensure_ascii=False, indent=2))
    return 0


def _chosen(project: Project, selection: Selection) -> list[Task]:
    """Return the tasks of the manifest that are selected; earlier purchases stand in no manifest any more."""
    keys = {
        planned.task.key
        for planned in project.plan(read_record(project), replace(selection, counted=Counted.TASKS)).tasks
    }
    return [task for task in project.tasks if task.key in keys]


def _requests(task: Task, project: Project) -> list[dict[str, Any]]:
    spec = project.catalog.find(task.model)
    # a task is made of a model that was found
    return [] if spec is None else requests_of(task, spec, project=project.manifest.project)


def _tell_of_files(tasks: Sequence[Task], project: Project) -> None:
    """Say that files of the author's stand in requests by their digest alone."""
    specs = {task.model: spec for task in tasks if (spec := project.catalog.find(task.model)) is not None}
    files = {file["file"] for task in tasks for file in files_in(task.params, specs[task.model].params)}
    if files:
        count = counted(len(files), "file")
        talk(f"warning: `media:…` stands for {count} of yours; a run uploads it, and by hand its id belongs there")


def _require_one_provider(tasks: Sequence[Task]) -> None:
    names = list(dict.fromkeys(task.provider for task in tasks))
    if len(names) > 1:
        titles = " and ".join(PROVIDERS[name].title for name in names)
        hint = f"name one: --provider {names[0]}; or print one request a line: --lines"
        raise UsageError(f"{titles} take no requests in one array", hint=hint)
