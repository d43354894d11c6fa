"""Plays cases, several at a time, and tells what was found."""

from concurrent.futures import ProcessPoolExecutor
from functools import cache

from tests.canary import own_folder
from tests.prove.catalogue.rows import ROWS, UNEXERCISED
from tests.prove.catalogue.tables import all_cases
from tests.prove.section import Figure, Section, zero
from tests.prove.single import keyed, played

#: cases wait more than they work
_AT_ONCE = 4


@cache
def by_id():
    """Every case by its id."""
    return keyed(all_cases())


def play(identity, folder):
    """Play one case in an empty folder; return what was seen and every breach."""
    return played(by_id()[identity], folder)


def run(*, quick, folder):
    """Play all cases, or the quick ones, and return the Section."""
    chosen = [identity for identity, case in by_id().items() if case.is_in_short_form or not quick]
    with ProcessPoolExecutor(_AT_ONCE) as pool:
        played = dict(zip(chosen, pool.map(_play, chosen, [folder] * len(chosen)), strict=True))
    breaches = tuple(
        f"{identity}: {breach} (python -m tests.prove.catalogue --case {identity})"
        for identity, (_, found) in played.items()
        for breach in found
    )
    seen = [one for one, _ in played.values() if one is not None]
    return Section(name="the fault catalogue", figures=_figures(chosen, played, seen), breaches=breaches)


def _play(identity, folder):
    # sockets and files of one case must not be met by the next
    with own_folder(folder) as own:
        return play(identity, own)


def _figures(chosen, played, seen):
    rows = {by_id()[identity].row for identity in chosen}
    left_out = set(ROWS) - rows
    return (
        Figure(name="rows N, H, R, F, K, C of the catalogue", value=len(ROWS), bound="68", is_kept=len(ROWS) == 68),
        Figure(name="rows exercised", value=len(rows)),
        Figure(
            name="rows not exercised, each with its reason",
            value=", ".join(f"{row}: {UNEXERCISED.get(row, 'no case')}" for row in sorted(left_out)) or "none",
            is_kept=left_out <= set(UNEXERCISED),
        ),
        Figure(name="cases", value=len(chosen)),
        zero("cases that failed", sum(bool(found) for _, found in played.values())),
        zero("purchases made twice", sum(one.bought_twice for one in seen)),
        zero("paid results lost", sum(one.lost for one in seen)),
        zero("half files under a final name", sum(one.half_files for one in seen)),
        Figure(name="ambiguous, and reported as such", value=sum(map(_ambiguous, seen))),
    )


def _ambiguous(seen):
    return seen.first.counts.get("ambiguous", 0)
