"""Replays the saved inputs, tries fresh ones, and adds up."""

import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count

from tests.prove.chance import first_seed
from tests.prove.replies.corpus import saved
from tests.prove.replies.fuzz import fuzz
from tests.prove.replies.readers import HEADERS, MEDIA, READERS, REPLIES, judge
from tests.prove.section import Figure, Section, zero

#: the whole form tries seeds for so long, the short one so many: each takes a few seconds
_SECONDS = 120
_QUICK_SEEDS = {REPLIES: 20, MEDIA: 100, HEADERS: 100}


def replay(kind):
    """Put every saved input of a kind to its readers; return every breach."""
    return [f"{kind}/{name}.bin: {breach}" for name, data in saved(kind).items() for breach in judge(kind, data)]


def run(*, quick, folder):
    """Replay, then try fresh inputs of every kind side by side, and return the Section."""
    replayed = {kind: replay(kind) for kind in READERS}
    first = first_seed(quick=quick)
    with ProcessPoolExecutor(len(READERS)) as pool:
        fuzzed = list(pool.map(partial(_fuzzed, quick=quick, first=first), READERS))
    sizes = {kind: len(saved(kind)) for kind in READERS}
    found = [*(breach for breaches in replayed.values() for breach in breaches)]
    found += [f"{each.kind}: {breach}" for each in fuzzed for breach in each.breaches]
    return Section(
        name="replies, files and headers of strangers",
        figures=(
            Figure(name="readers", value=sum(map(len, READERS.values()))),
            Figure(name="saved inputs", value=sum(sizes.values()), bound="> 100", is_kept=sum(sizes.values()) > 100),
            zero("saved inputs that break a reader", sum(map(len, replayed.values()))),
            Figure(name="first seed", value=first),
            *map(_fresh, fuzzed),
            zero("fresh inputs that break a reader", sum(bool(each.breaches) for each in fuzzed)),
        ),
        breaches=tuple(found),
    )


def _fuzzed(kind, *, quick, first):
    return fuzz(kind, seeds=range(first, first + _QUICK_SEEDS[kind]) if quick else _for_seconds(_SECONDS, first))


def _for_seconds(seconds, first):
    until = time.monotonic() + seconds
    for number in count(first):
        if time.monotonic() >= until:
            return
        yield number


def _fresh(fuzzed):
    """How many inputs were tried; none would prove nothing."""
    return Figure(name=f"fresh inputs, {fuzzed.kind}", value=fuzzed.inputs, bound="> 0", is_kept=fuzzed.inputs > 0)
