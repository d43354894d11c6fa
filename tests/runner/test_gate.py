"""What keeps a run from buying, apart from its providers."""

import asyncio

import pytest

from render.artifacts.folder import ArtifactFolder
from render.errors import HeldError
from render.runner.gate import QUIET_S, TICK_S, Gate


def why_not(gate, *, now=0.0, concurrency=4):
    return asyncio.run(gate.why_not(concurrency=concurrency, now=now))


def with_space(free_bytes):
    async def measured():
        return free_bytes

    gate = Gate()
    gate.measure_space_by(measured)
    return gate


def test_nothing_is_bought_while_a_finished_file_waits_too_long():
    gate = Gate()
    gate.finished("a", now=0.0)
    gate.finished("b", now=500.0)
    gate.finished("a", now=550.0)
    assert not why_not(gate, now=600.0)
    assert "ten minutes" in why_not(gate, now=601.0)
    gate.settled("a")
    assert not why_not(gate, now=601.0)
    assert not gate.is_cut_short


@pytest.mark.parametrize(("largest", "free", "is_enough"), [(0, 2**20, True), (0, 2**20 - 1, False)])
def test_the_record_itself_needs_room(largest, free, is_enough):
    gate = with_space(free)
    gate.saved(largest)
    assert bool(why_not(gate)) is not is_enough


def test_room_is_wanted_for_twice_the_largest_file_of_every_task_at_work():
    gate = with_space(80_000_000)
    gate.saved(10_000_000)
    gate.saved(3)
    assert not why_not(gate)
    assert "100.0 MB should be free" in why_not(gate, concurrency=5)


def test_want_of_room_that_lasts_a_minute_ends_purchases():
    gate = with_space(1)
    assert why_not(gate, now=0.0)
    assert not gate.closed_by
    assert why_not(gate, now=61.0)
    assert "MB" in gate.closed_by
    assert gate.is_cut_short


def test_a_file_system_that_does_not_tell_its_room_is_no_reason_not_to_buy():
    async def refuse():
        raise HeldError("cannot be measured")

    gate = Gate()
    gate.measure_space_by(refuse)
    assert not why_not(gate)


def test_the_room_of_a_real_folder_is_measured(tmp_path):
    assert asyncio.run(ArtifactFolder(tmp_path).free_bytes()) > 0


def test_a_folder_that_is_not_there_cannot_be_measured(tmp_path):
    with pytest.raises(HeldError):
        asyncio.run(ArtifactFolder(tmp_path / "gone").free_bytes())


def ticks_until_quiet(gate, *, step, first=0.0):
    now = first
    for count in range(10_000):
        if gate.tick(now):
            return count
        now += step
    return None


def test_a_run_of_which_nothing_comes_is_quiet_after_fifteen_minutes():
    assert ticks_until_quiet(Gate(), step=TICK_S) == QUIET_S / TICK_S + 1


def test_progress_begins_the_count_anew():
    gate = Gate()
    for number in range(1000):
        assert not gate.tick(number * TICK_S)
        if number % 50 == 0:
            gate.progressed()


def test_a_process_that_was_suspended_for_hours_does_not_count_as_quiet():
    gate = Gate()
    assert not gate.tick(0.0)
    assert not gate.tick(10 * 3600.0)


def test_the_first_reason_to_buy_nothing_stays():
    gate = Gate()
    gate.close("the disk is full")
    gate.end("nothing came of it")
    assert (gate.closed_by, gate.ended_by) == ("the disk is full", "nothing came of it")
