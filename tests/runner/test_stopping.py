"""A run that is asked to stop ends soon, sends nothing more, and the next one finishes what it began."""

import asyncio

import pytest
from aiohttp import web

from render.events import AttemptPrepared, RunStopping
from tests.runner.scripted import accept, as_usual, hang, refusing, reset, stopping, whole_file
from tests.runner.stage import clip, picture


def finishes(stage, *tasks):
    """Everything is bought exactly once by the end of the next run."""
    stage.script.submits.clear()
    summary = stage.attempt_to_run(*tasks)
    assert (summary.exit_status, summary.saved + summary.skipped) == (0, len(tasks))
    stage.check()
    assert stage.bought() == {f"shot {task.key}": 1 for task in tasks}


@pytest.mark.parametrize("make", [picture, clip])
def test_a_stop_in_the_middle_of_a_submit_lets_the_answer_land(stage, make):
    stage.concurrency = 1
    stage.script.submits.append(stopping(accept))
    tasks = [make("a"), make("b")]
    stage.run(*tasks, parked=1, left=1, exit_status=130)
    assert stage.statuses() == {"a": ["submitted"]}
    assert len(stage.told(RunStopping)) == 1
    finishes(stage, *tasks)


def test_a_submit_that_never_answers_is_left_and_keeps_its_id(stage, impatient):
    stage.concurrency = 1
    stage.script.submits.append(stopping(hang))
    tasks = [picture("a"), picture("b")]
    stage.run(*tasks, parked=1, left=1, exit_status=130)
    assert stage.statuses() == {"a": ["prepared"]}
    finishes(stage, *tasks)
    assert len(set(stage.script.arrivals)) == 2


def test_a_submit_of_aimlapi_that_never_answers_is_ambiguous_after_a_stop(stage, impatient):
    stage.script.submits.append(stopping(hang))
    stage.run(clip("a"), ambiguous=1, exit_status=130)
    stage.run(clip("a"), ambiguous=1, exit_status=6)
    assert len(stage.script.arrivals) == 1


def test_a_request_that_may_have_arrived_before_a_stop_does_not_count_as_unsent(stage):
    stage.script.submits.append(stopping(reset))
    stage.run(picture("a"), parked=1, exit_status=130)
    assert stage.statuses() == {"a": ["prepared"]}
    finishes(stage, picture("a"))


@pytest.mark.parametrize("make", [picture, clip])
def test_a_request_that_was_refused_before_a_stop_is_free_to_be_made_anew(stage, make):
    stage.script.submits.append(stopping(refusing(429, "rateLimitExceeded", headers={"Retry-After": "3600"})))
    stage.run(make("a"), left=1, exit_status=130)
    assert stage.statuses() == {"a": ["failed"]}
    finishes(stage, make("a"))


@pytest.mark.parametrize("make", [picture, clip])
def test_a_stop_just_after_the_intent_is_written_sends_nothing(stage, make):
    def stop_on_intent(event):
        if isinstance(event, AttemptPrepared):
            stage.script.stop()

    stage.listener = stop_on_intent
    stage.run(make("a"), left=1, exit_status=130)
    assert stage.script.arrivals == []
    stage.listener = None
    finishes(stage, make("a"))


@pytest.mark.parametrize("make", [picture, clip])
def test_a_stop_in_the_middle_of_a_poll_parks_what_is_in_flight(stage, make):
    stage.concurrency, stage.script.patience = 2, 10**9
    stage.script.polls.append(stopping(as_usual))
    tasks = [make(key) for key in "abc"]
    stage.run(*tasks, parked=2, left=1, exit_status=130)
    stage.script.patience = 1
    finishes(stage, *tasks)


def test_a_stop_in_the_middle_of_a_file_lets_it_arrive(stage):
    stage.script.files.append(stopping(whole_file))
    stage.run(picture("a"), saved=1, exit_status=130)
    finishes(stage, picture("a"))


def test_a_file_that_does_not_arrive_in_time_leaves_nothing_behind(stage, impatient):
    stage.script.files.append(stopping(hang_after_a_bit))
    stage.run(picture("a"), parked=1, exit_status=130)
    assert stage.files() == []
    assert not list(stage.root.rglob("*.part"))
    assert stage.statuses() == {"a": ["rendered"]}
    finishes(stage, picture("a"))


async def hang_after_a_bit(moment):
    response = web_stream()
    await response.prepare(moment.request)
    await response.write(b"\xff\xd8\xff")
    await asyncio.sleep(30)
    return response


def web_stream():
    return web.StreamResponse(headers={"Content-Length": "5000"})


def test_a_stop_while_names_change_leaves_the_rest_for_the_next_run(stage):
    tasks = [picture("a"), picture("b")]
    stage.run(*tasks, saved=2)
    renamed = [picture("c", params=tasks[0].params), picture("d", params=tasks[1].params)]
    stage.listener = lambda event: stage.script.stop() if type(event).__name__ == "TaskSaved" else None
    stage.run(*renamed, saved=1, parked=1, exit_status=130)
    stage.listener = None
    stage.run(*renamed, saved=1, skipped=1)
    assert stage.bought() == {"shot a": 1, "shot b": 1}
