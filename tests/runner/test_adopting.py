"""A purchase at AI/ML API whose answer was lost, and what its usage log says about it."""

import pytest
from aiohttp import web

from render.events import LookupScheduled
from tests.runner.scripted import accept, accept_and_reset, empty_log, refusing, reset, saying, stopping
from tests.runner.stage import clip


@pytest.fixture
def looking(stage):
    stage.adopts = True
    return stage


def naming(our_id, remote_id):
    """Tell a log of one row; `our_id` is called with the ids that were sent so far."""

    async def step(moment):
        row = {"client_request_id": our_id(moment.script.arrivals), "inference_id": remote_id, "status": "succeeded"}
        return web.json_response({"data": [row], "pagination": {"has_more": False}})

    return step


def ids(stage):
    return [(attempt.status.value, attempt.remote_id) for attempt in stage.record()[0]]


def test_a_purchase_whose_answer_was_lost_is_found_and_brought_home_in_the_same_run(looking):
    looking.script.submits.append(accept_and_reset)

    looking.run(clip("a"), saved=1)

    assert ids(looking) == [("saved", "gen-1:kandinsky/5")]
    assert looking.bought() == {"shot a": 1}


def test_a_log_that_is_late_is_looked_into_again(looking):
    looking.script.submits.append(accept_and_reset)
    looking.script.logs.extend([empty_log] * 4)

    looking.run(clip("a"), saved=1)

    assert len(looking.script.looks) == 5
    assert [event.wait_s for event in looking.told(LookupScheduled)] == [1, 2, 4, 8, 15]


def test_a_purchase_that_the_log_never_names_stays_ambiguous_and_is_not_bought_again(looking):
    looking.script.submits.append(reset)

    summary = looking.run(clip("a"), exit_status=6, ambiguous=1)
    assert "the usage log does not name it" in summary.failures[0].message
    assert len(looking.script.looks) == 7
    looking.run(clip("a"), exit_status=6, ambiguous=1)

    assert len(looking.script.looks) == 7 + 3
    assert looking.script.arrivals == [looking.record()[0][0].id]
    assert looking.statuses() == {"a": ["prepared"]}


def test_the_render_of_another_client_is_not_taken_for_ours(looking):
    looking.script.submits.append(reset)
    looking.script.logs.extend([naming(lambda _: "an-id-of-another-client", "gen-9:kandinsky/5")] * 7)

    looking.run(clip("a"), exit_status=6, ambiguous=1)

    assert ids(looking) == [("prepared", "")]


def test_one_render_is_not_taken_for_two_purchases(looking):
    looking.concurrency = 1
    looking.script.submits.extend([accept, reset])
    looking.script.logs.append(naming(lambda sent: sent[-1], "gen-1:kandinsky/5"))

    looking.run(clip("a"), clip("b"), exit_status=6, ambiguous=1, saved=1)

    assert ids(looking) == [("saved", "gen-1:kandinsky/5"), ("prepared", "")]


def test_a_purchase_of_an_earlier_run_is_found_by_the_next(looking):
    looking.adopts = False
    looking.script.submits.append(accept_and_reset)
    looking.run(clip("a"), exit_status=6, ambiguous=1)
    looking.adopts = True

    looking.run(clip("a"), saved=1)

    assert looking.bought() == {"shot a": 1}
    assert len(looking.script.looks) == 1


def test_a_purchase_that_no_task_asks_for_any_more_is_adopted_and_kept(looking):
    looking.adopts = False
    looking.script.submits.append(accept_and_reset)
    looking.run(clip("a"), exit_status=6, ambiguous=1)
    looking.adopts = True

    looking.run(saved=1)

    assert len(looking.kept()) == 1


def test_every_lost_purchase_is_looked_up_however_many_are_not_found(looking):
    looking.adopts, looking.concurrency = False, 3
    looking.script.submits.extend([reset, reset, accept_and_reset])
    looking.run(clip("a"), exit_status=6, ambiguous=1)
    looking.run(clip("a"), clip("b"), exit_status=6, ambiguous=2)
    looking.run(*map(clip, "abc"), exit_status=6, ambiguous=3)
    looking.adopts, looking.concurrency = True, 1

    looking.run(*map(clip, "abc"), exit_status=6, ambiguous=2, saved=1)

    assert looking.bought() == {"shot c": 1}


def test_without_the_setting_the_log_is_left_alone(stage):
    stage.script.submits.append(accept_and_reset)
    stage.run(clip("a"), exit_status=6, ambiguous=1)
    stage.run(clip("a"), exit_status=6, ambiguous=1)
    assert stage.script.looks == []


def test_older_pages_are_looked_at_while_there_are_any(looking):
    looking.script.submits.append(accept_and_reset)
    looking.script.newer_rows = 250

    looking.run(clip("a"), saved=1)

    assert looking.script.looks == [0, 100, 200]


def test_many_lost_purchases_share_their_looks(looking):
    looking.concurrency = 8
    looking.script.submits.extend([accept_and_reset] * 8)

    looking.run(*[clip(f"c{no}") for no in range(8)], saved=8)

    assert len(looking.script.looks) < 8
    assert set(looking.bought().values()) == {1}


@pytest.mark.parametrize("trouble", [refusing(429, "too many"), saying(502, "<html>"), reset])
def test_trouble_with_the_log_is_passed_over(looking, trouble):
    looking.script.submits.append(accept_and_reset)
    looking.script.logs.append(trouble)

    looking.run(clip("a"), saved=1)


def test_a_key_that_may_not_read_the_log_still_buys(looking):
    looking.concurrency = 2
    looking.script.submits.append(accept_and_reset)
    looking.script.logs.append(refusing(403, "no access to usage"))

    summary = looking.run(clip("a"), *[clip(f"b{no}") for no in range(4)], exit_status=6, ambiguous=1, saved=4)

    assert "the usage log cannot be read: no access to usage" in summary.failures[0].message
    assert len(looking.script.looks) == 1


def test_a_stop_ends_the_search_and_the_next_run_takes_it_up(looking):
    looking.script.submits.append(accept_and_reset)
    looking.script.logs.append(stopping(empty_log))

    looking.run(clip("a"), exit_status=130, ambiguous=1)
    looking.run(clip("a"), saved=1)

    assert looking.bought() == {"shot a": 1}
