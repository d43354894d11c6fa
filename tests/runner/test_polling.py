"""What a poll may meet: only a readable answer about our own id decides anything."""

import json

import pytest
from aiohttp import web

from render.events import ExtraSaved, LaneClosed, OddStatusSeen, PollFailed, RunStopping, TaskProgressed, TaskSaved
from render.runner import gate, poller
from tests.runner.scripted import accept, accept_and_reset, as_usual, refusing, reset, saying
from tests.runner.stage import SPEED, clip, picture


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (picture, reset),
        (picture, saying(502, "<html>Bad gateway</html>")),
        (picture, saying(200, "<html>Welcome</html>")),
        (picture, saying(200, "")),
        (picture, saying(200, '{"data": [NaN]}')),
        (clip, reset),
        (clip, saying(500, '{"message": "Internal server error"}', content_type="application/json")),
        (clip, saying(302, "")),
    ],
)
def test_a_poll_that_fails_decides_nothing(stage, make, fault):
    stage.script.polls.extend([fault, fault])
    stage.run(make("a"), saved=1)
    assert stage.bought() == {"shot a": 1}
    assert stage.told(PollFailed)
    assert not stage.script.polls


@pytest.mark.parametrize("make", [picture, clip])
def test_an_id_that_is_not_known_yet_is_waited_for(stage, make):
    orders = stage.script.orders

    async def unknown(moment):
        hidden, moment.script.orders = moment.script.orders, {}
        answer = await as_usual(moment)
        moment.script.orders = hidden
        return answer

    stage.script.polls.extend([unknown] * 3)
    stage.run(make("a"), saved=1)
    assert len(orders) == 1


@pytest.mark.parametrize("word", ["moderating", "QUEUED", None, 7])
def test_an_unknown_status_word_means_that_it_is_still_running(stage, word):
    async def odd(moment):
        (remote_id,) = moment.remote_ids
        item = {"taskType": "imageInference", "taskUUID": remote_id, "status": word, "progress": 40}
        return web.json_response({"data": [item]})

    stage.script.polls.extend([odd] * 3)
    stage.run(picture("a"), saved=1)
    assert {event.percent for event in stage.told(TaskProgressed)} == {40}
    words = [event.word for event in stage.told(OddStatusSeen)]
    assert words == ([word.lower()] if word == "moderating" else [])


def test_one_question_asks_after_everything_in_flight_and_each_gets_its_own_file(stage):
    stage.concurrency = 6
    stage.run(*map(picture, "abcdef"), saved=6)
    assert max(stage.script.asked) > 1
    assert {path.split("-")[1]: count for path, count in stage.script.fetched.items()} == dict.fromkeys("abcdef", 1)


def test_a_failure_in_a_common_answer_belongs_to_the_task_it_names(stage):
    stage.script.failing = {"shot b": "contentPolicyViolation", "shot c": "timeoutProvider"}
    stage.run(*map(picture, "abcd"), saved=2, failed=2, exit_status=1)
    stage.script.failing = {}
    stage.run(*map(picture, "abcd"), skipped=2, left=1, saved=1, exit_status=1)
    assert stage.bought() == {"shot a": 1, "shot b": 1, "shot c": 2, "shot d": 1}


def test_what_was_charged_for_a_render_that_failed_is_counted(stage):
    stage.script.failing = {"shot a": "timeoutProvider"}
    summary = stage.run(clip("a"), failed=1, exit_status=1)
    assert summary.cost_usd == pytest.approx(0.25)
    (attempt,) = stage.record()[0]
    assert attempt.cost_usd == pytest.approx(0.25)


def test_a_success_without_a_link_is_asked_about_again(stage):
    stage.script.links = {"shot a": ""}

    async def with_a_link(moment):
        moment.script.links = {}
        return await as_usual(moment)

    stage.script.polls.extend([as_usual] * 4 + [with_a_link])
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_where_an_array_is_refused_each_id_is_asked_after_alone_from_then_on(stage):
    stage.concurrency, stage.script.patience = 3, 3

    async def one_at_a_time(moment):
        is_array = len(moment.remote_ids) > 1
        return await (refusing(400, "invalidArray", is_named=False) if is_array else as_usual)(moment)

    stage.script.polls.extend([one_at_a_time] * 200)
    stage.run(*map(picture, "abcdef"), saved=6)
    assert 200 - len(stage.script.polls) - len(stage.script.asked) == 1


