import asyncio
import contextlib
import json
from uuid import uuid4

import aiohttp
import pytest

from render.server.switches import RunwareSwitches, Switches
from tests.server.rehearsal import StubbornEngine, until

_PATIENCE_S = 20


class Line:
    """One WebSocket to a server."""

    def __init__(self, socket):
        self.socket = socket

    async def tell(self, *tasks):
        await self.socket.send_json(list(tasks))

    async def hear(self):
        return json.loads((await self.socket.receive(timeout=_PATIENCE_S)).data)

    async def ask(self, *tasks):
        await self.tell(*tasks)
        return await self.hear()

    async def authenticate(self, key="a-key", **members):
        return await self.ask({"taskType": "authentication", "apiKey": key, **members})

    async def end(self):
        """The close code of a socket that is being closed by the other side."""
        message = await self.socket.receive(timeout=_PATIENCE_S)
        assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
        return self.socket.close_code


@contextlib.asynccontextmanager
async def a_line(witness, key="a-key"):
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{witness.base_url}/v1") as socket:
        line = Line(socket)
        if key:
            line.session_id = (await line.authenticate(key))["data"][0]["connectionSessionUUID"]
        yield line


def over_a_socket(scenario):
    """Run a test that is a coroutine."""

    def test(serve, recorded, a_clip, a_picture):
        offered = {"serve": serve, "recorded": recorded, "a_clip": a_clip, "a_picture": a_picture}
        wanted = scenario.__code__.co_varnames[: scenario.__code__.co_argcount]
        asyncio.run(scenario(*(offered[name] for name in wanted)))

    test.__name__ = scenario.__name__
    return test


def switched(**changes):
    return Switches(runware=RunwareSwitches(**changes))


@over_a_socket
async def test_a_session_goes_as_it_is_documented(serve, recorded):
    frames = recorded("runware-ws-session")["frames"]
    sent, heard = (frame["msg"] for frame in frames if frame["dir"] == "out"), frames[1]["msg"]
    witness = serve(key="<KEY>", keys=frozenset({"<KEY>"}))
    async with a_line(witness, key="") as line:
        welcome = await line.ask(*next(sent))
        session_id = welcome["data"][0]["connectionSessionUUID"]
        assert welcome == {"data": [{**heard["data"][0], "connectionSessionUUID": session_id}]}
        assert await line.ask(*next(sent)) == frames[3]["msg"]
    async with a_line(witness, key="") as line:
        assert await line.authenticate("<KEY>", connectionSessionUUID=session_id) == welcome
    async with a_line(witness, key="") as line:
        refused = await line.authenticate("wrong")
        expected = frames[-1]["msg"]["errors"][0]
        assert refused == {"errors": [{**expected, "message": refused["errors"][0]["message"]}]}
        assert await line.end() == aiohttp.WSCloseCode.POLICY_VIOLATION


@over_a_socket
async def test_what_is_no_authentication_is_refused_as_a_first_frame(serve, a_clip):
    witness = serve()
    async with a_line(witness, key="") as line:
        assert (await line.ask(a_clip()))["errors"][0]["code"] == "invalidApiKey"
        await line.end()
    assert witness.ledger()["purchases"] == []


@over_a_socket
async def test_a_wrong_key_can_be_told_in_the_form_of_old(serve, recorded):
    witness = serve(keys=frozenset({"a-key"}), switches=switched(socket_refusal="legacy"))
    async with a_line(witness, key="") as line:
        assert await line.authenticate("wrong") == recorded("runware-error-401")["legacy_ws"]


@over_a_socket
async def test_results_are_pushed_under_the_id_and_type_of_their_task(serve, a_clip):
    task = a_clip(numberResults=2, includeCost=True)
    async with a_line(serve()) as line:
        about = {"taskType": "videoInference", "taskUUID": task["taskUUID"]}
        assert await line.ask(task) == {"data": [about]}
        pushed = [(await line.hear())["data"][0] for _ in range(2)]
        polled = await line.ask({"taskType": "getResponse", "taskUUID": task["taskUUID"]})
    assert sorted(pushed, key=lambda item: item["seed"]) == polled["data"]
    assert {name: pushed[0][name] for name in about} == about
    assert pushed[0]["status"] == "success"


@over_a_socket
async def test_a_render_that_failed_is_pushed_as_an_error(serve, a_clip):
    task = a_clip(seed=1)
    async with a_line(serve(engine=StubbornEngine())) as line:
        await line.ask(task)
        (error,) = (await line.hear())["errors"]
    assert (error["code"], error["taskUUID"]) == ("timeoutProvider", task["taskUUID"])


@over_a_socket
async def test_asynchronous_results_wait_for_a_poll_where_they_are_not_pushed(serve, a_clip):
    task, witness = a_clip(), serve(switches=switched(push_async=False))
    async with a_line(witness) as line:
        await line.ask(task)
        await asyncio.to_thread(witness.settle, task["taskUUID"])
        assert await line.ask({"taskType": "ping", "ping": True}) == {"data": [{"taskType": "ping", "pong": True}]}


@over_a_socket
async def test_synchronous_pictures_come_one_by_one_without_an_acknowledgement(serve, a_picture):
    task = a_picture(numberResults=3)
    async with a_line(serve()) as line:
        await line.tell(task)
        items = [(await line.hear())["data"][0] for _ in range(3)]
    assert len({item["imageUUID"] for item in items}) == 3
    assert not any("status" in item for item in items)


