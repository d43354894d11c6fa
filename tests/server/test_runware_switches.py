import pytest

from render.server.credit import Account
from render.server.rules import FailureRule
from render.server.switches import RunwareSwitches, Switches
from tests.server.rehearsal import StubbornEngine, until

NOBODY = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"


@pytest.fixture
def switched(serve):
    """Start a server with these switches of Runware."""

    def start(*, options=None, **changes):
        return serve(switches=Switches(runware=RunwareSwitches(**changes)), **(options or {}))

    return start


def _codes(answer):
    return [error["code"] for error in answer.body.get("errors", [])]


def test_a_failure_can_stand_among_the_data(switched, a_clip, recorded):
    witness, task = switched(error_in_data=True, options={"engine": StubbornEngine()}), a_clip(seed=1)
    witness.post(task)
    answer = witness.settle(task["taskUUID"])
    (item,), (seen,) = answer.body["data"], recorded("runware-getresponse-error-in-data")["response"]["body"]["data"]
    assert set(item) == set(seen)
    assert set(item["error"]) >= set(seen["error"])
    assert (item["status"], item["error"]["code"], "errors" in answer.body) == ("error", "timeoutProvider", False)


def test_an_unknown_id_can_be_told(switched, recorded):
    answer = switched(unknown_id="not_found").poll(NOBODY)
    seen = recorded("runware-getresponse-unknown-uuid")["alternative"]
    assert answer.status == seen["status"]
    assert [{**error, "message": "…"} for error in answer.body["errors"]] == seen["body"]["errors"]


def test_a_result_can_be_forgotten(switched, a_clip):
    witness, task = switched(retention_s=0.05), a_clip()
    witness.post(task)
    assert until(lambda: witness.poll(task["taskUUID"]), lambda answer: answer.body["data"] == []).status == 200


def test_a_partly_refused_array_can_have_another_status(switched, a_clip):
    witness = switched(mixed_submit_status=207)
    assert witness.post(a_clip(), a_clip(width=592)).status == 207
    assert witness.post(a_clip()).status == 200


def test_a_conflict_can_be_a_409(switched, a_clip):
    witness, task = switched(conflict_status=409), a_clip()
    witness.post(task)
    answer = witness.post(task)
    assert (answer.status, _codes(answer)) == (409, ["conflictTaskUUID"])
    assert witness.post(task, a_clip(width=592)).status == 400


def test_an_id_can_be_free_again_once_its_task_has_ended_and_is_paid_twice_then(switched, a_clip):
    witness, task = switched(conflict_window="running"), a_clip()
    for _ in range(3):
        assert witness.post(task).status == 200
        witness.settle(task["taskUUID"])
    assert [purchase["id"] for purchase in witness.ledger()["purchases"]] == [task["taskUUID"]] * 3
    (item,) = witness.poll(task["taskUUID"]).body["data"]
    assert witness.ask(item["videoURL"]).status == 200


def test_an_id_is_taken_while_its_task_runs(switched, a_clip):
    witness, task = switched(conflict_window="running", options={"latency_s": (60, 60)}), a_clip()
    witness.post(task)
    assert _codes(witness.post(task)) == ["conflictTaskUUID"]


def test_an_id_can_be_free_again_after_a_failure_alone(switched, a_clip):
    failing = (FailureRule(prompt="fail me", code="timeoutProvider"),)
    witness = switched(conflict_window="unless_failed", options={"failures": failing})
    good, bad = a_clip(), a_clip(positivePrompt="fail me")
    witness.post(good, bad)
    witness.settle(good["taskUUID"], bad["taskUUID"])
    assert _codes(witness.post(good)) == ["conflictTaskUUID"]
    assert witness.post(bad).status == 200


def test_an_array_can_be_bounded(switched, a_clip):
    witness = switched(max_tasks=2)
    assert _codes(witness.post(*(a_clip() for _ in range(3)))) == ["maxTasksExceeded"]
    assert witness.ledger()["purchases"] == []
    assert witness.post(a_clip(), a_clip()).status == 200


