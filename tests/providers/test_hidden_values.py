"""What a run hides of its environment: no text that is kept of an answer holds it, and what is followed stays whole."""

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from render.errors import ReadFailedError, RejectedError
from render.providers import PROVIDERS
from tests.providers.exchanges import a_reply

OURS = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
VALUES = ["bucket-canary-4711", "ümlaut-geheim-123", "Ключ/0815+七", "clé-🗝-secrète"]
SPELLINGS = {
    "plain": str,
    "numbers": lambda value: json.dumps(value)[1:-1],
    "url": lambda value: quote(value, safe=""),
    "url in a url": lambda value: quote(quote(value, safe=""), safe=""),
}


def hiding(document, *values, status=200):
    return replace(a_reply(json.dumps(document, ensure_ascii=False).encode(), status=status), hidden=values)


def refusal(provider, words, *values):
    documents = {
        "runware": {"errors": [{"taskUUID": OURS, "code": "invalidParameter", "message": words}]},
        "aimlapi": {"message": words, "statusCode": 400},
    }
    with pytest.raises(RejectedError) as caught:
        PROVIDERS[provider].read_submit(hiding(documents[provider], *values, status=400), our_id=OURS)
    return caught.value.message


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_refusal_that_repeats_a_value_is_read_without_it(provider, value, spelled):
    assert refusal(provider, f"cannot put it to /{spelled(value)}/lamp", value) == "cannot put it to /…/lamp"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_message_that_is_cut_within_a_value_holds_no_part_of_it(provider):
    for length in range(480, 505):
        assert "bucket" not in refusal(provider, "." * length + VALUES[0], VALUES[0])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_value_that_holds_another_is_taken_out_whole(provider):
    assert refusal(provider, "not canary-4711-long", "canary-4711", "canary-4711-long") == "not …"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_may_be_part_of_any_word_stays_where_it_is(provider):
    assert refusal(provider, "the data is wrong", "data", "") == "the data is wrong"


def test_a_code_that_stands_for_a_message_is_read_without_a_value():
    answer = {"errors": [{"taskUUID": OURS, "code": "invalidBucketCanary"}]}
    with pytest.raises(RejectedError, match="invalid…"):
        PROVIDERS["runware"].read_submit(hiding(answer, "BucketCanary", status=400), our_id=OURS)


def states(provider, item, *values):
    documents = {
        "runware": {"data": [{"taskUUID": OURS, "taskType": "imageInference"} | item]},
        "aimlapi": {"id": OURS} | item,
    }
    return PROVIDERS[provider].read_poll(hiding(documents[provider], *values), remote_ids=[OURS])[OURS]


@pytest.mark.parametrize("value", ["im.runware.ai", "https://", f"https://im.runware.ai/{OURS}", OURS, "completed"])
def test_a_link_and_an_id_are_read_as_they_came(value):
    url = f"https://im.runware.ai/{OURS}.webp"
    runware = states("runware", {"status": "success", "imageURL": url, "imageUUID": OURS}, value)
    aimlapi = states("aimlapi", {"status": "completed", "video": {"url": url}}, value)
    assert [result.url for state in (runware, aimlapi) for result in state.results] == [url, url]
    assert {result.result_id for state in (runware, aimlapi) for result in state.results} == {OURS}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("word", ["processing", "Generating", " completed"])
def test_a_usual_word_of_state_is_read_as_it_came_and_any_other_is_not(provider, word):
    assert states(provider, {"status": word}, word.strip()).word == word.strip().lower()
    assert states(provider, {"status": f"{word}-bucket"}, f"{word}-bucket").word == "…"


def test_an_answer_too_deep_to_be_gone_through_is_unreadable():
    deep = "[" * 900 + '"x"' + "]" * 900
    reply = replace(a_reply(f'{{"data": {deep}}}'.encode()), hidden=VALUES)
    with pytest.raises(ReadFailedError):
        PROVIDERS["runware"].read_poll(reply, remote_ids=[OURS])


def test_what_is_hidden_is_not_shown_with_the_answer():
    assert VALUES[0] not in repr(hiding({}, VALUES[0]))
