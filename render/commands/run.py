"""`render run`: do what the plan says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from render.commands.options import chosen, project_options
from render.commands.say import data, talk
from render.errors import RenderError
from render.records import Summary
from render.report.palette import palette
from render.report.problems import problems_text
from render.report.summary import summary_json, summary_text
from render.settings import display

if TYPE_CHECKING:
    from pathlib import Path

    from render.project import Project

#: `\\b` keeps click from wrapping the paragraph
EXIT_STATUSES = """\b
Exit status:
  0  all as wished                    5  credit missing
  1  some tasks failed                6  parked, held or ambiguous tasks remain
  2  usage or manifest invalid        70 a bug; what was accepted is recorded
  3  settings, or a refused key       130, 143 stopped by a signal
  4  record unusable or locked
"""


@click.command(epilog=EXIT_STATUSES)
@project_options
@click.option(
    "--concurrency",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="At most N unfinished tasks a provider; beats the manifest, whose default is 4.",
)
def command(manifest: Path | None, *, offline: bool, out: Path | None, as_json: bool, concurrency: int | None) -> int:
    """Render what `render plan` says of MANIFEST; carry on where the last run stopped, and never buy twice.

    Without MANIFEST the only *.shots.yaml here or in manifests/ is used.

    Keys are read from RUNWARE_API_KEY and AIMLAPI_API_KEY, or from the files that RUNWARE_API_KEY_FILE and
    AIMLAPI_API_KEY_FILE name. With --offline nothing is paid and no key is needed.
    """
    # these bring the network stack, which `--help` must not wait for
    from render.commands.reach import over_the_network, through_the_embedded_server  # noqa: PLC0415
    from render.commands.session import Session  # noqa: PLC0415

    project = chosen(manifest, offline=offline, out=out)
    screen = display("stderr")
    paint = palette(screen)
    talk(problems_text(project.warnings, paint))
    try:
        reach = through_the_embedded_server if offline else over_the_network
        summary = Session(project=project, screen=screen, reach=reach, concurrency=concurrency).perform()
    except RenderError:
        if as_json:
            _print_json(Summary(tasks=len(project.tasks), left=len(project.tasks)))
        raise
    if as_json:
        _print_json(summary)
    else:
        paint = palette(display("stdout"))
        data(summary_text(summary, paint, folder=_folder(project), is_offline=offline))
    return summary.exit_status


def _print_json(summary: Summary) -> None:
    data(json.dumps(summary_json(summary), ensure_ascii=False, indent=2))


def _folder(project: Project) -> str:
    from render.manifest.load import shown_path  # noqa: PLC0415

    return shown_path(project.folders.output)
