"""Plays all of it and adds it up."""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from tests.canary import own_folder
from tests.prove.files import bodies
from tests.prove.files.bringing import bring_all
from tests.prove.files.rows import ROWS, cases
from tests.prove.files.sweep import sweep
from tests.prove.section import Figure, Section, zero
from tests.prove.single import keyed, played

_AT_ONCE = 4
_QUICK_SPREAD = 40


@cache
def by_id():
    """Every case of whole runs by its id."""
    return keyed(cases())


def play(identity, folder):
    """Play one case in an empty folder; return what was seen and every breach."""
    return played(by_id()[identity], folder)


def run(*, quick, folder):
    """Play everything, or the short form, and return the Section."""
    chosen = [identity for identity, case in by_id().items() if case.is_quick or not quick]
    with ProcessPoolExecutor(_AT_ONCE) as pool:
        runs = dict(zip(chosen, pool.map(_play, chosen, [folder] * len(chosen)), strict=True))
        swept = list(pool.map(_sweep, bodies.KINDS, [_QUICK_SPREAD if quick else 0] * len(bodies.KINDS)))
    brought = asyncio.run(bring_all(folder / "brought", spread=0 if quick else 20, every=6 if quick else 1))
    found = [breach for each in (*swept, *brought) for breach in each.breaches]
    found += [f"{_again(identity)}: {breach}" for identity, (_, breaches) in runs.items() for breach in breaches]
    return Section(
        name="files that come broken, wrong, slowly or not at all",
        figures=_figures(runs, swept, brought),
        breaches=tuple(found),
    )


def _again(identity):
    return f"{identity} (python -m tests.prove.files --case {identity})"


def _play(identity, folder):
    with own_folder(folder) as own:
        return play(identity, own)


def _sweep(kind, spread):
    return sweep(kind, spread=spread)


def _figures(runs, swept, brought):
    rows = {by_id()[identity].row for identity in runs}
    seen = [one for one, _ in runs.values() if one is not None]
    return (
        Figure(name="rows D1 to D12 exercised", value=len(rows), bound="12", is_kept=rows == set(ROWS)),
        Figure(name="cuts tried on the containers' checks", value=sum(each.cuts for each in swept)),
        Figure(name="tails of zeros tried on them", value=sum(each.tails for each in swept)),
        Figure(name="tails that the announced length alone can tell", value=sum(each.blind for each in swept)),
        zero("broken or wrong files taken for whole", sum(len(each.breaches) for each in swept)),
        Figure(name="broken answers over a connection", value=len(brought)),
        zero("of those not refused or not healed", sum(bool(each.breaches) for each in brought)),
        Figure(name="whole runs", value=len(runs)),
        zero("whole runs that failed", sum(bool(breaches) for _, breaches in runs.values())),
        zero("purchases made twice", sum(one.bought_twice for one in seen)),
        zero("paid results lost", sum(one.lost for one in seen)),
        zero("half files", sum(one.half_files + _half(one) for one in seen)),
    )


def _half(seen):
    return sum("whole true bytes" in finding for finding in seen.findings)
