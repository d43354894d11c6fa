from urllib.parse import quote

import pytest

from tests.server.rehearsal import StubbornEngine

PATH = "/v2/video/generations"
MODEL = "sber-ai/kandinsky5-distill-t2v"


def _body(**changes):
    return {"model": MODEL, "prompt": "a dragon above a mountain", **changes}


def test_a_submission_is_queued_under_an_id_of_the_server(serve, recorded):
    exchange = recorded("aiml-submit")
    witness = serve(latency_s=(60, 60))
    answer = witness.ask(PATH, body=exchange["request"])
    seen = exchange["response"]["body"]
    assert (answer.status, set(answer.body)) == (exchange["response"]["status"], set(seen))
    assert (answer.body["status"], answer.body["meta"]) == (seen["status"], seen["meta"])
    identifier, _, model = answer.body["id"].partition(":")
    assert (len(identifier), model) == (36, MODEL)


def test_a_generation_completes_with_a_link(witness, recorded):
    identifier = witness.ask(PATH, body=_body()).body["id"]
    answer = witness.settle_generation(quote(identifier, safe=""))
    seen = recorded("aiml-poll-completed")["response"]["body"]
    assert set(answer.body) == {*seen, "meta"}
    assert (answer.body["status"], answer.body["id"]) == ("completed", identifier)
    assert witness.ask(answer.body["video"]["url"]).headers["Content-Type"] == "video/mp4"


def test_an_id_may_be_percent_encoded_or_raw(witness):
    identifier = witness.ask(PATH, body=_body()).body["id"]
    for form in (identifier, quote(identifier, safe="")):
        assert witness.ask(f"{PATH}?generation_id={form}").body["id"] == identifier


def test_a_generation_leaves_the_queue_before_it_completes(serve, recorded):
    witness = serve(latency_s=(0.4, 0.4))
    identifier = witness.ask(PATH, body=_body()).body["id"]
    words = [recorded("aiml-submit")["response"]["body"]["status"]]
    while words[-1] != "completed":
        words.append(witness.ask(f"{PATH}?generation_id={identifier}").body["status"])
    assert list(dict.fromkeys(words)) == [
        "queued", recorded("aiml-poll-generating")["response"]["body"]["status"], "completed",
    ]  # fmt: skip


def test_a_failed_generation_says_so(serve):
    witness = serve(engine=StubbornEngine())
    bodies = [witness.ask(PATH, body=_body()).body["id"] for _ in range(12)]
    answers = [witness.settle_generation(identifier).body for identifier in bodies]
    failed = [answer for answer in answers if answer["status"] == "error"]
    assert failed
    assert all(set(answer["error"]) == {"name", "message"} and "video" not in answer for answer in failed)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"model": "sber-ai/kandinsky6"}, "model"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": 7}, "prompt"),
        ({"aspect_ratio": "16:9"}, "aspect_ratio"),
        ({"duration": 7}, "duration"),
        ({"duration": "5"}, "duration"),
        ({"duration": True}, "duration"),
        ({"num_inference_steps": 0}, "num_inference_steps"),
        ({"num_inference_steps": 30.0}, "num_inference_steps"),
        ({"seed": 1}, "seed"),
    ],
)
def test_a_bad_submission_is_refused_by_name_and_not_sold(witness, changes, word):
    answer = witness.ask(PATH, body=_body(**changes))
    assert set(answer.body) == {"message", "path", "requestId", "statusCode", "timestamp"}
    assert (answer.status, answer.body["statusCode"], answer.body["path"]) == (400, 400, PATH)
    assert answer.body["message"].startswith("Body validation error!")
    assert word in answer.body["message"]
    assert witness.ledger()["purchases"] == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"model": NaN}'])
def test_what_is_no_object_is_refused(shared_witness, body):
    assert shared_witness.ask(PATH, body=body).status == 400


@pytest.mark.parametrize("name", ["model", "prompt"])
def test_what_is_needed_is_asked_for(shared_witness, name):
    body = _body()
    del body[name]
    assert f"'{name}' is required" in shared_witness.ask(PATH, body=body).body["message"]


@pytest.mark.parametrize(("changes", "credits"), [({}, 120_000), ({"duration": 10}, 240_000)])
@pytest.mark.parametrize("model", [MODEL, "sber-ai/kandinsky5-t2v"])
def test_credits_and_dollars_agree(witness, model, changes, credits):  # noqa: A002 - the provider's word
    answer = witness.ask(PATH, body=_body(model=model, **changes))
    assert answer.body["meta"]["usage"]["credits_used"] == credits
    (purchase,) = witness.ledger()["purchases"]
    assert (purchase["id"], purchase["provider"], purchase["model"]) == (answer.body["id"], "aimlapi", model)
    assert purchase["cost_usd"] * 2_000_000 == credits


def test_the_same_submission_twice_is_two_purchases(witness):
    assert witness.ask(PATH, body=_body()).body["id"] != witness.ask(PATH, body=_body()).body["id"]
    assert len(witness.ledger()["purchases"]) == 2


def test_an_unknown_or_missing_id_is_refused(shared_witness, a_clip):
    task = a_clip()
    shared_witness.post(task)
    assert shared_witness.ask(f"{PATH}?generation_id=x:{MODEL}").status == 404
    assert shared_witness.ask(f"{PATH}?generation_id={task['taskUUID']}").status == 404
    assert shared_witness.ask(PATH).status == 400


def test_a_path_or_method_that_is_not_there_is_refused_in_the_words_of_its_api(shared_witness):
    assert shared_witness.ask("/v2/audio").body["statusCode"] == 404
    assert shared_witness.ask(PATH, method="DELETE").body["statusCode"] == 405
    assert shared_witness.ask("/v1").body["errors"][0]["code"] == "invalidRequest"
