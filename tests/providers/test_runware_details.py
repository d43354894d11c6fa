import pytest

from render.errors import AccountError, ReadFailedError
from render.providers import PROVIDERS
from render.providers.protocol import Details, Result
from tests.providers.asked import put, served
from tests.providers.exchanges import VIDEO, a_reply, recorded
from tests.server.rehearsal import until

RUNWARE = PROVIDERS["runware"]
OURS = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
OTHER = "3f0c2c1e-0000-4000-8000-000000000002"
PARAMS = {"prompt": "a dragon above a mountain", "width": 512, "height": 512, "duration": 5}


def read(body, *, status=200, retry_after_s=None):
    return RUNWARE.read_details(a_reply(body, status=status, retry_after_s=retry_after_s), remote_id=OURS)


def told(*data, about=OURS, errors=None):
    response = {"data": list(data)} | ({"errors": errors} if errors else {})
    item = {"taskType": "getTaskDetails", "taskUUID": about, "request": [{"taskUUID": OURS}], "response": response}
    return {"data": [item]}


def finished(task=OURS, **more):
    return {"taskUUID": task, "videoUUID": "v1", "videoURL": "https://vm.runware.ai/1.mp4", "cost": 0.25} | more


def test_details_are_asked_for_freely_and_by_our_own_id():
    call = RUNWARE.details(OURS)
    assert (call.method, call.path, call.is_paid) == ("POST", "", False)
    assert call.body == [{"taskType": "getTaskDetails", "taskUUID": OURS}]


def test_a_finished_task_is_known_with_its_link_and_cost():
    result = Result(result_id="v1", url="https://vm.runware.ai/1.mp4", seed=4, cost_usd=0.25, is_nsfw=None)
    assert read(told(finished(seed=4))) == Details(is_known=True, result=result)


@pytest.mark.parametrize(
    "body",
    [
        told({"taskType": "videoInference", "taskUUID": OURS}),
        told(finished(status="processing")),
        told(finished(task=OTHER)),
        told(errors=[{"code": "conflictTaskUUID", "taskUUID": OURS}]),
        {"data": [{"taskUUID": OURS}]},
        {"data": [{"taskUUID": OURS, "response": "soon"}]},
    ],
    ids=["acknowledged", "running", "of another", "refused replay", "no response", "a text"],
)
def test_a_task_without_a_finished_file_is_known_and_no_more(body):
    assert read(body) == Details(is_known=True)


@pytest.mark.parametrize("status", [200, 400, 404])
def test_an_error_that_names_the_id_says_that_it_was_never_there(status):
    body = {"data": [], "errors": [{"code": "taskNotFound", "taskUUID": OURS}]}
    assert read(body, status=status) == Details(is_known=False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"data": []}, 200),
        (told(finished(), about=OTHER), 200),
        ({"errors": [{"code": "taskNotFound", "taskUUID": OTHER}]}, 404),
        ({"errors": [{"code": "taskNotFound"}]}, 404),
        ({"errors": [{"code": "taskNotFound", "taskUUID": OURS}]}, 503),
        (told(finished()), 500),
        (b"<html>", 404),
    ],
)
def test_an_answer_about_something_else_says_nothing(body, status):
    with pytest.raises(ReadFailedError):
        read(body, status=status)


def test_a_host_that_asks_for_patience_is_heard():
    with pytest.raises(ReadFailedError) as caught:
        read({"errors": [{"code": "rateLimitExceeded"}]}, status=429, retry_after_s=7.0)
    assert caught.value.retry_after_s == 7.0


@pytest.mark.parametrize("name", ["runware/error-401", "runware/error-402"])
def test_a_refused_account_is_told_from_an_unknown_task(name):
    with pytest.raises(AccountError):
        RUNWARE.read_details(recorded(name), remote_id=OURS)


def test_a_server_is_understood_before_and_after_a_sale(tmp_path):
    with served(tmp_path) as witness:

        def ask():
            return RUNWARE.read_details(put(witness, RUNWARE, RUNWARE.details(OURS)), remote_id=OURS)

        assert ask() == Details(is_known=False)
        request = RUNWARE.request(PARAMS, VIDEO, model_id=VIDEO.id)
        RUNWARE.read_submit(put(witness, RUNWARE, RUNWARE.submit(request, our_id=OURS)), our_id=OURS)
        found = until(ask, lambda details: details.result is not None)
        assert found.is_known
        assert witness.ask(found.result.url).status == 200

        refused = put(witness, RUNWARE, RUNWARE.submit({**request, "steps": 3}, our_id=OURS))
        assert refused.status == 400
        assert ask() == Details(is_known=True)
