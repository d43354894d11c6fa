import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.errors import AccountError, OutcomeUnknownError, ReadFailedError, RejectedError, TransientError
from render.retry import Pace, download_wait, host_wait, learn_typical, next_wait, poll_wait

_draws = st.floats(0, 1, exclude_max=True)
_durations = st.floats(0, 1e5)
_quickly = settings(deadline=None)


def all_waits(error):
    waits = [next_wait(error, sends=sends, draw=1.0) for sends in range(1, 40)]
    return waits[: waits.index(None)] if None in waits else waits


def test_the_wait_doubles_up_to_a_minute_and_then_it_is_given_up():
    assert all_waits(TransientError("busy")) == [0.5, 1, 2, 4, 8, 16, 32]
    assert all_waits(OutcomeUnknownError("cut")) == [0.5, 1, 2, 4, 8]
    assert [download_wait(sends, draw=1.0) for sends in (1, 2, 7, 8)] == [0.5, 1, 32, None]


def test_the_draw_spreads_the_wait_over_all_of_it():
    error = TransientError("busy")
    assert [next_wait(error, sends=3, draw=draw) for draw in (0.0, 0.25, 0.5)] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("error", [RejectedError("no"), AccountError("no", is_credit=True)])
def test_what_will_not_pass_is_never_repeated(error):
    assert next_wait(error, sends=1, draw=0.5) is None


def test_a_failed_read_is_repeated_for_ever():
    assert len(all_waits(ReadFailedError("cut"))) == 39
    assert next_wait(ReadFailedError("cut"), sends=10**6, draw=1.0) == 60


@pytest.mark.parametrize("error", [TransientError, ReadFailedError])
@pytest.mark.parametrize(("told", "floor"), [(7.0, 7.0), (1e9, 3600.0), (-5.0, 0.0), (0.0, 0.0), (None, 0.0)])
def test_a_retry_after_is_a_floor_of_at_most_an_hour(error, told, floor):
    assert next_wait(error("busy", retry_after_s=told), sends=1, draw=0.0) == floor
    assert next_wait(error("busy", retry_after_s=told), sends=1, draw=0.5) == floor + 0.25


@_quickly
@given(sends=st.integers(1, 10**9), draw=_draws)
def test_no_wait_is_negative_or_above_its_bound(sends, draw):
    for error in (TransientError("x", retry_after_s=10.0), OutcomeUnknownError("x"), ReadFailedError("x")):
        wait = next_wait(error, sends=sends, draw=draw)
        assert wait is None or 0 <= wait <= 70


def test_a_host_of_files_is_asked_for_ever_and_never_in_a_hot_loop():
    assert [host_wait(sends, retry_after_s=None, draw=0.0) for sends in (1, 2, 10**9)] == [0.25, 0.5, 30.0]
    assert host_wait(1, retry_after_s=40.0, draw=0.5) == 40.375


def test_polls_slow_down_while_nothing_is_known():
    waits = [poll_wait(Pace(polls=polls, ages_s=[1.0])) for polls in (0, 1, 2, 5, 6, 7, 10**9)]
    assert waits == [0.5, 0.75, 1.125, 0.5 * 1.5**5, 5.0, 5.0, 5.0]


def test_with_a_known_duration_polls_close_in_by_halves():
    waits = [poll_wait(Pace(polls=0, ages_s=[age_s], typical_s=20.0)) for age_s in (0.0, 12.0, 19.0, 19.9, 20.0, 30.0)]
    assert waits == pytest.approx([5.0, 4.0, 0.5, 0.4, 0.4, 0.6])


def test_near_a_result_polls_are_two_seconds_apart_at_most():
    assert poll_wait(Pace(polls=0, ages_s=[300.0], typical_s=300.0)) == 2.0
    assert poll_wait(Pace(polls=0, ages_s=[900.0], typical_s=300.0)) == 5.0


def test_the_task_that_is_nearest_sets_the_pace():
    ages_s = [1.0, 9.5, 500.0]
    assert poll_wait(Pace(polls=0, ages_s=ages_s, typical_s=10.0)) == pytest.approx(0.25)


@_quickly
@given(polls=st.integers(0, 10**6), ages_s=st.lists(_durations, max_size=5), typical_s=st.none() | _durations)
def test_a_lane_never_polls_in_a_hot_loop_nor_falls_asleep(polls, ages_s, typical_s):
    wait_s = poll_wait(Pace(polls=polls, ages_s=ages_s, typical_s=typical_s))
    assert 0.05 <= wait_s <= 5.0
    if typical_s is not None and ages_s:
        assert wait_s >= min(2.0, 0.02 * typical_s)


@_quickly
@given(durations_s=st.lists(st.floats(0.1, 1000), min_size=1, max_size=20))
def test_what_is_learnt_never_exceeds_the_longest_task(durations_s):
    typical_s = None
    for duration_s in durations_s:
        typical_s = learn_typical(typical_s, lower_bound_s=duration_s)
    assert min(durations_s) - 1e-9 <= typical_s <= max(durations_s) + 1e-9


@pytest.mark.parametrize("duration_s", [0.5, 10.0, 54.0, 148.0, 600.0])
@pytest.mark.parametrize("round_trip_s", [0.0, 0.08, 1.0])
def test_learning_from_lower_bounds_does_not_collapse_into_ever_later_polls(duration_s, round_trip_s):
    typical_s, late_s = None, math.inf
    for _ in range(30):
        now_s, polls, running_s = 0.0, 0, None
        while now_s < duration_s:
            running_s = now_s
            now_s += poll_wait(Pace(polls=polls, ages_s=[now_s], typical_s=typical_s)) + round_trip_s
            polls += 1
        late_s = now_s - duration_s
        typical_s = learn_typical(typical_s, lower_bound_s=running_s)
    assert typical_s <= duration_s
    assert late_s <= round_trip_s + max(0.1, 0.04 * duration_s)
