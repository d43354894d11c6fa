import asyncio
import json
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import aiohttp
import pytest

from tests.server.raw_client import Raw
from tests.server.rehearsal import until


def _purchases(witness):
    return len(witness.ledger()["purchases"])


def _fired(witness):
    return [(fault["event"], fault["occurrence"], fault["action"]) for fault in witness.ledger()["faults"]]


@pytest.mark.parametrize(
    ("action", "end", "charged"), [("reset_before", "reset", 0), ("reset_after", "reset", 1), ("drop", "closed", 1)]
)
def test_a_runware_acknowledgement_is_lost_and_its_id_tells_whether_it_was_sold(
    serve_script, a_clip, action, end, charged
):
    witness, task = serve_script({"on": "runware.submit", "nth": 1, "action": action}), a_clip()
    assert Raw(witness, "/v1", body=[task]).end == end
    assert _purchases(witness) == charged
    again = witness.post(task)
    assert again.status == (400 if charged else 200)
    assert _purchases(witness) == 1


def test_polls_and_submissions_of_runware_are_counted_apart(serve_script, a_clip):
    witness, task = serve_script({"on": "runware.poll", "nth": 2, "action": {"status": 500}}), a_clip()
    witness.post(task)
    assert [witness.poll(task["taskUUID"]).status for _ in range(3)] == [200, 500, 200]
    assert _fired(witness) == [("runware.poll", 2, "status")]


def test_a_runware_error_by_script_names_the_tasks_it_is_about(serve_script, a_clip):
    witness, task = serve_script({"on": "runware.submit", "nth": 1, "action": {"retry_after": 1}}), a_clip()
    answer = witness.post(task)
    assert (answer.status, answer.body["data"], answer.headers["Retry-After"]) == (429, [], "1")
    (error,) = answer.body["errors"]
    assert (error["code"], error["taskUUID"]) == ("rateLimitExceeded", task["taskUUID"])
    assert _purchases(witness) == 0


@pytest.mark.parametrize(
    ("action", "is_hit"),
    [
        ("wrong_id", lambda item, task: item["taskUUID"] != task["taskUUID"]),
        ("missing_fields", lambda item, _: set(item) == {"taskType"}),
        ("unknown_status", lambda item, _: item["status"] == "moderating"),
    ],
)
def test_a_runware_acknowledgement_is_distorted_and_charged(serve_script, a_clip, action, is_hit):
    witness, task = serve_script({"on": "runware.submit", "action": action}), a_clip()
    (item,) = witness.post(task).body["data"]
    assert is_hit(item, task)
    assert [row["id"] for row in witness.ledger()["purchases"]] == [task["taskUUID"]]


def test_a_prompt_that_speaks_of_tasks_is_not_taken_for_one(serve_script):
    witness = serve_script({"on": "runware.submit", "action": {"status": 500}})
    task = {"taskType": "getResponse", "taskUUID": str(uuid4()), "note": '"taskType": "videoInference"'}
    assert witness.post(task).status != 500


async def _over_a_socket(witness, *frames):
    """Authenticate, send frames one after the other, and give the answers; None for an end in place of one."""
    answers = []
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{witness.base_url}/v1") as connection:
        await connection.send_json([{"taskType": "authentication", "apiKey": "a-key"}])
        await connection.receive_json(timeout=10)
        for frame in frames:
            await connection.send_json(frame)
            message = await connection.receive(timeout=10)
            answers.append(json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else None)
    return answers


@pytest.mark.parametrize(
    ("action", "charged"),
    [("reset_before", 0), ("reset_after", 1), ("drop", 1), ({"drop": {"charged": False}}, 0), ("refuse", 0)],
)
def test_a_socket_ends_in_place_of_an_answer(serve_script, a_clip, action, charged):
    witness = serve_script({"on": "runware.submit", "action": action}, latency_s=(60, 60))
    assert asyncio.run(_over_a_socket(witness, [a_clip()])) == [None]
    assert _purchases(witness) == charged


def test_a_frame_that_answers_is_spoilt_and_a_process_killed(serve_script, a_clip, victim):
    witness = serve_script(
        {"on": "runware.submit", "nth": 1, "action": "wrong_id"},
        {"on": "runware.poll", "nth": 1, "action": {"kill": victim.pid}},
        latency_s=(60, 60),
    )
    task = a_clip()
    poll = {"taskType": "getResponse", "taskUUID": task["taskUUID"]}
    spoilt, polled = asyncio.run(_over_a_socket(witness, [task], [poll]))
    assert spoilt["data"][0]["taskUUID"] != task["taskUUID"]
    assert polled["data"][0]["taskUUID"] == task["taskUUID"]
    assert victim.wait(10) == -signal.SIGKILL


class _Hook(BaseHTTPRequestHandler):
    """Counts what is told to it."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def hook():
    """A listener for webhooks."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hook) as server:
        server.told = []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def test_a_webhook_is_sent_as_often_as_the_script_says(serve_script, a_clip, hook):
    address = f"127.0.0.1:{hook.server_port}"
    script = {"on": "webhook", "nth": 1, "action": {"duplicate_webhook": 3}}
    witness = serve_script(script, allowed_hosts=frozenset({address}))
    for name in ("first", "second"):
        witness.post(a_clip(webhookURL=f"http://{address}/{name}"))
        until(lambda: hook.told, lambda told, name=name: f"/{name}" in told)
    until(lambda: hook.told, lambda told: len(told) == 4)
    assert sorted(hook.told) == ["/first", "/first", "/first", "/second"]
