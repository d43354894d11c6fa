import itertools
import sqlite3
from uuid import uuid4

import pytest

from render.server.credit import Account
from render.server.runware.results import UNSAFE_WORD
from tests.server.rehearsal import StubbornEngine, until

SPREAD_ID = "00000000-0000-4000-8000-000000000167"


def _is_all_done(items):
    return all(item["status"] == "success" for item in items)


def details(witness, identifier):
    (item,) = witness.post({"taskType": "getTaskDetails", "taskUUID": identifier}).body["data"]
    return item


def test_a_task_is_told_as_it_was_sent_with_its_result(witness, a_clip):
    task = a_clip(seed=4)
    witness.post(task)
    (result,) = witness.settle(task["taskUUID"]).body["data"]
    told = details(witness, task["taskUUID"])
    assert told["request"] == [task]
    assert told["response"] == {"data": [{name: value for name, value in result.items() if name != "status"}]}


def test_a_running_task_is_told_with_its_acknowledgement(serve, a_clip):
    witness, task = serve(latency_s=(60, 60)), a_clip()
    acknowledged = witness.post(task).body
    assert details(witness, task["taskUUID"])["response"] == acknowledged


def test_a_failed_task_is_told_with_its_error(serve, a_clip):
    witness, task = serve(engine=StubbornEngine()), a_clip(seed=1)
    witness.post(task)
    failed = witness.settle(task["taskUUID"]).body
    assert details(witness, task["taskUUID"])["response"] == failed


def test_a_refused_repetition_hides_the_result(serve, a_clip):
    witness, task = serve(), a_clip()
    witness.post(task)
    witness.settle(task["taskUUID"])
    refused = witness.post({**task, "steps": 3}).body
    for _ in range(2):
        told = details(witness, task["taskUUID"])
        assert (told["request"], told["response"]) == ([task], refused)
        serve.stop()
        witness = serve()


def test_a_task_that_was_only_ever_refused_is_told_too(witness, a_clip):
    task = a_clip(width=592)
    refused = witness.post(task).body
    assert details(witness, task["taskUUID"])["response"] == refused


def test_details_of_an_id_that_was_never_seen_are_not_found(witness):
    answer = witness.post({"taskType": "getTaskDetails", "taskUUID": str(uuid4())})
    assert (answer.status, answer.body["errors"][0]["code"]) == (404, "taskNotFound")


def test_an_account_tells_what_is_left_and_what_was_spent(serve, a_clip):
    witness = serve(key="secret-key-of-mine", credit={"runware": Account(usd=10)})
    witness.post(a_clip(), a_clip())
    spent_usd = witness.ledger()["cost_usd"]
    (item,) = witness.post({"taskType": "accountManagement", "taskUUID": str(uuid4()), "operation": "getDetails"}).body[
        "data"
    ]
    assert item["balance"] == pytest.approx(10 - spent_usd, abs=1e-4)
    assert item["usage"]["total"] == {"credits": pytest.approx(spent_usd, abs=1e-4), "requests": 2}
    assert item["apiKeys"][0]["apiKey"] == "secr****"


def test_an_account_knows_one_operation(witness):
    answer = witness.post({"taskType": "accountManagement", "taskUUID": str(uuid4()), "operation": "close"})
    assert (answer.status, answer.body["errors"][0]["code"]) == (400, "invalidOperation")


@pytest.mark.parametrize(
    ("asked", "total", "on_page"),
    [
        ({}, 2, 2),
        ({"search": "kandinsky"}, 2, 2),
        ({"search": "Image LITE"}, 1, 1),
        ({"search": "sora"}, 0, 0),
        ({"limit": 1}, 2, 1),
        ({"offset": 1, "limit": 100}, 2, 1),
        ({"offset": 9}, 2, 0),
        ({"category": "lora"}, 0, 0),
        ({"capabilities": ["textToImage"]}, 1, 1),
    ],
)
def test_a_search_finds_the_models_there_are(shared_witness, asked, total, on_page):
    (item,) = shared_witness.post({"taskType": "modelSearch", "taskUUID": str(uuid4()), **asked}).body["data"]
    assert (item["totalResults"], len(item["results"])) == (total, on_page)


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"search": 7}, {"colour": "red"}, {"capabilities": [[]]}]
)
def test_a_broken_search_is_refused(shared_witness, asked):
    answer = shared_witness.post({"taskType": "modelSearch", "taskUUID": str(uuid4()), **asked})
    assert (answer.status, answer.body["data"]) == (400, [])


@pytest.mark.parametrize("ttl", [60, None])
def test_a_file_is_gone_once_its_time_is_up(serve, a_clip, tmp_path, ttl):
    witness, task = serve(), a_clip(ttl=ttl)
    witness.post(task)
    (item,) = witness.settle(task["taskUUID"]).body["data"]
    assert witness.ask(item["videoURL"]).status == 200
    serve.stop()
    with sqlite3.connect(tmp_path / "state" / "server.db") as database:
        database.execute("UPDATE result SET finished_at = finished_at - 61")
    database.close()
    witness = serve()
    name = item["videoURL"].rpartition("/")[2]
    assert witness.ask(f"/files/{name}").status == (404 if ttl else 200)
    assert witness.poll(task["taskUUID"]).body["data"][0]["status"] == "success"


def test_a_prompt_with_our_word_is_called_unsafe_where_content_is_checked(witness, a_picture):
    prompts = (f"a scene of {UNSAFE_WORD}", "a lake")
    tasks = [a_picture(positivePrompt=prompt, safety={"mode": "fast"}) for prompt in prompts]
    assert [item["NSFWContent"] for item in witness.post(*tasks).body["data"]] == [True, False]


def test_results_of_one_task_are_ready_one_after_the_other_and_told_again_each_time(serve, a_clip):
    # this id draws times far apart: they follow from the id alone
    witness, task = serve(latency_s=(0.0, 0.6)), a_clip(numberResults=4, taskUUID=SPREAD_ID)
    witness.post(task)
    polls = []
    until(lambda: polls.append(witness.poll(SPREAD_ID).body["data"]) or polls[-1], _is_all_done)
    done = [{item["videoUUID"] for item in poll if item["status"] == "success"} for poll in polls]
    assert all(before <= after for before, after in itertools.pairwise(done))
    assert [len(poll) for poll in polls] == [4] * len(polls)
    assert {0 < len(each) < 4 for each in done} == {True, False}


def test_an_id_that_is_no_character_is_refused_and_its_sibling_is_served(shared_witness):
    good = {
        "taskType": "imageInference", "taskUUID": str(uuid4()), "model": "runware:kandinsky-5.0-image-lite@1",
        "positivePrompt": "a lamp", "width": 640, "height": 1408, "deliveryMethod": "async",
    }  # fmt: skip
    answer = shared_witness.post(good, {**good, "taskUUID": "\ud800"})
    assert [item["taskUUID"] for item in answer.body["data"]] == [good["taskUUID"]]
    assert [error["code"] for error in answer.body["errors"]] == ["invalidTaskUUID"]
    assert shared_witness.post({**good, "taskUUID": "\ud800"}).status == 400
    shared_witness.settle(good["taskUUID"])
