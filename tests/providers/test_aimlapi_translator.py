from dataclasses import replace

import pytest

from render.errors import AccountError, OutcomeUnknownError, ReadFailedError, RejectedError, TransientError
from render.providers import PROVIDERS
from render.providers.protocol import Accepted, RemoteState, Result
from tests.providers.exchanges import CLIP, a_reply, exchange, recorded

AIMLAPI = PROVIDERS["aimlapi"]
OURS = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
THEIRS = "0a3ca8ba-9af6-41d3-a938-41f762fcedc1:sber-ai/kandinsky5-distill-t2v"


def refused(message="because", *, status=400, retry_after_s=None):
    body = {"message": message, "path": "/v2/video/generations", "requestId": "r", "statusCode": str(status)}
    return a_reply(body, status=status, retry_after_s=retry_after_s)


def submitted(reply):
    return AIMLAPI.read_submit(reply, our_id=OURS)


def polled(reply):
    return AIMLAPI.read_poll(reply, remote_ids=[THEIRS])[THEIRS]


def told(**more):
    return polled(a_reply({"id": THEIRS} | more))


def test_a_request_is_the_documented_one():
    documented = exchange("aimlapi/submit")["request"]
    params = {"steps": 30, "duration": 5, "aspect_ratio": "3:2", "prompt": documented["prompt"]}
    request = AIMLAPI.request(params, CLIP, model_id=documented["model"])
    assert list(request.items()) == list(documented.items())
    assert AIMLAPI.request({"prompt": "a"}, CLIP, model_id="m") == {"model": "m", "prompt": "a"}


def test_a_submit_is_a_paid_post_that_carries_our_id_as_a_mark():
    call = AIMLAPI.submit({"model": "m", "prompt": "a"}, our_id=OURS)
    assert (call.method, call.path, call.is_paid) == ("POST", "/v2/video/generations", True)
    assert call.body == {"model": "m", "prompt": "a"}
    assert call.headers == {"X-Client-Request-Id": OURS}


@pytest.mark.parametrize("our_id", ["", "a b", "a\nb", "é", "x" * 129])
def test_an_id_that_the_mark_cannot_carry_is_never_sent(our_id):
    with pytest.raises(ValueError, match="X-Client-Request-Id"):
        AIMLAPI.submit({"model": "m"}, our_id=our_id)


def test_a_poll_is_a_free_get_for_one_id_as_it_is():
    call = AIMLAPI.poll([THEIRS])
    assert (call.method, call.path, call.body, call.is_paid) == ("GET", "/v2/video/generations", None, False)
    assert call.query == {"generation_id": THEIRS}


def test_the_recorded_acceptance_gives_their_id_and_what_was_charged():
    assert submitted(recorded("aimlapi/submit")) == Accepted(remote_id=THEIRS, cost_usd=0.06)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_success_with_an_id_is_an_acceptance(status):
    assert submitted(a_reply({"id": THEIRS, "status": "queued"}, status=status)) == Accepted(remote_id=THEIRS)


@pytest.mark.parametrize(
    "reply",
    [
        a_reply({"status": "queued"}),
        a_reply({"id": ""}),
        a_reply({"id": 5}),
        a_reply({"id": "a\nb"}),
        a_reply(b"", status=204),
        a_reply(b"<html>", status=200),
        a_reply(b"<html>", status=502),
        a_reply(b'{"id": "0a3', status=200),
        a_reply(b"Unauthorized", status=401),
        a_reply({}, status=400),
        refused(status=408),
        refused("Internal server error", status=500),
        refused("Bad Gateway", status=502),
        refused("Service unavailable", status=503),
        refused("Generation timeout", status=504),
    ],
)
def test_anything_but_a_readable_refusal_leaves_the_outcome_open(reply):
    with pytest.raises(OutcomeUnknownError) as caught:
        submitted(reply)
    assert caught.value.http_status == reply.status


@pytest.mark.parametrize("status", [400, 409, 413, 422, 425, 451])
def test_a_refusal_of_what_is_asked_is_final(status):
    with pytest.raises(RejectedError, match="because"):
        submitted(refused(status=status))


def test_a_model_that_is_not_served_is_said_clearly():
    with pytest.raises(RejectedError, match="does not serve this model here: because"):
        submitted(refused(status=404))


@pytest.mark.parametrize("message", ["The model is under maintenance, please contact us", "Coupon code not found"])
def test_two_messages_under_500_refuse_for_good(message):
    with pytest.raises(RejectedError):
        submitted(refused(message, status=500))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_but_told(status):
    with pytest.raises(AccountError, match="the API has moved"):
        submitted(a_reply(b"", status=status))


@pytest.mark.parametrize(("status", "is_credit"), [(401, False), (402, True), (403, True)])
def test_out_of_credit_is_403_here(status, is_credit):
    with pytest.raises(AccountError) as caught:
        submitted(refused(exchange("aimlapi/errors")["by_status"].get(str(status), "no"), status=status))
    assert caught.value.is_credit is is_credit
    with pytest.raises(AccountError):
        polled(refused(status=status))


