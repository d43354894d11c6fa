"""Every recorded exchange with Runware, played against our server: the same members, and the same meaning."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from render.server.credit import Account
from render.server.switches import RunwareSwitches, Switches
from tests.server.rehearsal import StubbornEngine

#: recordings that are tables, not exchanges, and those that other tests of this folder play
NOT_EXCHANGES = {"runware-210-1-schedulers", "runware-limits-210-1"}
PLAYED_ELSEWHERE = {
    "runware-webhook": "test_runware_handover",
    "runware-ws-session": "test_runware_socket",
}
#: members whose values are drawn anew each time, by what each value looks like
DRAWN = {
    "videoUUID": r"[0-9a-f-]{36}",
    "imageUUID": r"[0-9a-f-]{36}",
    "mediaUUID": r"[0-9a-f-]{36}",
    "organizationUUID": r"[0-9a-f-]{36}",
    "videoURL": r"http://127\.0\.0\.1:\d+/files/[0-9a-f-]{36}\.mp4",
    "imageURL": r"http://127\.0\.0\.1:\d+/files/[0-9a-f-]{36}\.(jpg|png)",
    "mediaURL": r"http://127\.0\.0\.1:\d+/files/[0-9a-f-]{36}\.png",
    "cost": r"0\.\d+",
    "seed": r"\d+",
    "message": r".+",
    "documentation": r"https://runware\.ai/docs/.+",
    "name": r".+",
    "email": r".+@.+",
    "description": r".*",
    "joinedAt": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "createdAt": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "lastUsedAt": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "balance": r"\d+\.\d+",
    "credits": r"\d+(\.\d+)?",
    "requests": r"\d+",
    "totalResults": r"\d+",
    "apiKey": r".{0,4}\*{4}",
}
#: what a reply may hold beyond its recording: recordings of different ages and sources show different parts of it
MAY_BE_MORE = {
    *("progress", "status", "seed", "taskType"),
    *("documentation", "parameter", "type", "min", "max", "multiplier", "allowedValues"),
    *("category", "architecture", "version", "private", "capability"),
}
ID = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def differences(told, seen, path=""):
    """Where what was told does not mean what was recorded."""
    if isinstance(seen, dict) and isinstance(told, dict):
        missing = [f"{path}.{name} is missing" for name in seen if name not in told]
        more = [f"{path}.{name} is more" for name in told if name not in seen and name not in MAY_BE_MORE]
        shared = [found for name in seen if name in told for found in _member(told[name], seen[name], name, path)]
        return [*missing, *more, *shared]
    if isinstance(seen, list) and isinstance(told, list) and len(seen) == len(told):
        places = enumerate(zip(told, seen, strict=True))
        return [found for place, pair in places for found in differences(*pair, f"{path}[{place}]")]
    is_wild = isinstance(seen, str) and (seen == "…" or re.fullmatch(r"<.*>.*", seen))
    return [] if told == seen or is_wild else [f"{path} is {told!r} and not {seen!r}"]


def _member(told, seen, name, path):
    if name in DRAWN and not isinstance(told, dict | list):
        is_right = re.fullmatch(DRAWN[name], str(told)) is not None
        return [] if is_right else [f"{path}.{name} is {told!r}"]
    return differences(told, seen, f"{path}.{name}")


def _filled(task, **values):
    """A recorded task with something in place of what was left out."""
    return {name: values[name] if "…" in str(value) and name in values else value for name, value in task.items()}


@pytest.fixture
def replay(serve, recorded, a_clip):
    """Bring a server into the recorded situation and give the answer, with what was recorded of it."""

    def play(name, **switches):
        options = {"switches": Switches(runware=RunwareSwitches(**switches)), "engine": StubbornEngine()}
        return SCENES[name](lambda **more: serve(**{**options, **more}), recorded(name), a_clip)

    return play


def _asked(serve, exchange, _):
    return serve().post(*exchange["request"]), exchange["response"]


def _in_a_list(serve, exchange, _):
    (task,) = exchange["request"]
    answer = serve(key="<prefix>-of-a-key").post(_filled(task, taskUUID=str(uuid4()), image=PIXEL))
    seen = exchange.get("response_client") or exchange["response"]
    return answer, {"status": 200, "body": seen}


def _running(serve, exchange, a_clip):
    witness = serve(latency_s=(60, 60))
    witness.post(a_clip(taskUUID=ID))
    return witness.post(*exchange["request"]), exchange["response"]


def _failed(serve, exchange, a_clip):
    witness = serve()
    witness.post(a_clip(taskUUID=ID, seed=1))
    return witness.settle(ID), exchange["response"]


def _mixed(serve, exchange, a_clip):
    # the times of these three results follow from the id: what is asked for here is one of each state
    witness = serve()
    witness.post(a_clip(taskUUID=ID, seed=1, numberResults=2, includeCost=True))
    seen = exchange["response"]
    done = [item for item in seen["body"]["data"] if item["status"] == "success"]
    return witness.settle(ID), {**seen, "body": {**seen["body"], "data": done}}


def _unknown(serve, exchange, _):
    return serve().poll(ID), exchange["response"]


def _repeated(serve, exchange, a_clip):
    witness, task = serve(), a_clip(taskUUID=ID)
    witness.post(task)
    return witness.post(task), exchange["response"]


def _too_narrow(serve, exchange, a_clip):
    seen = exchange["response"]
    (error,) = seen["body"]["errors"]
    limits = {"min": 512, "max": 768, "multiplier": 16}
    answer = serve().post(a_clip(taskUUID=error["taskUUID"], width=100))
    return answer, {**seen, "body": {**seen["body"], "errors": [{**error, **limits}]}}


def _wrong_key(serve, exchange, a_clip):
    return serve(key="wrong", keys=frozenset({"right"})).post(a_clip()), exchange["response"]


def _poor(serve, exchange, a_clip):
    answer = serve(credit={"runware": Account(usd=0.001)}).post(a_clip(taskUUID=ID))
    return answer, _with_empty_data(exchange)


def _crowded(serve, exchange, a_clip):
    return serve().post(a_clip(taskUUID=ID)), _with_empty_data(exchange)


def _with_empty_data(exchange):
    seen = exchange["response"]
    return {**seen, "body": {"data": [], **seen["body"]}}


def _stored(serve, exchange, _):
    task, deletion = exchange["upload"]["request"][0], exchange["delete"]["request"][0]
    witness = serve()
    upload = witness.post(_filled(task, taskUUID=ID, media=PIXEL))
    assert differences(upload.body, exchange["upload"]["response"]) == []
    answer = witness.post({**deletion, "taskUUID": ID, "media": upload.body["data"][0]["mediaUUID"]})
    return answer, {"status": 200, "body": exchange["delete"]["response"]}


def _found(serve, exchange, _):
    (task,) = exchange["request"]
    # two models of that name are known here, and one was when it was recorded
    answer = serve().post({**task, "taskUUID": ID, "search": "kandinsky 210"})
    return answer, {"status": 200, "body": exchange["response"]}


def _told_in_detail(serve, exchange, a_clip):
    witness = serve()
    witness.post(a_clip(taskUUID=ID, seed=2))
    witness.settle(ID)
    (seen,) = exchange["response"]["data"]
    request = [{**a_clip(taskUUID=ID, seed=2), **seen["request"][0]}]
    return witness.post(*exchange["request"]), {"status": 200, "body": {"data": [{**seen, "request": request}]}}


def _published(serve, exchange, a_clip):
    (seen,) = exchange["items"]
    point = exchange["cost_points"][0]
    shape = {name: point[name] for name in ("width", "height", "duration", "steps")}
    witness = serve()
    witness.post(a_clip(taskUUID=seen["taskUUID"], seed=seen["seed"], includeCost=True, **shape))
    answer = witness.settle(seen["taskUUID"])
    costs = [each["cost"] for each in exchange["cost_points"]]
    assert min(costs) <= answer.body["data"][0]["cost"] <= max(costs)
    return answer, {"status": 200, "body": {"data": [{**seen, "status": "success"}]}}


def _of_mixed_types(serve, exchange, _):
    tasks = [_filled(task, taskUUID=str(uuid4()), positivePrompt="a lake") for task in exchange["request"]]
    # two of the three types and the third's model are not served here: each is told on its own all the same
    seen = [{"code": "unsupportedTaskType", "parameter": "taskType", "message": "…", "taskType": task["taskType"],
             "taskUUID": task["taskUUID"]} for task in tasks[1:]]  # fmt: skip
    model = {"code": "invalidModel", "parameter": "model", "message": "…", "taskUUID": tasks[0]["taskUUID"]}
    return serve().post(*tasks), {"status": 400, "body": {"data": [], "errors": [*seen, model]}}


SCENES = {
    "runware-video-submit": _asked,
    "runware-image-sync": _asked,
    "runware-batch-partial": _asked,
    "runware-account": _in_a_list,
    "runware-image-upload": _in_a_list,
    "runware-media-storage": _stored,
    "runware-model-search": _found,
    "runware-task-details": _told_in_detail,
    "runware-getresponse-processing": _running,
    "runware-getresponse-all-failed": _failed,
    "runware-getresponse-error-in-data": _failed,
    "runware-getresponse-mixed": _mixed,
    "runware-getresponse-unknown-uuid": _unknown,
    "runware-error-400-conflict": _repeated,
    "runware-error-400-validation": _too_narrow,
    "runware-error-401": _wrong_key,
    "runware-error-402": _poor,
    "runware-error-429": _crowded,
    "runware-video-result-sample": _published,
    "runware-mixed-types-batch": _of_mixed_types,
}
SWITCHES = {
    "runware-getresponse-error-in-data": {"error_in_data": True},
    "runware-error-429": {"queue_limit": 0},
}
#: a recording whose code is one of many that mean the same; ours is what our failing engine says
OTHER_CODES = {"providerTimeout": "timeoutProvider"}


@pytest.mark.parametrize("name", SCENES)
def test_a_recorded_exchange_goes_the_same_way_here(replay, name):
    answer, seen = replay(name, **SWITCHES.get(name, {}))
    assert answer.status == seen["status"]
    assert differences(_renamed(answer.body), _renamed(seen["body"])) == []


def _renamed(value):
    if isinstance(value, dict):
        return {name: _renamed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    return OTHER_CODES.get(value, value) if isinstance(value, str) else value


def test_every_recording_is_played():
    names = {path.stem for path in (Path(__file__).parent / "wire").glob("runware-*.json")}
    assert names == {*SCENES, *NOT_EXCHANGES, *PLAYED_ELSEWHERE}
    for name, module in PLAYED_ELSEWHERE.items():
        assert f'recorded("{name}")' in (Path(__file__).parent / f"{module}.py").read_text()


def test_a_difference_would_be_seen():
    seen = {"data": [{"taskUUID": "a", "cost": 0.1}]}
    assert differences(seen, seen) == []
    assert differences({"data": []}, seen) == [".data is [] and not [{'taskUUID': 'a', 'cost': 0.1}]"]
    assert differences({"data": [{"taskUUID": "b", "cost": -1, "x": 1}]}, seen) == [
        ".data[0].x is more",
        ".data[0].taskUUID is 'b' and not 'a'",
        ".data[0].cost is -1",
    ]
