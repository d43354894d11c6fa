"""Plays all of it and adds it up; which rows of security have their proof here, and why the others have not."""

import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from tests.prove.secrets.bombs import bomb_all
from tests.prove.secrets.egress import try_all
from tests.prove.secrets.races import race
from tests.prove.secrets.scenes import scenes
from tests.prove.section import Figure, Section, zero
from tests.prove.single import keyed, played

ROWS = tuple(f"X{number}" for number in range(1, 13))
#: rows without a case here, each with the reason
UNEXERCISED = {
    "X5": "no webhook is received: everything is polled",
    "X9": "damaged containers and replies are the proof `replies`",
    "X12": "the recipe for CI is a page; nothing of it runs here",
}
_OF_NO_SCENE = {"X4", "X7", "X10"}

_AT_ONCE = 4
_RACE_S, _QUICK_RACE_S = 30, 3


@cache
def by_id():
    """Every scene by its id."""
    return keyed(scenes())


def exercised(identities):
    """The rows that these scenes, the table, the races and the bombs have cases of."""
    return {by_id()[identity].row for identity in identities} | _OF_NO_SCENE


def play(identity, folder):
    """Play one scene in an empty folder; return what was searched and every breach."""
    return played(by_id()[identity], folder)


def run(*, quick, folder):
    """Play everything, or the short form, and return the Section."""
    chosen = [identity for identity, scene in by_id().items() if scene.is_quick or not quick]
    with ProcessPoolExecutor(_AT_ONCE) as pool:
        played = dict(zip(chosen, pool.map(_play, chosen, [folder] * len(chosen)), strict=True))
    tried, bombed = try_all(), bomb_all(folder)
    raced = race(folder / "race", seconds=_QUICK_RACE_S if quick else _RACE_S)
    found = [
        f"{identity}: {breach} (python -m tests.prove.secrets --case {identity})"
        for identity, (_, breaches) in played.items()
        for breach in breaches
    ]
    found += [breach for each in (*tried, *bombed, raced) for breach in each.breaches]
    return Section(
        name="secrets, and where requests may lead",
        figures=_figures(chosen, played, tried, bombed, raced),
        breaches=tuple(found),
    )


def _play(identity, folder):
    with tempfile.TemporaryDirectory(prefix="scene-", dir=folder) as own:
        return play(identity, Path(own))


def _figures(chosen, played, tried, bombed, raced):
    searched = [one for one, _ in played.values() if one is not None]
    left_out = set(ROWS) - exercised(chosen)
    return (
        Figure(
            name="rows X1 to X12 not exercised, each with its reason",
            value="; ".join(f"{row}: {UNEXERCISED.get(row, 'no case')}" for row in sorted(left_out)) or "none",
            is_kept=left_out == set(UNEXERCISED),
        ),
        Figure(name="scenes with a canary for a key", value=len(chosen)),
        zero("scenes that failed", sum(bool(breaches) for _, breaches in played.values())),
        Figure(name="texts and files searched", value=sum(one.texts for one in searched)),
        Figure(name="bytes searched", value=sum(one.octets for one in searched)),
        zero("leaks", sum(len(one.leaks) for one in searched)),
        Figure(name="links, redirects and names tried", value=len(tried)),
        zero("requests astray", sum(bool(each.breaches) for each in tried)),
        Figure(name="packed bombs", value=len(bombed)),
        Figure(
            name="most memory that one took, in MiB", value=round(max(each.peak_bytes for each in bombed) / 2**20, 1)
        ),
        Figure(name="links planted in a race", value=raced.swaps),
        Figure(name="files saved in spite of them", value=raced.saved, bound="> 0", is_kept=raced.saved > 0),
        zero("touched outside the folder", len(raced.breaches)),
    )
