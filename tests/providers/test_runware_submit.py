from dataclasses import replace

import pytest

from render.errors import AccountError, OutcomeUnknownError, RejectedError, TransientError
from render.providers import PROVIDERS
from render.providers.protocol import Accepted
from tests.providers.exchanges import VIDEO, a_reply, exchange, recorded

RUNWARE = PROVIDERS["runware"]
OURS = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
FOREIGN = "3f0c2c1e-0000-4000-8000-000000000002"
_WORDS = {"taskType": "videoInference"}


def refused(code, *, status=400, task=OURS, message="because", retry_after_s=None, **more):
    error = {"code": code, "message": message} | ({"taskUUID": task} if task else {}) | more
    return a_reply({"data": [], "errors": [error]}, status=status, retry_after_s=retry_after_s)


def read(reply):
    return RUNWARE.read_submit(reply, our_id=OURS)


def test_a_request_is_the_published_one_apart_from_the_id_and_the_delivery():
    published = exchange("runware/video-submit")["request"][0]
    params = {
        "prompt": published["positivePrompt"],
        "negative_prompt": published["negativePrompt"],
        "width": 768,
        "height": 512,
        "duration": 10,
        "seed": 28826,
        "steps": 28,
        "cfg_scale": 5.5,
    }
    request = RUNWARE.request(params, VIDEO, model_id="runware:210@1")
    (sent,) = RUNWARE.submit(request, our_id=published["taskUUID"]).body
    assert sent == published | {"outputType": "URL"}


def test_a_request_stands_in_the_order_of_the_spec_and_holds_no_defaults():
    request = RUNWARE.request({"seed": 7, "prompt": "a", "width": 512}, VIDEO, model_id="other:1@2")
    assert list(request) == [
        "taskType",
        "model",
        "positivePrompt",
        "width",
        "seed",
        "outputType",
        "deliveryMethod",
        "includeCost",
    ]
    assert request["model"] == "other:1@2"


def test_nested_parameters_are_spelled_as_the_wire_does_and_open_ones_left_alone():
    params = {
        "accelerator_options": {"tea_cache": True},
        "lora": [{"model": "a:1@1", "weight": 0.5}, {"model": "b:1@1"}],
        "advanced_features": {"some_key": [1, {"x": None}]},
    }
    request = RUNWARE.request(params, VIDEO, model_id="runware:210@1")
    assert request["acceleratorOptions"] == {"teaCache": True}
    assert request["lora"] == [{"model": "a:1@1", "weight": 0.5}, {"model": "b:1@1"}]
    assert request["advancedFeatures"] == {"some_key": [1, {"x": None}]}


def test_a_parameter_without_a_row_is_never_left_out_in_silence():
    with pytest.raises(ValueError, match="colour"):
        RUNWARE.request({"prompt": "a", "colour": "red"}, VIDEO, model_id="runware:210@1")


def test_a_submit_is_a_paid_array_of_one_task_under_our_id():
    call = RUNWARE.submit({"taskType": "videoInference", "model": "runware:210@1"}, our_id=OURS)
    assert (call.method, call.path, call.is_paid, dict(call.query)) == ("POST", "", True, {})
    assert call.body == [{"taskType": "videoInference", "taskUUID": OURS, "model": "runware:210@1"}]


def test_the_recorded_acknowledgement_is_an_acceptance():
    our_id = exchange("runware/video-submit")["request"][0]["taskUUID"]
    accepted = RUNWARE.read_submit(recorded("runware/video-submit"), our_id=our_id)
    assert accepted == Accepted(remote_id=our_id)


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    "body",
    [
        {"data": [_WORDS | {"taskUUID": OURS}]},
        {"data": _WORDS | {"taskUUID": OURS}},
        {"data": []},
        {"data": [], "errors": []},
        {"data": [_WORDS | {"taskUUID": FOREIGN}, _WORDS | {"taskUUID": OURS}]},
        {"data": [_WORDS | {"taskUUID": OURS}], "errors": [{"code": "invalidWidth", "taskUUID": FOREIGN}]},
        {"data": [_WORDS | {"taskUUID": OURS}], "errors": [{"code": "providerTimeout", "taskUUID": OURS}]},
        {"data": [_WORDS | {"taskUUID": OURS, "imageURL": "https://im.runware.ai/a.jpg"}]},
    ],
)
def test_an_answer_that_names_our_task_or_nothing_at_all_is_an_acceptance(body, status):
    assert read(a_reply(body, status=status)) == Accepted(remote_id=OURS)


