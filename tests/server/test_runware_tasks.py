import base64

import pytest

from tests.server.rehearsal import StubbornEngine


def test_a_video_task_is_acknowledged_without_a_status(witness, recorded):
    exchange = recorded("runware-video-submit")
    answer = witness.post(*exchange["request"])
    assert (answer.status, answer.body) == (exchange["response"]["status"], exchange["response"]["body"])
    assert answer.headers["Content-Type"].startswith("application/json")


def test_a_finished_task_tells_all_of_its_result(witness, recorded):
    (task,) = recorded("runware-video-submit")["request"]
    witness.post(task)
    (item,) = witness.settle(task["taskUUID"]).body["data"]
    assert set(item) == {"taskType", "taskUUID", "status", "videoUUID", "videoURL", "seed", "cost"}
    assert (item["status"], item["seed"], item["taskType"]) == ("success", 28826, "videoInference")
    assert 0.2471 <= item["cost"] <= 0.2733
    assert item["videoURL"] == f"{witness.base_url}/files/{item['videoUUID']}.mp4"


def test_a_running_task_has_progress_and_no_file_id(serve, a_clip, recorded):
    witness, task = serve(latency_s=(60, 60)), a_clip()
    witness.post(task)
    (item,) = witness.poll(task["taskUUID"]).body["data"]
    (seen,) = recorded("runware-getresponse-processing")["response"]["body"]["data"]
    assert set(item) == {*seen, "progress"}
    assert item["status"] == seen["status"]
    assert item["progress"] == 0


def test_an_id_that_was_never_sold_is_answered_with_nothing(witness, recorded):
    answer = witness.poll("24cd5dff-cb81-4db5-8506-b72a9425f9d1")
    assert {"status": answer.status, "body": answer.body} == recorded("runware-getresponse-unknown-uuid")["response"]


def test_a_repeated_id_is_a_conflict_and_no_second_purchase(witness, a_clip, recorded):
    task = a_clip()
    witness.post(task)
    again = witness.post(task)
    seen = recorded("runware-error-400-conflict")["response"]
    assert (again.status, again.body["data"]) == (seen["status"], seen["body"]["data"])
    assert [error["code"] for error in again.body["errors"]] == [error["code"] for error in seen["body"]["errors"]]
    assert again.body["errors"][0]["taskUUID"] == task["taskUUID"]
    assert [purchase["id"] for purchase in witness.ledger()["purchases"]] == [task["taskUUID"]]


def test_a_finished_or_failed_id_conflicts_too(serve, a_clip):
    witness = serve(engine=StubbornEngine())
    done, failed = a_clip(seed=2), a_clip(seed=1)
    witness.post(done, failed)
    witness.settle(done["taskUUID"], failed["taskUUID"])
    answer = witness.post(done, failed)
    assert [error["code"] for error in answer.body["errors"]] == ["conflictTaskUUID"] * 2
    assert len(witness.ledger()["purchases"]) == 2


def test_the_same_id_twice_in_one_array_is_sold_once(witness, a_clip):
    task = a_clip()
    answer = witness.post(task, task)
    assert (answer.status, len(answer.body["data"]), len(answer.body["errors"])) == (200, 1, 1)
    assert len(witness.ledger()["purchases"]) == 1


def test_each_task_of_an_array_is_settled_on_its_own(witness, recorded):
    exchange = recorded("runware-batch-partial")
    answer = witness.post(*exchange["request"])
    seen = exchange["response"]["body"]
    assert (answer.status, answer.body["data"]) == (exchange["response"]["status"], seen["data"])
    (error,) = answer.body["errors"]
    assert {name: error[name] for name in seen["errors"][0] if name != "message"} == {
        name: value for name, value in seen["errors"][0].items() if name != "message"
    }


def test_many_tasks_are_polled_with_one_array_and_told_cumulatively(serve, a_clip):
    witness, tasks = serve(), [a_clip() for _ in range(100)]
    witness.post(*tasks)
    ids = [task["taskUUID"] for task in tasks]
    first, second = witness.settle(*ids), witness.settle(*ids)
    assert [item["taskUUID"] for item in first.body["data"]] == ids
    assert first.body == second.body
    assert witness.ledger()["highest_concurrency"] == 100


