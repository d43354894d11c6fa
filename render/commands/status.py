"""`render status`: say how each task stands in the record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from render.commands.headings import HeadedCommand
from render.commands.options import opened, project_options, selection_options
from render.commands.say import data, document
from render.display import UNBOUNDED, display
from render.project import read_record
from render.report.palette import palette
from render.report.status import status_json, status_text
from render.selection import Counted
from render.store import writer_of

if TYPE_CHECKING:
    from pathlib import Path

    from render.project import Where
    from render.selection import Selection


@click.command(cls=HeadedCommand)
@project_options
@selection_options
def command(manifest: Path | None, *, where: Where, selection: Selection, as_json: bool) -> int:
    """Say how each task of MANIFEST stands in the record; works while a run is going on. Changes nothing.

    Without MANIFEST the only *.shots.yaml here or in manifests/ is used.

    The status is the last fact that is safely written down: prepared, submitted, rendered, saved, failed, abandoned,
    lost; or `new`. Beside it stands why an unfinished task rests: parked (the next run goes on with it), ambiguous
    (it may have been paid for, and only a person can decide) or held (finished, but its file was not taken).
    """
    project = opened(manifest, where)
    is_running = writer_of(project.folders.state) is not None
    plan = project.plan(read_record(project), replace(selection, counted=Counted.TASKS))
    if as_json:
        document(status_json(plan, is_running=is_running))
    else:
        screen = display("stdout")
        text = status_text(plan, palette(screen), is_running=is_running, width=UNBOUNDED)
        data(text)
    return 0
