import pytest

from render.errors import AccountError, ReadFailedError, RejectedError, TransientError
from render.providers import PROVIDERS
from render.providers.protocol import RemoteState, Result
from tests.providers.exchanges import a_reply, exchange, recorded

RUNWARE = PROVIDERS["runware"]
OURS = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
OTHER = "3f0c2c1e-0000-4000-8000-000000000002"
SILENT = RemoteState(is_pending=True)


def item(task=OURS, **more):
    return {"taskType": "videoInference", "taskUUID": task} | more


def done(task=OURS, no=1, **more):
    return item(task, status="success", videoUUID=f"v{no}", videoURL=f"https://vm.runware.ai/{no}.mp4") | more


def read(body, *, ids=(OURS,), status=200, retry_after_s=None):
    return RUNWARE.read_poll(a_reply(body, status=status, retry_after_s=retry_after_s), remote_ids=ids)


def state(*items, errors=None):
    return read({"data": list(items)} | ({"errors": errors} if errors else {}))[OURS]


def test_a_poll_asks_for_every_id_in_one_free_array():
    call = RUNWARE.poll([OURS, OTHER])
    assert (call.method, call.path, call.is_paid) == ("POST", "", False)
    assert call.body == [{"taskType": "getResponse", "taskUUID": OURS}, {"taskType": "getResponse", "taskUUID": OTHER}]
    assert call.body[:1] == exchange("runware/getresponse-processing")["request"]


def test_a_running_task_is_pending_with_its_word():
    states = RUNWARE.read_poll(recorded("runware/getresponse-processing"), remote_ids=[OURS])
    assert states == {OURS: RemoteState(is_pending=True, word="processing")}


def test_an_unknown_id_looks_like_a_running_one():
    assert RUNWARE.read_poll(recorded("runware/getresponse-unknown-uuid"), remote_ids=[OURS]) == {OURS: SILENT}


def test_being_told_that_the_id_is_unknown_is_no_verdict_either():
    reply = recorded("runware/getresponse-unknown-uuid", part="alternative")
    assert RUNWARE.read_poll(reply, remote_ids=[OURS, OTHER]) == {
        OURS: RemoteState(is_pending=True, word="taskNotFound"),
        OTHER: SILENT,
    }


@pytest.mark.parametrize("code", ["taskNotFound", "taskExpired", "taskFailedOrNotFound", "taskCancelled"])
def test_a_task_they_no_longer_know_stays_pending(code):
    assert state(errors=[{"code": code, "taskUUID": OURS}]) == RemoteState(is_pending=True, word=code)


def test_running_done_and_failed_generations_of_one_task_stand_side_by_side():
    told = RUNWARE.read_poll(recorded("runware/getresponse-mixed"), remote_ids=[OURS])[OURS]
    assert [result.result_id for result in told.results] == ["b7db282d-2943-4f12-992f-77df3ad3ec71"]
    assert told.results[0].cost_usd == 0.18
    assert [failure.code for failure in told.failures] == ["timeoutProvider"]
    assert (told.is_pending, told.word) == (True, "processing")


@pytest.mark.parametrize("name", ["getresponse-all-failed", "getresponse-error-in-data"])
def test_a_failed_render_is_read_in_both_shapes(name):
    told = RUNWARE.read_poll(recorded(f"runware/{name}"), remote_ids=[OURS])[OURS]
    assert [type(failure) for failure in told.failures] == [TransientError]
    assert (told.results, told.is_pending) == ((), False)


def test_refused_content_fails_for_good():
    told = state(errors=[{"code": "contentPolicyViolation", "message": "not this", "taskUUID": OURS}])
    assert [(type(failure), failure.message) for failure in told.failures] == [(RejectedError, "not this")]


def test_the_published_results_are_read_without_a_status():
    published = exchange("runware/video-result-sample")["items"][0]
    told = read({"data": [published]}, ids=[published["taskUUID"]])[published["taskUUID"]]
    assert told == RemoteState(
        results=(
            Result(
                result_id=published["videoUUID"], url=published["videoURL"], seed=28826, cost_usd=0.2567, is_nsfw=None
            ),
        ),
        is_pending=False,
    )


def test_a_published_still_is_read_too():
    published = exchange("runware/image-sync")["response"]["body"]
    task = published["data"][0]["taskUUID"]
    (result,) = read(published, ids=[task])[task].results
    assert (result.result_id, result.seed) == (published["data"][0]["imageUUID"], 18222)


