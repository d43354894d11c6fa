"""Plays many seeds, and adds up what the judge says of them."""

import shutil
import tempfile
from pathlib import Path

from tests.canary import account
from tests.prove.chance import first_seed
from tests.prove.section import Figure, Section, zero
from tests.prove.simulation.judge import judge
from tests.prove.simulation.world import play

SEEDS, QUICK_SEEDS = 500, 100
#: memory instead of a disk, where there is such a folder: what is proven here is not whether a disk keeps its word
_MEMORY = Path("/dev/shm")  # noqa: S108 - only a parent for folders with names of their own
_MOST_TOLD = 20


def run(*, quick, folder):
    """Play one seed after the other."""
    first = first_seed(quick=quick)
    numbers = range(first, first + (QUICK_SEEDS if quick else SEEDS))
    return section_of([verdict_of(number, folder=folder) for number in numbers])


def verdict_of(number, *, folder):
    """Play one seed in a folder of its own, and judge it."""
    parent = _MEMORY if _MEMORY.is_dir() else folder
    root = Path(tempfile.mkdtemp(prefix="renderline-seed-", dir=parent))
    try:
        return judge(play(number, root))
    finally:
        account(root, beside=folder)
        shutil.rmtree(root, ignore_errors=True)


def section_of(verdicts):
    """The figures of many verdicts."""
    total = {name: sum(getattr(verdict, name) for verdict in verdicts) for name in _SUMMED}
    shares = [verdict.spent_share for verdict in verdicts]
    return Section(
        name="deterministic simulation",
        figures=(
            Figure(name="seeds", value=len(verdicts)),
            Figure(name="first seed", value=min((verdict.number for verdict in verdicts), default="none")),
            Figure(name="virtual hours", value=round(total["seconds"] / 3600, 1)),
            Figure(name="kills", value=total["kills"]),
            Figure(name="purchases", value=total["purchases"]),
            zero("bought twice", total["twice"]),
            zero("paid results lost", total["lost"]),
            Figure(name="paid for, missing, and admitted", value=total["admitted"]),
            zero("seeds over the limit of concurrency", total["over_limit"]),
            Figure(name="seeds over it with purchases unheard of", value=total["over_unheard"]),
            zero("seeds over the budget", total["over_budget"]),
            Figure(name="highest share of a budget that was spent", value=round(max(shares, default=0.0), 4)),
            zero("requests inside a hold", total["in_hold"]),
            zero("half files", total["half_files"]),
            zero("seeds with a breach", sum(bool(verdict.breaches) for verdict in verdicts)),
        ),
        breaches=_told(verdicts),
    )


_SUMMED = (
    "seconds", "kills", "purchases", "twice", "lost", "admitted", "over_limit", "over_unheard", "over_budget",
    "in_hold", "half_files",
)  # fmt: skip


def _told(verdicts):
    told = [
        f"{words} (python -m tests.prove.simulation --seed {verdict.number})"
        for verdict in verdicts
        for words in verdict.breaches
    ]
    more = len(told) - _MOST_TOLD
    return (*told[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else []))
