"""The simulation itself: that it can be repeated, that it judges, and a hundred seeds of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.prove.simulation.proof import QUICK_SEEDS, section_of, verdict_of
from tests.prove.simulation.world import play

#: in one go they would be a single long test; each part is a fact of its own
_PARTS = 10


@pytest.mark.parametrize("part", range(_PARTS))
def test_no_seed_breaks_a_promise(part, tmp_path):
    verdicts = [verdict_of(number, folder=tmp_path) for number in range(part, QUICK_SEEDS, _PARTS)]
    section = section_of(verdicts)
    assert section.breaches == ()
    assert section.is_kept


@pytest.mark.parametrize("number", [1, 9, 24])
def test_a_seed_that_is_played_twice_has_one_trace(number, tmp_path):
    first, second = (play(number, tmp_path / name) for name in ("first", "second"))
    assert first.trace == second.trace
    assert first.trace_hash == second.trace_hash


def test_another_process_sees_the_same_trace(tmp_path):
    here = play(5, tmp_path / "here")
    shown = subprocess.run(
        [sys.executable, "-m", "tests.prove.simulation", "--seed", "5"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert f"trace {here.trace_hash}" in shown.stdout
