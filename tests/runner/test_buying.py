"""What a submit may meet: each purchase is made once, whatever comes back."""

import pytest

from render.events import AttemptPrepared, AttemptSubmitted, LaneClosed, RetryScheduled
from tests.runner.scripted import (
    accept,
    accept_and_reset,
    accepting_but_saying,
    hang,
    refusing,
    reset,
    saying,
)
from tests.runner.stage import SPEED, clip, picture

STRANGER = "11111111-1111-4111-8111-111111111111"


def unfinished_reply(**more):
    return {"data": [{"taskType": "imageInference", "taskUUID": STRANGER, **more}]}


def test_everything_is_rendered_once_and_a_second_run_sends_nothing(stage):
    tasks = [picture("a"), picture("b"), clip("c")]
    summary = stage.run(*tasks, saved=3)
    assert summary.cost_usd == pytest.approx(0.75)
    assert stage.files() == ["a.jpg", "b.jpg", "c.mp4"]
    sent = stage.script.requests
    stage.run(*tasks, skipped=3)
    assert stage.script.requests == sent


@pytest.mark.parametrize(
    "fault",
    [
        reset,
        accept_and_reset,
        saying(502, "<html>Bad gateway</html>"),
        accepting_but_saying(502, {"message": "Bad gateway"}),
        saying(200, "<html>Welcome</html>"),
        saying(200, "{"),
        saying(204, ""),
        accepting_but_saying(200, unfinished_reply()),
        refusing(503, "serviceUnavailable"),
        refusing(500, "somethingNew"),
        refusing(504, "timeoutProvider"),
        refusing(429, "rateLimitExceeded"),
    ],
)
def test_runware_is_asked_again_under_the_same_id_and_charges_once(stage, fault):
    stage.script.submits.extend([fault, fault])
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}
    assert len(set(stage.script.arrivals)) == 1
    assert len(stage.script.arrivals) == 3


@pytest.mark.parametrize(
    ("fault", "bought"),
    [
        (reset, {}),
        (accept_and_reset, {"shot a": 1}),
        (saying(502, "<html>Bad gateway</html>"), {}),
        (accepting_but_saying(500, {"message": "Internal server error"}), {"shot a": 1}),
        (accepting_but_saying(201, {"status": "queued"}), {"shot a": 1}),
        (refusing(503, "Service unavailable"), {}),
        (refusing(408, "Request timeout"), {}),
    ],
)
def test_a_lost_answer_of_aimlapi_is_ambiguous_and_never_sent_again(stage, fault, bought):
    stage.script.submits.append(fault)
    for _ in range(2):
        stage.run(clip("a"), ambiguous=1, exit_status=6)
    assert stage.bought() == bought
    assert len(stage.script.arrivals) == 1
    assert stage.statuses() == {"a": ["prepared"]}


def test_a_conflict_about_an_id_of_an_earlier_run_proves_that_it_was_accepted(stage):
    stage.script.submits.extend([accept_and_reset] + [reset] * 5)
    stage.run(picture("a"), parked=1, exit_status=6)
    assert stage.statuses() == {"a": ["prepared"]}
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}
    assert len(set(stage.script.arrivals)) == 1


def test_a_refusal_of_a_repeat_proves_nothing_about_what_was_sent_before_it(stage):
    stage.script.submits.extend([accept_and_reset, refusing(400, "invalidParameter")])
    stage.run(picture("a"), parked=1, exit_status=6)
    assert stage.statuses() == {"a": ["prepared"]}
    stage.script.submits.clear()
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_a_submit_that_hangs_is_given_up_and_asked_about_under_the_same_id(stage):
    stage.timeouts = type(stage.timeouts)(submit_s=0.2)
    stage.script.submits.append(hang)
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_a_server_that_is_not_there_costs_nothing_and_the_next_run_buys(stage):
    served = stage.script.served
    stage.script.served = lambda: nobody_there(stage.script)
    stage.run(picture("a"), clip("b"), left=2, exit_status=6)
    assert stage.statuses() == {"a": ["failed"], "b": ["failed"]}
    assert {attempt.error_kind for attempt in stage.record()[0]} == {"unsent"}
    assert not any(attempt.is_final for attempt in stage.record()[0])
    stage.script.served = served
    stage.run(picture("a"), clip("b"), saved=2)
    assert stage.bought() == {"shot a": 1, "shot b": 1}
    assert [attempt.number for attempt in stage.record()[0]] == [1, 1, 2, 2]


class nobody_there:  # noqa: N801 - stands in for a function
    """A port that refuses connections."""

    def __init__(self, _):
        self.url = "http://127.0.0.1:1"

    async def __aenter__(self):
        return self.url

    async def __aexit__(self, *_):
        return None


@pytest.mark.parametrize("make", [picture, clip])
def test_a_retry_after_holds_the_whole_lane(stage, make):
    stage.concurrency = 1
    stage.script.submits.append(refusing(429, "rateLimitExceeded", headers={"Retry-After": "8"}))
    waits = timed(stage)
    stage.run(make("a"), make("b"), saved=2)
    (scheduled,) = stage.told(RetryScheduled)
    assert scheduled.wait_s == 8
    assert waits[1] - waits[0] >= 8 / SPEED
    assert stage.bought() == {"shot a": 1, "shot b": 1}


def timed(stage):
    """Collect the moments at which submits arrive."""
    moments, arrived = [], stage.script._arrived  # noqa: SLF001 - the script is the test's own

    async def note(moment):
        moments.append(stage.clock())
        return await arrived(moment)

    stage.script._arrived = note  # noqa: SLF001
    return moments