@pytest.mark.parametrize("status", [200, 400, 401, 409, 500])
@pytest.mark.parametrize("task", [OURS, ""])
def test_a_conflict_about_our_id_is_an_acceptance_whatever_the_status(status, task):
    assert read(refused("conflictTaskUUID", status=status, task=task)) == Accepted(remote_id=OURS)


def test_the_recorded_conflict_is_an_acceptance():
    assert read(recorded("runware/error-400-conflict")) == Accepted(remote_id=OURS)


def test_a_conflict_about_another_id_proves_nothing():
    with pytest.raises(OutcomeUnknownError):
        read(refused("conflictTaskUUID", task=FOREIGN))


@pytest.mark.parametrize(
    "reply",
    [
        a_reply({"data": [_WORDS | {"taskUUID": FOREIGN}]}),
        a_reply({"data": [_WORDS]}),
        a_reply({"data": [_WORDS | {"taskUUID": 5}]}),
        a_reply({"data": [{"taskType": "authentication"}]}),
        a_reply({"data": [], "errors": [{"code": "invalidWidth", "taskUUID": FOREIGN}]}),
        a_reply({}),
        a_reply({"data": None}),
        a_reply({"data": [_WORDS | {"taskUUID": OURS}]}, status=500),
        a_reply({"data": []}, status=400),
        a_reply({"detail": "no such path"}, status=404),
        a_reply(b"<html>", status=200),
        a_reply(b"", status=204),
        a_reply(b"", status=206),
        a_reply(b"<html>502</html>", status=502),
        a_reply(b"", status=503),
        a_reply(b'{"data": [{"taskUU', status=200),
        a_reply(b'{"errors": [{"code": "inter', status=500),
        a_reply(b"Unauthorized", status=401),
        refused("requestTimeout", status=408),
        refused("invalidWidth", status=408),
        refused("internalServerError", status=500, task=""),
        refused("somethingNew", status=503, task=""),
    ],
)
def test_anything_without_a_valid_answer_about_our_task_leaves_the_outcome_open(reply):
    with pytest.raises(OutcomeUnknownError) as caught:
        read(reply)
    assert caught.value.http_status == reply.status


def test_the_recorded_refusal_keeps_the_providers_words():
    reply = recorded("runware/error-400-validation")
    with pytest.raises(RejectedError) as caught:
        RUNWARE.read_submit(reply, our_id="019c42a0-c3ff-7138-be83-ee257abc5331")
    assert caught.value.message.startswith("Invalid value for 'width' parameter.")
    assert (caught.value.code, caught.value.http_status) == ("invalidWidth", 400)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("invalidWidth", 400),
        ("unsupportedParameter", 400),
        ("contentPolicyViolation", 400),
        ("contentPolicyViolation", 403),
        ("taskCancelled", 400),
        ("loraNotFound", 404),
        ("payloadTooBig", 413),
        ("somethingNew", 422),
        ("somethingNew", 400),
        ("somethingNew", 409),
        ("somethingNew", 425),
        ("somethingNew", 451),
        ("somethingNew", 200),
        (None, 400),
        (17, 404),
        ("invalidWidth", 500),
    ],
)
def test_a_refusal_of_what_is_asked_is_final(code, status):
    with pytest.raises(RejectedError, match="because"):
        read(refused(code, status=status))


def test_an_error_without_an_id_is_about_the_only_task_there_is():
    with pytest.raises(RejectedError):
        read(refused("invalidWidth", task=""))


@pytest.mark.parametrize("code", ["unknownModel", "modelNotFound", "invalidModel"])
def test_a_model_that_is_not_served_is_said_clearly(code):
    with pytest.raises(RejectedError, match="Runware does not serve this model: because"):
        read(refused(code, status=404))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_but_told(status):
    with pytest.raises(AccountError, match="the API has moved"):
        read(a_reply(b"", status=status))