def test_results_that_run_finish_and_fail_stand_side_by_side(serve, a_clip, recorded):
    seen = recorded("runware-getresponse-mixed")["response"]["body"]
    witness = serve(engine=StubbornEngine())
    task = a_clip(seed=6, numberResults=2, includeCost=True)
    witness.post(task)
    answer = witness.settle(task["taskUUID"])
    assert answer.status == 200
    ((item,), (error,)) = answer.body["data"], answer.body["errors"]
    assert set(item) >= set(seen["data"][1])
    assert set(error) >= set(seen["errors"][0])
    assert (error["code"], error["status"]) == ("timeoutProvider", "error")


def test_a_render_that_failed_is_told_in_errors_with_status_200(serve, a_clip):
    witness, task = serve(engine=StubbornEngine()), a_clip(seed=1)
    witness.post(task)
    answer = witness.settle(task["taskUUID"])
    assert (answer.status, answer.body["data"]) == (200, [])
    assert answer.body["errors"][0]["taskUUID"] == task["taskUUID"]


def test_an_engine_that_breaks_fails_its_own_render_alone(serve, a_clip):
    witness, broken, whole = serve(engine=StubbornEngine()), a_clip(seed=0), a_clip(seed=2)
    witness.post(broken, whole)
    answer = witness.settle(broken["taskUUID"], whole["taskUUID"])
    assert [error["code"] for error in answer.body["errors"]] == ["internalServerError"]
    assert [item["taskUUID"] for item in answer.body["data"]] == [whole["taskUUID"]]


def test_several_results_have_seeds_in_a_row_and_files_of_their_own(witness, a_clip):
    task = a_clip(seed=7, numberResults=4)
    witness.post(task)
    items = witness.settle(task["taskUUID"]).body["data"]
    assert [item["seed"] for item in items] == [7, 8, 9, 10]
    assert len({witness.ask(item["videoURL"]).raw for item in items}) == 4


def test_a_seed_is_drawn_within_32_bits_where_none_is_given(witness, a_clip):
    tasks = [a_clip() for _ in range(8)]
    witness.post(*tasks)
    seeds = [item["seed"] for item in witness.settle(*(task["taskUUID"] for task in tasks)).body["data"]]
    assert len(set(seeds)) == 8
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_cost_is_told_only_where_it_was_asked_for(witness, a_clip):
    tasks = [a_clip(), a_clip(includeCost=False), a_clip(includeCost=True)]
    witness.post(*tasks)
    items = witness.settle(*(task["taskUUID"] for task in tasks)).body["data"]
    assert ["cost" in item for item in items] == [False, False, True]


@pytest.mark.parametrize(
    ("size", "steps", "cost"),
    [((1280, 768), 28, 0.0102), ((1408, 640), 28, 0.0096), ((1152, 896), 28, 0.0109), ((1024, 1024), 20, 0.0077)],
)
def test_an_image_costs_what_was_observed(witness, a_picture, size, steps, cost):
    task = a_picture(width=size[0], height=size[1], steps=steps, includeCost=True, numberResults=2)
    items = witness.post(task).body["data"]
    assert [item["cost"] for item in items] == [cost, cost]
    assert witness.ledger()["purchases"][0]["cost_usd"] == pytest.approx(2 * cost)


def test_an_image_is_delivered_at_once_unless_asked_otherwise(witness, recorded):
    exchange = recorded("runware-image-sync")
    answer = witness.post(*exchange["request"])
    ((item,), (seen,)) = answer.body["data"], exchange["response"]["body"]["data"]
    assert (answer.status, set(item)) == (200, set(seen))
    same = ("taskType", "taskUUID", "seed", "cost")
    assert {name: item[name] for name in same} == {name: seen[name] for name in same}
    assert witness.poll(item["taskUUID"]).body["data"] == [{**item, "status": "success"}]


