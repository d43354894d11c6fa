import pytest

from render.server.app import ServerOptions

KEY = "s3cret-right"
BY_ELEMENT = {"taskType": "authentication", "apiKey": KEY}


@pytest.fixture
def locked(serve):
    return serve(key=None, keys=frozenset({KEY, "another"}))


def test_a_task_without_a_key_is_refused_and_not_sold(locked, a_clip, recorded):
    answer = locked.post(a_clip())
    assert {"status": answer.status, "body": answer.body} == recorded("runware-error-401")["response"]
    assert locked.ledger()["purchases"] == []


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic s3cret-right", "s3cret-right", "Bearer \u00fc"])
def test_a_wrong_key_is_refused(locked, a_clip, header):
    assert locked.ask("/v1", body=[a_clip()], headers={"Authorization": header}).status == 401


def test_the_header_lets_in(locked, a_clip):
    assert locked.ask("/v1", body=[a_clip()], headers={"Authorization": f"Bearer {KEY}"}).status == 200


def test_the_first_element_lets_in_and_is_answered_too(locked, a_clip):
    task = a_clip()
    answer = locked.post(BY_ELEMENT, task)
    assert answer.status == 200
    assert {item["taskType"] for item in answer.body["data"]} == {"authentication", "videoInference"}


def test_a_refused_task_behind_an_authentication_is_still_400(locked, a_clip):
    assert locked.post(BY_ELEMENT, a_clip(width=592)).status == 400


def test_an_authentication_behind_the_first_place_does_not_count(locked, a_clip):
    assert locked.post(a_clip(), BY_ELEMENT).status == 401


@pytest.mark.parametrize("key", ["wrong", "", None, 7, "\ud800"])
def test_a_wrong_key_in_the_first_element_is_refused(locked, a_clip, key):
    assert locked.post({"taskType": "authentication", "apiKey": key}, a_clip()).status == 401


def test_any_key_but_none_opens_a_server_without_keys(serve, a_clip):
    assert serve(key="whatever").post(a_clip()).status == 200
    assert serve(key=None).post(a_clip()).status == 401


def test_the_other_api_refuses_in_its_own_words(locked, recorded):
    answer = locked.ask("/v2/video/generations", body={"model": "x", "prompt": "y"})
    seen = recorded("aiml-error-401")["response"]
    assert answer.status == seen["status"]
    unequal = {"requestId", "timestamp"}
    assert set(answer.body) == set(seen["body"])
    assert {name: answer.body[name] for name in set(seen["body"]) - unequal} == {
        name: seen["body"][name] for name in set(seen["body"]) - unequal
    }


def test_a_key_is_written_nowhere(locked, serve, a_clip, tmp_path):
    locked.post(BY_ELEMENT, a_clip())
    locked.ask("/v1", body=[a_clip()], headers={"Authorization": f"Bearer {KEY}"})
    serve.stop()
    texts = [path.read_bytes() for path in (tmp_path / "state").iterdir() if path.is_file()]
    assert texts
    assert not any(KEY.encode() in text for text in texts)


def test_a_server_for_others_needs_keys(tmp_path):
    with pytest.raises(ValueError, match="keys are needed"):
        ServerOptions(state_dir=tmp_path, host="0.0.0.0")  # noqa: S104 - refused, which is the point
    assert ServerOptions(state_dir=tmp_path, host="0.0.0.0", keys=frozenset({KEY})).keys  # noqa: S104 - never started


def test_keys_are_not_shown_with_the_options(tmp_path):
    assert "s3cret" not in repr(ServerOptions(state_dir=tmp_path, keys=frozenset({"s3cret"})))