def test_one_id_that_is_refused_does_not_keep_its_neighbours_results_away(stage):
    stage.concurrency = 3

    async def refusing_the_first(moment):
        has_it = moment.script.arrivals[0] in moment.remote_ids
        if has_it and len(moment.script.orders) == 3 and moment.script.fetched.total() < 2:
            named = {"code": "invalidTaskUUID", "message": "no", "taskUUID": moment.script.arrivals[0]}
            return web.json_response({"data": [], "errors": [named]}, status=400)
        return await as_usual(moment)

    stage.script.polls.extend([refusing_the_first] * 200)
    stage.run(*map(picture, "abc"), saved=3)


@pytest.mark.parametrize("make", [picture, clip])
def test_a_key_that_is_refused_while_work_is_in_flight_parks_it_with_its_id(stage, make):
    stage.script.polls.extend([refusing(401, "invalidApiKey", is_named=False)] * 200)
    stage.run(make("a"), make("b"), parked=2, exit_status=3)
    assert len(stage.told(PollFailed)) > 10
    assert len(stage.told(LaneClosed)) == 1
    assert stage.statuses() == {"a": ["submitted"], "b": ["submitted"]}
    stage.script.polls.clear()
    stage.run(make("a"), make("b"), saved=2)
    assert stage.bought() == {"shot a": 1, "shot b": 1}


def test_a_refusal_that_passes_costs_nothing_but_time(stage):
    stage.script.polls.extend([refusing(401, "invalidApiKey", is_named=False)] * 3)
    stage.run(picture("a"), saved=1, exit_status=3)


def test_a_render_that_never_ends_is_parked_and_the_next_run_asks_again(stage):
    stage.script.patience = 10**9
    stage.root.mkdir(parents=True)
    ahead = 0.0

    async def much_later(moment):
        nonlocal ahead
        ahead = 2000.0
        return await as_usual(moment)

    stage.ahead = lambda: ahead
    stage.script.polls.extend([as_usual, much_later])
    stage.run(picture("a"), clip("b"), parked=2, exit_status=6)
    stage.script.patience = 0
    stage.run(picture("a"), clip("b"), saved=2)
    assert stage.bought() == {"shot a": 1, "shot b": 1}


def test_a_purchase_nobody_wants_any_more_is_fetched_and_kept(stage):
    stage.script.submits.extend([accept_and_reset] + [reset] * 5)
    stage.run(picture("a"), parked=1, exit_status=6)
    edited = picture("a", params={"prompt": "another", "width": 640, "height": 1408})
    stage.run(edited, saved=2)
    assert stage.bought() == {"shot a": 1, "another": 1}
    (kept,) = stage.kept()
    assert kept.startswith(".earlier/a.")
    stage.run(edited, skipped=1)


def test_a_purchase_that_never_arrived_and_is_not_wanted_any_more_is_not_made(stage):
    stage.script.submits.extend([reset] * 6)
    stage.run(picture("a"), parked=1, exit_status=6)
    stage.run(picture("b"), saved=1, parked=1, exit_status=6)
    assert stage.bought() == {"shot b": 1}


def test_a_failure_that_turns_into_a_success_costs_nothing(stage):
    stage.script.failing = {"shot a": "timeoutProvider"}

    async def mended(moment):
        moment.script.failing = {}
        return await as_usual(moment)

    stage.script.polls.extend([as_usual, as_usual, mended])
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_polls_that_were_not_sent_yet_keep_to_a_hold_that_another_brought(stage):
    first, held, seen = [], [], set()
    stage.concurrency = 40

    async def limited(moment):
        if len(seen) < 40:
            seen.update(moment.remote_ids)
            return web.json_response({"id": moment.remote_ids[0], "status": "generating"})
        first.append(stage.clock())
        if first[-1] - first[0] < 60 / SPEED:
            held.append(moment.remote_ids)
            return await refusing(429, "slow down", headers={"Retry-After": "60"})(moment)
        return await as_usual(moment)

    stage.script.polls.extend([limited] * 10_000)
    stage.run(*[clip(f"c{number}") for number in range(40)], saved=40)
    assert 0 < len(held) <= 8


