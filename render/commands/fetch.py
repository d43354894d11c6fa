"""`render fetch`: bring home what is paid for and not here."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from render.commands.ending import show, summed_up
from render.commands.headings import HeadedCommand
from render.commands.options import Amount, opened, project_options, selection_options
from render.commands.problems import tell_problems
from render.display import display
from render.errors import UsageError
from render.records import Summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from render.project import Project, Where
    from render.runner.tally import Standing


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
    type=Amount(),
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
    with summed_up(is_wanted=as_json) as standing:
        hosts = _hosts(told["allow_hosts"])
        project = opened(manifest, where)
        tell_problems(project.warnings)
        summary = _fetched(project, told | {"allow_hosts": hosts}, standing)
    return show(summary, project, as_json=as_json)


def _fetched(project: Project, told: dict[str, Any], standing: Standing) -> Summary:
    from render.project import read_record  # noqa: PLC0415 - brings what opens a manifest

    record = read_record(project)
    if not record.attempts:
        return Summary()
    # these bring the network stack, which `--help` must not wait for
    from render.commands.reach import over_the_network, through_the_embedded_server  # noqa: PLC0415
    from render.commands.session import RunTerms, Session  # noqa: PLC0415
    from render.selection import Counted  # noqa: PLC0415

    reach = through_the_embedded_server if project.is_offline else over_the_network
    selection = replace(told.pop("selection"), buys=False, counted=Counted.WORK)
    paid_for = len(project.plan(record, selection).tasks)
    standing.say = lambda: Summary(tasks=paid_for, left=paid_for)
    terms = RunTerms(**told, selection=selection)
    screen = display("stderr")
    return Session(project=project, screen=screen, reach=reach, terms=terms, standing=standing).perform()


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