@pytest.mark.parametrize(
    ("code", "status", "is_credit"),
    [
        ("invalidApiKey", 401, False),
        ("whatever", 401, False),
        ("invalidApiKey", 400, False),
        ("forbidden", 403, False),
        ("somethingNew", 403, False),
        ("insufficientCredits", 402, True),
        ("whatever", 402, True),
        ("insufficientCredits", 403, True),
        ("quotaExceeded", 429, True),
    ],
)
def test_trouble_with_the_account_is_told_apart_from_trouble_with_the_task(code, status, is_credit):
    with pytest.raises(AccountError) as caught:
        read(refused(code, status=status))
    assert caught.value.is_credit is is_credit


@pytest.mark.parametrize(("name", "is_credit"), [("error-401", False), ("error-402", True)])
def test_the_recorded_account_errors_are_read(name, is_credit):
    with pytest.raises(AccountError) as caught:
        read(recorded(f"runware/{name}"))
    assert caught.value.is_credit is is_credit


def test_the_oldest_form_of_an_error_is_read():
    body = exchange("runware/error-401")["legacy_ws"]
    with pytest.raises(AccountError, match="Invalid api key"):
        read(a_reply(body, status=401))


@pytest.mark.parametrize(
    "more", [{"parameter": "model"}, {"parameter": ["model"]}, {"message": "the model a:1@1 is not for you"}]
)
def test_a_403_about_one_model_fails_that_task_alone(more):
    with pytest.raises(RejectedError):
        read(refused("forbidden", status=403, **more))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("rateLimitExceeded", 429),
        ("somethingNew", 429),
        ("rateLimitExceeded", 403),
        ("providerRateLimitExceeded", 503),
        ("noAvailableServer", 429),
    ],
)
def test_a_refusal_that_may_pass_is_transient_and_keeps_the_wait(code, status):
    with pytest.raises(TransientError) as caught:
        read(refused(code, status=status, retry_after_s=7.0))
    assert (caught.value.retry_after_s, caught.value.http_status) == (7.0, status)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("internalServerError", 500),
        ("somethingNew", 500),
        ("serviceUnavailable", 503),
        ("timeoutProvider", 504),
        ("timeoutProvider", 400),
        ("internalServerError", 200),
        ("providerError", 200),
        ("noAvailableServer", 400),
        ("modelNotReady", 503),
    ],
)
def test_a_trouble_inside_the_service_proves_no_refusal_and_keeps_the_wait(code, status):
    with pytest.raises(OutcomeUnknownError) as caught:
        read(refused(code, status=status, retry_after_s=7.0))
    assert (caught.value.retry_after_s, caught.value.http_status) == (7.0, status)


def test_a_full_queue_need_not_name_our_task():
    with pytest.raises(TransientError):
        read(refused("rateLimitExceeded", status=503, task=""))
    with pytest.raises(TransientError):
        read(recorded("runware/error-429"))


def test_an_error_among_the_data_counts_as_an_error():
    body = {"data": [_WORDS | {"taskUUID": OURS, "status": "error", "error": {"code": "invalidWidth"}}]}
    with pytest.raises(RejectedError, match="invalidWidth"):
        read(a_reply(body))


def test_each_task_of_a_mixed_answer_gets_its_own():
    reply = recorded("runware/batch-partial")
    assert read(reply) == Accepted(remote_id=OURS)
    with pytest.raises(RejectedError):
        RUNWARE.read_submit(reply, our_id=FOREIGN)


def test_a_hostile_message_is_bounded_and_harmless():
    with pytest.raises(RejectedError) as caught:
        read(refused("invalidWidth", message="\x1b]8;;http://x\x07" + "m" * 9999))
    assert len(caught.value.message) <= 500
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("body", [b"", b"<html>slow down</html>", b"slow down"])
def test_too_many_requests_is_a_refusal_whoever_says_it(body):
    with pytest.raises(TransientError) as caught:
        read(replace(a_reply(body, status=429), retry_after_s=2.0))
    assert caught.value.retry_after_s == 2.0