def test_one_bad_round_of_many_polls_does_not_silence_a_lane(stage, monkeypatch):
    monkeypatch.setattr(gate, "QUIET_S", 300.0)
    count, failed = 60, set()
    stage.concurrency = count

    async def failing_once(moment):
        (remote_id,) = moment.remote_ids
        if len(moment.script.orders) < count:
            return web.json_response({"id": remote_id, "status": "generating"})
        if remote_id in failed or len(failed) == count:
            return await as_usual(moment)
        failed.add(remote_id)
        return await saying(200, "<html>Welcome</html>")(moment)

    stage.script.polls.extend([failing_once] * 10_000)
    stage.run(*[clip(f"c{number}") for number in range(count)], saved=count)
    assert len(failed) == count


def test_more_results_than_were_asked_for_are_kept(stage):
    async def two(moment):
        answer = await as_usual(moment)
        document = json.loads(answer.text)
        if document["data"][0]["status"] != "success":
            return answer
        more = {"imageUUID": "second", "imageURL": f"http://{moment.request.host}/files/second.jpg"}
        return web.json_response({"data": [document["data"][0], {**document["data"][0], **more}]})

    stage.script.polls.extend([two] * 5)
    stage.run(picture("a"), saved=1)
    (extra,) = stage.told(ExtraSaved)
    assert (extra.result_id, extra.path) == ("second", ".earlier/a.extra_2.jpg")
    assert stage.kept() == [extra.path]


def test_a_seed_that_is_not_the_one_asked_for_is_remarked(stage):
    stage.run(picture("a", params={"prompt": "shot a", "width": 640, "height": 1408, "seed": 8}), saved=1)
    (saved,) = stage.told(TaskSaved)
    assert "seed 7 instead of 8" in saved.remarks


def test_what_is_parked_keeps_its_slot_for_the_rest_of_the_run(stage, monkeypatch):
    monkeypatch.setattr(poller, "GIVE_UP_S", 60.0)
    stage.concurrency, stage.script.patience = 2, 10**9
    stage.run(*map(picture, "abcd"), parked=2, left=2, exit_status=6)
    assert stage.script.highest == 2
    stage.script.patience = 1
    stage.run(*map(picture, "abcd"), saved=4)


def test_a_run_of_which_nothing_comes_ends_itself(stage, monkeypatch, impatient):
    monkeypatch.setattr(gate, "QUIET_S", 60.0)
    stage.script.patience = 10**9
    stage.run(picture("a"), clip("b"), parked=2, exit_status=6)
    (stopping,) = stage.told(RunStopping)
    assert not stopping.signal
    assert "nothing has come" in stopping.cause
    stage.script.patience = 1
    stage.run(picture("a"), clip("b"), saved=2)


def test_a_broken_host_is_asked_one_free_question_before_anything_is_bought_there(stage):
    stage.concurrency = 6
    kinds = []

    def noting(step, kind):
        async def played(moment):
            kinds.append(kind)
            return await step(moment)

        return played

    async def reset_until_the_host_is_back(moment):
        is_back = kinds.count("poll") == 2
        return await noting(*((accept, "bought") if is_back else (reset, "submit")))(moment)

    stage.script.submits.extend([reset_until_the_host_is_back] * 60)
    stage.script.polls.extend([noting(reset, "poll"), noting(as_usual, "poll")])
    stage.run(*map(picture, "abcdef"), saved=6)
    assert kinds[:10].count("submit") >= 6
    asked = [number for number, kind in enumerate(kinds) if kind == "poll"]
    assert len(asked) == 2
    assert max(asked) < kinds.index("bought")
    assert set(stage.bought().values()) == {1}