def test_nothing_is_sent_to_a_host_that_asked_to_be_left_alone(stage):
    held = refusing(429, "rateLimitExceeded", headers={"Retry-After": "8"})
    stage.script.submits.extend([held, held, held])
    moments = timed(stage)
    stage.run(*map(picture, "abcdef"), saved=6)
    first, *later = moments
    refused = [moment for moment in later if moment - first < 8 / SPEED]
    assert len(refused) <= stage.concurrency - 1
    assert set(stage.bought().values()) == {1}


def test_a_429_without_a_time_is_tried_again(stage):
    stage.script.submits.extend([refusing(429, "Too Many Requests")] * 3)
    stage.run(clip("a"), saved=1)
    assert stage.bought() == {"shot a": 1}
    assert len(set(stage.script.arrivals)) == 1


def test_a_queue_that_stays_full_fails_the_task_for_this_run_only(stage):
    stage.script.submits.extend([refusing(429, "Too Many Requests")] * 8)
    stage.run(clip("a"), failed=1, exit_status=1)
    stage.run(clip("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_rejected_task_does_not_stop_its_siblings_and_is_not_asked_for_again(stage, status):
    stage.concurrency = 1
    stage.script.submits.append(refusing(status, "invalidPositivePrompt"))
    stage.run(picture("a"), picture("b"), failed=1, saved=1, exit_status=1)
    stage.run(picture("a"), picture("b"), left=1, skipped=1, exit_status=1)
    assert stage.bought() == {"shot b": 1}
    assert stage.record()[0][0].is_final


@pytest.mark.parametrize(
    ("make", "fault", "exit_status"),
    [
        (picture, refusing(401, "invalidApiKey", is_named=False), 3),
        (picture, refusing(402, "insufficientCredits"), 5),
        (picture, refusing(403, "forbidden", is_named=False), 3),
        (clip, refusing(401, "This request requires a valid API key."), 3),
        (clip, refusing(403, "You've run out of credits."), 5),
    ],
)
def test_an_account_error_closes_its_lane_and_the_other_goes_on(stage, make, fault, exit_status):
    stage.concurrency = 1
    other = clip if make is picture else picture
    stage.script.patience = 3

    async def accept_ours_or_refuse(moment):
        is_theirs = moment.is_runware == (make is picture)
        return await (fault if is_theirs and moment.prompt != "shot a" else accept)(moment)

    stage.script.submits.extend([accept_ours_or_refuse] * 5)
    tasks = [make("a"), make("b"), make("c"), other("d"), other("e")]
    stage.run(*tasks, saved=3, failed=1, left=1, exit_status=exit_status)
    assert stage.bought() == {"shot a": 1, "shot d": 1, "shot e": 1}
    assert len(stage.told(LaneClosed)) == 1
    stage.script.submits.clear()
    stage.run(*tasks, skipped=3, saved=2)
    assert set(stage.bought().values()) == {1}


def test_what_is_in_flight_when_the_lane_closes_is_still_fetched(stage):
    stage.script.patience = 6
    stage.script.submits.extend([accept, accept, refusing(402, "insufficientCredits")])
    stage.run(picture("a"), picture("b"), picture("c"), saved=2, failed=1, exit_status=5)
    assert sorted(stage.bought().values()) == [1, 1]


def test_the_last_thing_before_a_request_is_the_intent(stage):
    stage.run(picture("a"), clip("b"), saved=2)
    for key in "ab":
        kinds = [type(event) for event in stage.events if getattr(event, "key", "") == key]
        assert kinds[:2] == [AttemptPrepared, AttemptSubmitted]


@pytest.mark.parametrize("make", [picture, clip])
def test_no_more_than_the_lanes_concurrency_is_ever_unfinished(stage, make):
    stage.concurrency, stage.script.patience = 2, 2
    tasks = [make(key) for key in "abcdefg"]
    stage.run(*tasks, saved=7)
    assert stage.script.highest == 2


@pytest.mark.parametrize("make", [picture, clip])
def test_work_of_an_earlier_run_counts_against_the_concurrency(stage, make):
    stage.concurrency, stage.script.patience = 3, 10**6
    stage.listener = stop_when(stage, lambda: len(stage.told(AttemptSubmitted)) == 3)
    stage.run(*map(make, "abc"), parked=3, exit_status=130)
    stage.listener, stage.concurrency, stage.script.patience = None, 2, 4
    stage.run(*map(make, "abcdef"), saved=6)
    assert stage.script.highest == 3
    assert set(stage.bought().values()) == {1}


def stop_when(stage, is_time):
    def listen(_):
        if is_time():
            stage.script.stop()

    return listen


def test_what_may_be_running_already_is_asked_about_before_anything_new_is_bought(stage):
    stage.concurrency, stage.script.patience = 2, 6
    stage.script.submits.extend([accept_and_reset] * 2 + [reset] * 10)
    stage.run(picture("y"), picture("z"), parked=2, exit_status=6)
    stage.script.submits.clear()
    stage.run(*map(picture, "abyz"), saved=4)
    assert stage.script.highest == 2
    assert set(stage.bought().values()) == {1}


def test_an_id_that_another_render_has_is_not_believed(stage):
    stage.concurrency, stage.script.patience = 2, 4
    stage.script.submits.extend([accept, accepting_but_saying(201, {"id": "gen-1:kandinsky/5"})])
    stage.run(clip("a"), clip("b"), clip("c"), saved=2, ambiguous=1, exit_status=6)
    assert set(stage.bought().values()) == {1}


def test_the_id_of_a_render_of_an_earlier_run_is_no_answer_to_a_purchase(stage):
    stage.run(clip("a"), saved=1)
    stage.script.submits.append(accepting_but_saying(201, {"id": "gen-1:kandinsky/5"}))
    stage.run(clip("a"), clip("b"), skipped=1, ambiguous=1, exit_status=6)