@over_a_socket
async def test_a_synchronous_picture_that_takes_too_long_is_told_and_goes_on(serve, a_picture):
    task, witness = a_picture(), serve(latency_s=(0.3, 0.3), sync_timeout_s=0.01)
    async with a_line(witness) as line:
        assert (await line.ask(task))["errors"][0]["code"] == "timeout"
        answer = await asyncio.to_thread(witness.settle, task["taskUUID"])
        assert answer.body["data"][0]["status"] == "success"
        assert (await line.ask({"taskType": "ping", "ping": True}))["data"][0]["pong"]


@over_a_socket
async def test_a_socket_is_not_kept_waiting_by_a_synchronous_picture(serve, a_picture):
    async with a_line(serve(latency_s=(60, 60))) as line:
        await line.tell(a_picture())
        assert (await line.ask({"taskType": "ping", "ping": True}))["data"][0]["pong"]


@over_a_socket
async def test_what_could_not_be_handed_over_is_told_to_who_comes_back(serve, a_clip):
    witness, task = serve(latency_s=(0.2, 0.2)), a_clip()
    async with a_line(witness) as line:
        await line.ask(task)
        session_id = line.session_id
    await asyncio.to_thread(witness.settle, task["taskUUID"])
    async with a_line(witness, key="") as line:
        welcome = await line.authenticate(connectionSessionUUID=session_id)
        assert welcome["data"][0]["connectionSessionUUID"] == session_id
        assert (await line.hear())["data"][0]["taskUUID"] == task["taskUUID"]


@over_a_socket
async def test_a_session_is_resumed_with_its_own_key_only(serve, a_clip):
    witness, task = serve(), a_clip()
    async with a_line(witness) as line:
        session_id = line.session_id
        await line.ask(task)
    async with a_line(witness, key="") as line:
        welcome = await line.authenticate("another-key", connectionSessionUUID=session_id)
        assert welcome["data"][0]["connectionSessionUUID"] != session_id
        assert (await line.ask({"taskType": "ping", "ping": True}))["data"][0] == {"taskType": "ping", "pong": True}


@over_a_socket
async def test_a_session_is_forgotten_once_it_was_held_long_enough(serve):
    witness = serve(socket_hold_s=0.0)
    async with a_line(witness) as line:
        session_id = line.session_id
    async with a_line(witness, key="") as line:
        await asyncio.sleep(0.02)
        welcome = await line.authenticate(connectionSessionUUID=session_id)
        assert welcome["data"][0]["connectionSessionUUID"] != session_id


@over_a_socket
async def test_a_silent_socket_is_closed(serve):
    async with a_line(serve(socket_idle_s=0.05)) as line:
        assert await line.end() == aiohttp.WSCloseCode.OK


@over_a_socket
async def test_a_frame_that_is_too_large_ends_the_connection(serve):
    async with a_line(serve(max_body_bytes=2000)) as line:
        await line.tell({"taskType": "ping", "padding": "x" * 3000})
        assert await line.end() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


@over_a_socket
async def test_a_frame_that_makes_no_sense_is_refused_and_the_next_is_answered(serve):
    async with a_line(serve()) as line:
        for frame in ("", "{", "{}", "[]", "[1]"):
            await line.socket.send_str(frame)
            assert (await line.hear())["errors"][0]["code"] == "invalidRequest"
        assert (await line.ask({"taskType": "ping", "ping": True}))["data"][0]["pong"]


@over_a_socket
async def test_a_socket_knows_every_type_of_task(serve, a_clip):
    witness, task = serve(), a_clip()
    async with a_line(witness) as line:
        assert (await line.ask({**task, "width": 592}))["errors"][0]["code"] == "invalidWidth"
        assert (await line.ask(task))["data"][0]["taskUUID"] == task["taskUUID"]
        await line.hear()
        assert (await line.ask(task))["errors"][0]["code"] == "conflictTaskUUID"
        for kind in ({"taskType": "getTaskDetails", "taskUUID": task["taskUUID"]},
                     {"taskType": "accountManagement", "taskUUID": str(uuid4()), "operation": "getDetails"},
                     {"taskType": "modelSearch", "taskUUID": str(uuid4())}):  # fmt: skip
            assert (await line.ask(kind))["data"][0]["taskType"] == kind["taskType"]
    assert len(witness.ledger()["purchases"]) == 1


@over_a_socket
async def test_a_newer_connection_takes_a_session_over(serve, a_clip):
    witness = serve(latency_s=(0.2, 0.2))
    async with a_line(witness) as older, a_line(witness, key="") as newer:
        await newer.authenticate(connectionSessionUUID=older.session_id)
        task = a_clip()
        await older.ask(task)
        assert (await newer.hear())["data"][0]["taskUUID"] == task["taskUUID"]


def test_a_request_without_an_upgrade_is_told_to_post(shared_witness):
    answer = shared_witness.ask("/v1")
    assert (answer.status, answer.body["data"]) == (405, [])


def test_a_server_stops_though_sockets_are_open(serve):
    witness = serve()

    async def stop_meanwhile():
        async with a_line(witness) as line:
            stopping = asyncio.ensure_future(asyncio.to_thread(serve.stop))
            assert await line.end() == aiohttp.WSCloseCode.GOING_AWAY
            await stopping

    asyncio.run(stop_meanwhile())


@pytest.mark.parametrize("moment", [1, 3])
def test_a_task_sent_through_a_lost_socket_is_kept(serve, a_clip, moment):
    witness, tasks = serve(), [a_clip() for _ in range(moment)]

    async def send_and_vanish():
        async with a_line(witness) as line:
            await line.tell(*tasks)

    asyncio.run(send_and_vanish())
    until(witness.ledger, lambda ledger: len(ledger["purchases"]) == moment)
    assert len(witness.settle(*(task["taskUUID"] for task in tasks)).body["data"]) == moment