def test_a_repeated_result_counts_once():
    told = state(done(no=1), done(no=1), done(no=2), done(no=1))
    assert [result.result_id for result in told.results] == ["v1", "v2"]


def test_results_without_an_id_are_told_apart_by_their_link():
    first, second = done(no=1), done(no=2)
    del first["videoUUID"], second["videoUUID"]
    assert [result.url[-5:] for result in state(first, second, first).results] == ["1.mp4", "2.mp4"]


@pytest.mark.parametrize("url", ["", None, "/v.mp4", "file:///v.mp4", "data:video/mp4;base64,AA", 5])
def test_a_success_without_a_usable_link_is_still_pending(url):
    assert state(done(videoURL=url)) == RemoteState(is_pending=True, word="success")


@pytest.mark.parametrize("word", ["processing", "moderating", "queued", "PENDING", "running"])
def test_any_other_word_is_pending_even_with_a_link(word):
    assert state(done(status=word)) == RemoteState(is_pending=True, word=word.lower())


def test_the_case_of_a_word_does_not_matter():
    assert len(state(done(status="SUCCESS")).results) == 1
    assert len(state(item(status="ERROR", error={"code": "taskFailed"})).failures) == 1


def test_progress_is_told_while_it_runs():
    assert state(item(status="processing", progress=40)).progress == 40
    assert state(item(status="processing", progress="40%")).progress is None


@pytest.mark.parametrize(("flag", "told"), [(True, True), (False, False), (None, None), ("no", None)])
def test_the_content_flag_is_told_only_as_a_boolean(flag, told):
    assert state(done(NSFWContent=flag)).results[0].is_nsfw is told


@pytest.mark.parametrize("cost", [0, -0.1, "0.2", 1e9, None])
def test_a_cost_that_cannot_be_is_unknown(cost):
    assert state(done(cost=cost)).results[0].cost_usd is None


def test_results_are_routed_by_id_and_strangers_passed_over():
    body = {
        "data": [done(OTHER, no=2), done("someone", no=3), done(OURS, no=1)],
        "errors": [{"code": "invalidWidth", "taskUUID": "someone"}],
    }
    states = read(body, ids=[OURS, OTHER, "third"])
    assert [states[task].results[0].result_id for task in (OURS, OTHER)] == ["v1", "v2"]
    assert states["third"] == SILENT


def test_an_error_without_an_id_applies_to_nobody():
    error = {"code": "internalServerError", "message": "broken"}
    with pytest.raises(ReadFailedError, match="broken"):
        read({"data": [], "errors": [error]}, ids=[OURS, OTHER])
    states = read({"data": [done()], "errors": [error]}, ids=[OURS, OTHER])
    assert (len(states[OURS].results), states[OTHER]) == (1, SILENT)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_failed_read_is_no_verdict_even_when_it_names_us(status):
    body = {"data": [], "errors": [{"code": "providerTimeout", "taskUUID": OURS}]}
    with pytest.raises(ReadFailedError) as caught:
        read(body, status=status, retry_after_s=3.0)
    assert (caught.value.http_status, caught.value.retry_after_s) == (status, 3.0)


def test_one_bad_id_does_not_keep_its_neighbours_results_away():
    body = {"data": [done(OTHER)], "errors": [{"code": "invalidTaskUUID", "taskUUID": OURS}]}
    states = read(body, ids=[OURS, OTHER], status=400)
    assert states[OURS] == RemoteState(is_pending=True, word="invalidTaskUUID")
    assert len(states[OTHER].results) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>", 200),
        (b"", 204),
        (b"", 302),
        (b'{"data": [', 200),
        ({}, 200),
        ({"data": None}, 200),
        ({"data": []}, 500),
        ({"data": []}, 404),
        ({"errors": [{"code": "x", "taskUUID": "someone"}]}, 400),
    ],
)
def test_an_answer_that_is_none_is_a_failed_read(body, status):
    with pytest.raises(ReadFailedError):
        read(body, status=status)


@pytest.mark.parametrize(
    ("code", "status", "is_credit"),
    [
        ("invalidApiKey", 401, False),
        ("invalidApiKey", 200, False),
        ("x", 403, False),
        ("insufficientCredits", 402, True),
    ],
)
def test_a_poll_can_be_refused_for_who_asks(code, status, is_credit):
    with pytest.raises(AccountError) as caught:
        read({"errors": [{"code": code}]}, status=status)
    assert caught.value.is_credit is is_credit
