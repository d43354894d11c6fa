import json

import pytest

from render.server.runware.courier import wait_s
from render.server.switches import RunwareSwitches, Switches
from tests.server.listener import Listener
from tests.server.rehearsal import StubbornEngine, until


@pytest.fixture
def listener():
    listener = Listener()
    listener.open()
    yield listener
    listener.close()


@pytest.fixture
def serve_for(serve, listener):
    """Start a server that may call the listener; the changes are switches and options."""

    def start(*, engine=None, **switches):
        options = {"engine": engine} if engine else {}
        hosts = frozenset({listener.host})
        return serve(switches=Switches(runware=RunwareSwitches(**switches)), allowed_hosts=hosts, **options)

    return start


def _deliveries(witness, count):
    return until(lambda: witness.ask("/admin/deliveries").body["deliveries"], lambda rows: len(rows) >= count)


def test_a_listener_is_told_of_each_result_in_an_envelope(serve_for, listener, a_clip, recorded):
    witness = serve_for()
    task = a_clip(numberResults=2, includeCost=True, seed=1, webhookURL=listener.url("/hook?token=t"))
    witness.post(task)
    _deliveries(witness, 2)
    bodies = [json.loads(heard.body) for heard in listener.heard]
    told = sorted((body["data"][0] for body in bodies), key=lambda item: item["seed"])
    polled = witness.poll(task["taskUUID"]).body["data"]
    assert [{**item, "status": "success"} for item in told] == polled
    seen = recorded("runware-webhook")["flat_success"]
    assert set(told[0]) >= set(seen)
    assert {(heard.method, heard.path) for heard in listener.heard} == {("POST", "/hook?token=t")}
    assert listener.heard[0].headers["Content-Type"].startswith("application/json")


def test_a_listener_can_be_told_without_an_envelope(serve_for, listener, a_clip):
    witness, task = serve_for(webhook_envelope="flat"), a_clip(webhookURL=listener.url("/"))
    witness.post(task)
    _deliveries(witness, 1)
    assert json.loads(listener.heard[0].body)["taskUUID"] == task["taskUUID"]


def test_a_listener_is_told_of_a_failure(serve_for, listener, a_clip):
    witness, task = serve_for(engine=StubbornEngine()), a_clip(seed=1, webhookURL=listener.url("/"))
    witness.post(task)
    _deliveries(witness, 1)
    (error,) = json.loads(listener.heard[0].body)["errors"]
    assert (error["code"], error["taskUUID"]) == ("timeoutProvider", task["taskUUID"])


def test_a_listener_that_says_no_is_told_again(serve_for, listener, a_clip):
    listener.statuses = [500, 302, 204]
    witness, task = serve_for(), a_clip(webhookURL=listener.url("/hook"))
    witness.post(task)
    (delivery,) = _deliveries(witness, 1)
    assert [heard.path for heard in listener.heard] == ["/hook"] * 3
    assert len({heard.body for heard in listener.heard}) == 1
    assert (delivery["attempts"], delivery["is_delivered"], delivery["last_answer"]) == (3, True, "204")


def test_a_listener_is_given_up_after_so_many_attempts_and_the_result_stands(serve_for, listener, a_clip):
    listener.statuses = [503]
    witness, task = serve_for(webhook_attempts=2), a_clip(webhookURL=listener.url("/"))
    witness.post(task)
    (delivery,) = _deliveries(witness, 1)
    assert (delivery["kind"], delivery["attempts"], delivery["is_delivered"]) == ("webhook", 2, False)
    assert delivery["host"] == listener.host
    assert witness.poll(task["taskUUID"]).body["data"][0]["status"] == "success"


def test_a_listener_is_told_of_what_finished_after_a_restart(serve, listener, a_clip):
    options = {"allowed_hosts": frozenset({listener.host}), "latency_s": (0.2, 0.2)}
    task = a_clip(webhookURL=listener.url("/"))
    serve(**options).post(task)
    serve.stop()
    _deliveries(serve(**options), 1)
    assert json.loads(listener.heard[0].body)["data"][0]["taskUUID"] == task["taskUUID"]


def test_a_listener_can_be_told_twice(serve_for, listener, a_clip):
    witness = serve_for(webhook_copies=2)
    witness.post(a_clip(webhookURL=listener.url("/")))
    _deliveries(witness, 2)
    assert len({heard.body for heard in listener.heard}) == 1
    assert len(listener.heard) == 2


def test_waits_double_from_a_quarter_of_a_second_to_eight():
    waits = [wait_s(attempt, chance=0) for attempt in range(1, 8)]
    assert waits == [0.25, 0.5, 1, 2, 4, 8, 8]
    assert wait_s(1, chance=1) == pytest.approx(0.275)


@pytest.mark.parametrize("name", ["webhookURL", "uploadEndpoint"])
@pytest.mark.parametrize(
    "url",
    ["http://localhost:{port}/", "http://127.0.0.1/", "http://127.0.0.1:{port}@example.com/", "http://[::1]:{port}/"],
)
def test_only_a_host_that_was_allowed_is_called(serve_for, listener, a_clip, name, url):
    url = url.format(port=listener.host.partition(":")[2])
    answer = serve_for().post(a_clip(**{name: url}))
    assert [error["code"] for error in answer.body["errors"]] == [f"unsupported{name[0].upper()}{name[1:]}"]
    assert listener.heard == []


def test_the_bytes_of_a_result_are_put_to_its_endpoint(serve_for, listener, a_clip):
    witness, task = serve_for(), a_clip(uploadEndpoint=listener.url("/bucket/clip.mp4?signature=s"))
    witness.post(task)
    (delivery,) = _deliveries(witness, 1)
    (heard,) = listener.heard
    (item,) = witness.settle(task["taskUUID"]).body["data"]
    assert (heard.method, heard.path) == ("PUT", "/bucket/clip.mp4?signature=s")
    assert heard.headers["Content-Type"] == "video/mp4"
    assert heard.body == witness.ask(item["videoURL"]).raw
    assert (delivery["kind"], delivery["is_delivered"]) == ("upload", True)
    assert "signature" not in json.dumps(delivery)


def test_an_upload_that_fails_is_written_down_and_the_result_stands(serve_for, listener, a_clip):
    listener.statuses = [403]
    witness, task = serve_for(), a_clip(uploadEndpoint=listener.url("/"))
    witness.post(task)
    (delivery,) = _deliveries(witness, 1)
    assert (delivery["is_delivered"], delivery["last_answer"]) == (False, "403")
    assert witness.poll(task["taskUUID"]).body["data"][0]["status"] == "success"


def test_an_upload_that_fails_can_fail_the_result(serve_for, listener, a_clip):
    listener.statuses = [403]
    witness, task = serve_for(upload_failure="error"), a_clip(uploadEndpoint=listener.url("/"))
    witness.post(task)
    _deliveries(witness, 1)
    answer = witness.poll(task["taskUUID"])
    assert ([error["code"] for error in answer.body["errors"]], answer.body["data"]) == (["uploadFailed"], [])


def test_a_listener_that_is_not_there_delays_nothing(serve_for, listener, a_clip):
    witness, task = serve_for(webhook_attempts=1), a_clip(webhookURL=listener.url("/"))
    listener.server.server_close()
    witness.post(task)
    assert witness.settle(task["taskUUID"]).body["data"][0]["status"] == "success"
    (delivery,) = _deliveries(witness, 1)
    assert delivery["last_answer"] == "ClientConnectorError"
