"""`render fetch`: bring home what is paid for and not here."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from render.commands.ending import show, show_json
from render.commands.headings import HeadedCommand
from render.commands.options import opened, project_options, selection_options
from render.commands.problems import tell_problems
from render.errors import RenderError, UsageError
from render.records import Summary
from render.settings import display

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from render.project import Project, Where


@click.command(cls=HeadedCommand)
@project_options
@selection_options
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="HOST",
    help="Take files from HOST, too, or from any below '*.SUFFIX'. May be given again.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0),
    default=0.0,
    metavar="SECONDS",
    help="Wait that long for another run of this project to end.",
)
@click.option("--allow-key-change", is_flag=True, help="Go on although unfinished tasks were bought under another key.")
def command(manifest: Path | None, *, where: Where, as_json: bool, **told: Any) -> int:
    """Bring home what was bought for MANIFEST and is not here: asks, downloads, and never buys, whatever the budget.

    Without MANIFEST the only *.shots.yaml here or in manifests/ is used.

    Files that are gone are fetched again as long as the provider has them. A request that may not have arrived is asked
    about and not sent again. A key is needed only where a provider must be asked. The exit status is that of `render
    run`: 0 means that everything bought is here.
    """
    told["allow_hosts"] = _hosts(told["allow_hosts"])
    project = opened(manifest, where)
    tell_problems(project.warnings)
    try:
        summary = _fetched(project, told)
    except RenderError:
        if as_json:
            show_json(Summary())
        raise
    return show(summary, project, as_json=as_json)


def _fetched(project: Project, told: dict[str, Any]) -> Summary:
    from render.project import read_record  # noqa: PLC0415 - brings what opens a manifest

    if not read_record(project).attempts:
        return Summary()
    # these bring the network stack, which `--help` must not wait for
    from render.commands.reach import over_the_network, through_the_embedded_server  # noqa: PLC0415
    from render.commands.session import RunTerms, Session  # noqa: PLC0415
    from render.selection import Counted  # noqa: PLC0415

    reach = through_the_embedded_server if project.is_offline else over_the_network
    selection = replace(told.pop("selection"), buys=False, counted=Counted.WORK)
    terms = RunTerms(**told, selection=selection)
    return Session(project=project, screen=display("stderr"), reach=reach, terms=terms).perform()


def _hosts(told: Sequence[str]) -> tuple[str, ...]:
    """Check names of hosts as those of a manifest are checked.

    Raises:
        UsageError: one is no name of a host.
    """
    from render.schema.keys import HOST_PATTERN  # noqa: PLC0415 - a sixth of what `--help` would wait for

    for host in told:
        if not re.search(HOST_PATTERN, host):
            hint = "write its full name, like cdn.example.com, or '*.example.com'; no address and no path"
            raise UsageError(f"--allow-host: {host!r} is not the name of a host", hint=hint)
    return tuple(host.lower() for host in told)
