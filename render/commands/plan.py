"""`render plan`: say what a run would do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from render.commands.options import again_option, chosen, only_option, project_options
from render.commands.say import data, talk
from render.project import read_record
from render.report.palette import palette
from render.report.plan import plan_json, plan_text
from render.report.problems import problems_text
from render.selection import Selection
from render.settings import display

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@project_options
@only_option
@again_option
def command(manifest: Path | None, *, offline: bool, out: Path | None, as_json: bool, **asked: Any) -> int:
    """Say what a run of MANIFEST would do for each task, and why. Changes nothing, needs no key and no network.

    Without MANIFEST the only *.shots.yaml here or in manifests/ is used.
    """
    selection = Selection(**asked)
    project = chosen(manifest, offline=offline, out=out)
    plan = project.plan(read_record(project), selection)
    talk(problems_text(project.warnings, palette(display("stderr"))))
    for warning in plan.warnings:
        talk(f"warning: {warning}")
    if as_json:
        data(json.dumps(plan_json(plan), ensure_ascii=False, indent=2))
    else:
        screen = display("stdout")
        data(plan_text(plan, palette(screen), width=screen.row_width))
    return 0