def test_the_recorded_refusal_of_a_key_is_read():
    with pytest.raises(AccountError, match="requires a valid API key"):
        submitted(recorded("aimlapi/error-401"))


def test_too_many_requests_may_pass_and_keep_the_wait():
    with pytest.raises(TransientError) as caught:
        submitted(refused("Too Many Requests", status=429, retry_after_s=4.0))
    assert caught.value.retry_after_s == 4.0


@pytest.mark.parametrize(
    "body",
    [
        {"message": ["steps must be an integer", "prompt is missing"]},
        {"type": "about:blank", "title": "Bad Request", "detail": "steps must be an integer", "status": 400},
        {"error": {"message": "steps must be an integer"}},
        {"error": "steps must be an integer"},
    ],
)
def test_every_envelope_of_an_error_gives_its_message(body):
    with pytest.raises(RejectedError, match="steps must be an integer"):
        submitted(a_reply(body, status=400))


def test_the_recorded_states_are_read():
    assert polled(recorded("aimlapi/poll-generating")) == RemoteState(is_pending=True, word="generating")
    url = exchange("aimlapi/poll-completed")["response"]["body"]["video"]["url"]
    result = Result(result_id=THEIRS, url=url, seed=None, cost_usd=None, is_nsfw=None)
    assert polled(recorded("aimlapi/poll-completed")) == RemoteState(
        results=(result,), is_pending=False, word="completed"
    )
    assert len(polled(recorded("aimlapi/poll-completed", part="response_with_extras")).results) == 1


@pytest.mark.parametrize("word", ["queued", "generating", "waiting", "active", "brand new"])
def test_every_other_word_is_pending(word):
    assert told(status=word) == RemoteState(is_pending=True, word=word)


@pytest.mark.parametrize("video", [None, {}, {"url": ""}, {"url": "/v.mp4"}, {"url": "file:///v.mp4"}, "v.mp4"])
def test_completed_without_a_usable_link_is_still_pending(video):
    assert told(status="completed", video=video) == RemoteState(is_pending=True, word="completed")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"name": "<string>", "message": "<string>"}, TransientError),
        ({"name": "GenerationTimeout", "message": "took too long"}, TransientError),
        ({"name": "ContentPolicyViolation", "message": "no"}, RejectedError),
        ({"name": "Error", "message": "The prompt was flagged by moderation"}, RejectedError),
        ({"name": "ValidationError", "message": "no"}, RejectedError),
        ("it broke", TransientError),
        (None, TransientError),
    ],
)
def test_a_failed_render_is_lasting_or_passing(error, kind):
    state = told(status="error", error=error)
    assert ([type(failure) for failure in state.failures], state.is_pending) == ([kind], False)


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        ({"credits_used": 120_000}, 0.06),
        ({"tokens_used": 500_000}, 0.25),
        ({"credits_used": 0}, None),
        ({"credits_used": -5}, None),
        ({"credits_used": "120000"}, None),
        ({"credits_used": True}, None),
        ({"credits_used": 10**300}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_credits_are_told_in_usd(usage, usd):
    state = told(status="completed", video={"url": "https://cdn.aimlapi.com/v.mp4"}, meta={"usage": usage})
    assert state.results[0].cost_usd == usd


def test_an_id_that_is_not_known_yet_is_pending():
    assert polled(refused("Not found", status=404)) == RemoteState(is_pending=True, word="not found")


@pytest.mark.parametrize(
    "reply",
    [
        a_reply(b"<html>"),
        a_reply(b"", status=404),
        a_reply({"id": "another", "status": "completed"}),
        refused(status=400),
        refused(status=429, retry_after_s=2.0),
        refused(status=500),
        a_reply(b"", status=302),
    ],
)
def test_any_other_answer_to_a_poll_is_a_failed_read(reply):
    with pytest.raises(ReadFailedError) as caught:
        polled(reply)
    assert (caught.value.http_status, caught.value.retry_after_s) == (reply.status, reply.retry_after_s)


@pytest.mark.parametrize("body", [b"", b"<html>slow down</html>", b"slow down"])
def test_too_many_requests_is_a_refusal_whoever_says_it(body):
    with pytest.raises(TransientError) as caught:
        submitted(replace(a_reply(body, status=429), retry_after_s=2.0))
    assert caught.value.retry_after_s == 2.0


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("This key has no permission for the model sber-ai/kandinsky5-t2v", RejectedError),
        ("You have not enough credits for this model", AccountError),
        ("Forbidden", AccountError),
    ],
)
def test_a_403_that_forbids_one_model_refuses_that_task_alone(message, error):
    with pytest.raises(error):
        submitted(refused(message, status=403))
