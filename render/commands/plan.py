"""`render plan`: say what a run would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from render.commands.headings import HeadedCommand
from render.commands.options import opened, project_options, purchase_options
from render.commands.problems import tell_problems
from render.commands.say import data, document, talk
from render.display import display
from render.project import read_record
from render.report.palette import palette
from render.report.plan import plan_json, plan_text

if TYPE_CHECKING:
    from render.manifest.reading import Reading
    from render.project import Project, Where
    from render.records import Plan
    from render.selection import Selection


@click.command(cls=HeadedCommand)
@project_options
@click.option("--tasks", "shows_tasks", is_flag=True, help="Every parameter of every task, and where it came from.")
@purchase_options
def command(manifest: Path | None, *, where: Where, selection: Selection, shows_tasks: bool, as_json: bool) -> int:
    """Say what a run of MANIFEST would do for each task, and why. Changes nothing, needs no key and no network.

    Without MANIFEST the only *.shots.yaml here or in manifests/ is used.
    """
    project = opened(manifest, where)
    plan = project.plan(read_record(project), selection)
    tell_problems(project.warnings)
    for warning in plan.warnings:
        talk(f"warning: {warning}")
    if shows_tasks:
        _show_tasks(plan, project, where.reading, as_json=as_json)
    elif as_json:
        document(plan_json(plan))
    else:
        screen = display("stdout")
        data(plan_text(plan, palette(screen), width=screen.row_width))
    return 0


def _show_tasks(plan: Plan, project: Project, reading: Reading, *, as_json: bool) -> None:
    # only this asks where values come from
    from render.manifest.origins import read_origins  # noqa: PLC0415
    from render.report.tasks import tasks_json, tasks_text  # noqa: PLC0415

    origins = read_origins(Path(project.manifest.path), project.catalog, reading)
    if as_json:
        document(tasks_json(plan, origins))
    else:
        screen = display("stdout")
        data(tasks_text(plan, origins, palette(screen), width=screen.row_width))