def test_an_image_task_may_be_asynchronous(witness, a_picture):
    task = a_picture(deliveryMethod="async", outputFormat="PNG")
    assert witness.post(task).body == {"data": [{"taskType": "imageInference", "taskUUID": task["taskUUID"]}]}
    (item,) = witness.settle(task["taskUUID"]).body["data"]
    assert item["imageURL"].endswith(f"/files/{item['imageUUID']}.png")


def test_a_synchronous_task_that_takes_too_long_goes_on(serve, a_picture):
    witness, task = serve(latency_s=(0.2, 0.2), sync_timeout_s=0.01), a_picture()
    answer = witness.post(task)
    assert (answer.status, answer.body["errors"][0]["code"]) == (504, "timeout")
    assert witness.settle(task["taskUUID"]).body["data"][0]["status"] == "success"


def test_an_image_comes_inside_the_reply_where_that_is_asked_for(witness, a_picture):
    plain, uri = (
        a_picture(outputType="base64Data", seed=3),
        a_picture(outputType="dataURI", seed=3, outputFormat="WEBP"),
    )
    items = witness.post(plain, uri).body["data"]
    assert b"seed=3" in base64.b64decode(items[0]["imageBase64Data"])
    assert items[1]["imageDataURI"].startswith("data:image/webp;base64,")
    assert not any("imageURL" in item for item in items)


@pytest.mark.parametrize(
    ("safety", "is_on"),
    [({"checkContent": True}, True), ({"mode": "none", "checkContent": True}, False), (None, False)],
)
def test_checked_content_is_marked(witness, a_picture, safety, is_on):
    (item,) = witness.post(a_picture(safety=safety)).body["data"]
    assert ("NSFWContent" in item) is is_on


def test_a_negative_prompt_shapes_nothing_without_guidance(witness, a_clip):
    tasks = [a_clip(seed=1, CFGScale=scale, negativePrompt=text) for scale in (1, 2) for text in ("text", "blur")]
    witness.post(*tasks)
    items = witness.settle(*(task["taskUUID"] for task in tasks)).body["data"]
    free, other_free, guided, other_guided = (witness.ask(item["videoURL"]).raw for item in items)
    assert free == other_free
    assert guided != other_guided


def test_half_a_character_in_a_prompt_breaks_nothing(serve, a_picture):
    witness, task = serve(engine="procedural"), a_picture(positivePrompt="\ud800 \u0000")
    (item,) = witness.post(task).body["data"]
    assert witness.ask(item["imageURL"]).raw.startswith(b"\xff\xd8")
    assert witness.ask("/admin/requests").body["requests"][0]["body"] == [task]


def test_ping_is_answered(witness):
    assert witness.post({"taskType": "ping", "ping": True}).body == {"data": [{"taskType": "ping", "pong": True}]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalidRequest"),
        (b"{", "invalidRequest"),
        (b"{}", "invalidRequest"),
        (b"[]", "invalidRequest"),
        (b"[1]", "invalidRequest"),
        (b"[" * 100_000, "invalidRequest"),
        (b'[{"taskType": "ping", "taskType": "ping"}]', "invalidRequest"),
        (b'[{"taskType": "audioInference"}]', "unsupportedTaskType"),
        (b'[{"taskType": ["ping"]}]', "unsupportedTaskType"),
        (b"[{}]", "missingTaskType"),
        (b'[{"taskType": "getResponse"}]', "missingTaskUUID"),
        (b'[{"taskType": "videoInference", "taskUUID": "1", "model": "runware:210@1"}]', "invalidTaskUUID"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(shared_witness, body, code):
    answer = shared_witness.ask("/v1", body=body)
    assert (answer.status, answer.body["data"]) == (400, [])
    assert answer.body["errors"][0]["code"] == code


def test_a_body_that_is_too_large_is_refused(serve):
    answer = serve(max_body_bytes=2000).ask("/v1", body=b" " * 3000)
    assert (answer.status, answer.body["errors"][0]["code"]) == (413, "invalidRequest")


def test_a_time_ordered_id_is_taken(witness, a_clip):
    assert witness.post(a_clip(taskUUID="019c42a0-c3ff-7138-be83-ee257abc5331")).status == 200