def test_several_polls_in_one_array_can_be_refused(switched, a_clip):
    witness, task = switched(poll_arrays=False), a_clip()
    witness.post(task)
    assert witness.poll(task["taskUUID"], NOBODY).status == 400
    assert witness.poll(task["taskUUID"]).status == 200


@pytest.mark.parametrize(("retry_after", "header"), [(None, None), (2.0, "2")])
def test_a_full_queue_is_told(switched, a_clip, retry_after, header, recorded):
    witness = switched(queue_limit=2, retry_after=retry_after, options={"latency_s": (60, 60)})
    assert witness.post(a_clip(), a_clip()).status == 200
    answer = witness.post(a_clip())
    seen = recorded("runware-error-429")["response"]
    assert (answer.status, _codes(answer)) == (seen["status"], [seen["body"]["errors"][0]["code"]])
    assert answer.headers["Retry-After"] == header
    assert len(witness.ledger()["purchases"]) == 2


def test_what_credit_does_not_cover_is_not_sold(serve, a_clip, recorded):
    witness = serve(credit={"runware": Account(usd=0.3)})
    dear = a_clip(width=768, height=512, duration=10, steps=28)
    answer = witness.post(dear, a_clip(width=768, height=512, duration=10))
    assert (answer.status, len(answer.body["data"]), _codes(answer)) == (200, 1, ["insufficientCredits"])
    answer = witness.post(a_clip(duration=10))
    seen = recorded("runware-error-402")["response"]
    assert (answer.status, _codes(answer)) == (seen["status"], [seen["body"]["errors"][0]["code"]])
    assert set(answer.body["errors"][0]) >= set(seen["body"]["errors"][0])


def test_a_synchronous_task_that_takes_too_long_can_be_acknowledged(switched, a_picture):
    options = {"latency_s": (60, 60), "sync_timeout_s": 0.01}
    task, witness = a_picture(), switched(sync_timeout_reply="acknowledgement", options=options)
    answer = witness.post(task)
    about = {"taskType": "imageInference", "taskUUID": task["taskUUID"]}
    assert (answer.status, answer.body) == (200, {"data": [about]})


def test_a_synchronous_task_that_takes_too_long_can_have_another_status(switched, a_picture):
    options = {"latency_s": (60, 60), "sync_timeout_s": 0.01}
    assert switched(sync_timeout_status=408, options=options).post(a_picture()).status == 408


@pytest.mark.parametrize("reply", ["price", "nothing"])
def test_a_dry_run_checks_and_prices_and_sells_nothing(switched, a_clip, reply):
    witness, good, bad = switched(dry_run_reply=reply), a_clip(numberResults=2), a_clip(width=592)
    answer = witness.ask("/v1", body=[good, bad], headers={"X-Runware-Dry-Run": "1"})
    assert _codes(answer) == ["invalidWidth"]
    told = [(item["taskUUID"], item["cost"] > 0) for item in answer.body["data"]]
    assert told == ([(good["taskUUID"], True)] if reply == "price" else [])
    assert witness.ledger()["purchases"] == []
    assert witness.post(good).status == 200
    if reply == "price":
        assert witness.ledger()["purchases"][0]["cost_usd"] == answer.body["data"][0]["cost"]


def test_the_lite_model_can_be_gone(switched, a_clip):
    witness = switched(serves_kandinsky_lite=False)
    assert _codes(witness.post(a_clip())) == ["invalidModel"]
    search = {"taskType": "modelSearch", "taskUUID": NOBODY}
    assert witness.post(search).body["data"][0]["totalResults"] == 1


def test_a_balance_can_be_an_object(switched):
    task = {"taskType": "accountManagement", "taskUUID": NOBODY, "operation": "getDetails"}
    (item,) = switched(balance="object").post(task).body["data"]
    assert item["balance"] == {"amount": 1_000_000.0, "currency": "USD"}
