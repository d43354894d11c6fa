"""`render run`: do what the plan says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from render.commands import completing
from render.commands.ending import show, summed_up
from render.commands.headings import HeadedCommand
from render.commands.options import Amount, opened, project_options, purchase_options
from render.commands.problems import tell_problems
from render.display import display
from render.records import Summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from render.project import Project, Where
    from render.runner.tally import Standing

#: `\\b` keeps click from wrapping the paragraph
EXIT_STATUSES = """\b
Exit status:
  0  all as wished                5  no credit, or more than the budget allows
  1  some tasks failed            6  parked, held or ambiguous tasks remain
  2  usage or manifest invalid    70 a bug; what was accepted is recorded
  3  settings, or a refused key   130, 143 stopped by a signal
  4  record unusable or locked
"""


@click.command(cls=HeadedCommand, epilog=EXIT_STATUSES)
@project_options
@purchase_options
@click.option(
    "--concurrency",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="At most N unfinished tasks a lane; beats the manifest, whose default is 4.",
)
@click.option(
    "--max-cost",
    "max_cost_usd",
    type=Amount(),
    metavar="USD",
    help="Buy for at most USD in this run; refused before anything is sent if that may not do. Not applied offline.",
)
@click.option(
    "--assume-price",
    "assumed_prices",
    multiple=True,
    metavar="MODEL=USD",
    shell_complete=completing.prices,
    help="Take USD for the most that one result of MODEL costs. May be given again.",
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
    """Render what `render plan` says of MANIFEST; carry on where the last run stopped, and never buy twice.

    Without MANIFEST the only *.shots.yaml here or in manifests/ is used.

    Keys are read from RUNWARE_API_KEY and AIMLAPI_API_KEY, or from the files that RUNWARE_API_KEY_FILE and
    AIMLAPI_API_KEY_FILE name; that of a lane of your own from variables of its name. With --offline nothing is paid
    and no key is needed.
    """
    with summed_up(is_wanted=as_json) as standing:
        prices = _prices(told["assumed_prices"])
        project = opened(manifest, where)
        summary = _perform(project, told | {"assumed_prices": prices}, standing)
    return show(summary, project, as_json=as_json)


def _perform(project: Project, told: Mapping[str, Any], standing: Standing) -> Summary:
    # these bring the network stack, which `--help` must not wait for
    from render.commands.reach import over_the_network, through_the_embedded_server  # noqa: PLC0415
    from render.commands.session import RunTerms, Session  # noqa: PLC0415

    standing.say = lambda: Summary(tasks=len(project.tasks), left=len(project.tasks))
    screen = display("stderr")
    tell_problems(project.warnings)
    reach = through_the_embedded_server if project.is_offline else over_the_network
    return Session(project=project, screen=screen, reach=reach, terms=RunTerms(**told), standing=standing).perform()


def _prices(told: Sequence[str]) -> dict[str, float]:
    """Read `MODEL=USD`, each model once.

    Raises:
        click.BadParameter: one is not of that form.
    """
    prices: dict[str, float] = {}
    for text in told:
        model, _, usd = text.rpartition("=")
        try:
            prices[model] = float(usd)
        except ValueError:
            prices[model] = -1.0
        if not model or not 0 <= prices[model] < float("inf"):
            raise click.BadParameter(f"{text!r} is not MODEL=USD", param_hint="--assume-price")
    return prices
