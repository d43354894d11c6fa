"""The ground that simulations stand on: a clock that only waiting moves, a network in memory, sudden deaths."""

import asyncio
import random

import aiohttp
import pytest
from aiohttp import web

from tests.prove.simulation.loop import DeadlockError, OutOfTimeError, VirtualLoop
from tests.prove.simulation.network import MemoryConnector, Network
from tests.prove.simulation.process import Process
from tests.prove.simulation.scenario import FAIR, Weather


def in_virtual_time(coroutine, *, ends_at=1e9):
    loop = VirtualLoop(ends_at=ends_at)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(coroutine)


def test_waiting_moves_the_clock_by_just_that_much():
    async def wait():
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    assert in_virtual_time(wait()) == 86_400


def test_who_waits_for_what_cannot_come_is_found_out():
    with pytest.raises(DeadlockError):
        in_virtual_time(asyncio.Event().wait())


def test_who_never_ends_is_found_out():
    async def go_on():
        for _ in range(1000):
            await asyncio.sleep(1)

    with pytest.raises(OutOfTimeError):
        in_virtual_time(go_on(), ends_at=100)


def test_a_killed_process_writes_nothing_more(tmp_path):
    async def write_files():
        for name in "abcd":
            await asyncio.to_thread((tmp_path / name).write_text, name)

    async def live():
        process = Process(chance=random.Random(1), slowest_disk_s=0.1, dies_at=3)
        process.start(write_files())
        await process.killed.wait()
        await process.clear_away()
        return process

    process = in_virtual_time(live())
    # two acts a file: it is written, and that is heard of
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert all(task.done() for task in process.tasks)


def test_work_for_one_thread_stays_in_order(tmp_path):
    async def write_lines():
        loop, one_thread = asyncio.get_running_loop(), object()
        handed_in = [loop.run_in_executor(one_thread, written.append, number) for number in range(20)]
        await asyncio.gather(*handed_in)

    async def live():
        process = Process(chance=random.Random(2), slowest_disk_s=1.0)
        await process.start(write_lines())

    written = []
    in_virtual_time(live())
    assert written == list(range(20))


def fetched(weather, *, size=300_000, tries=1):
    """What a client gets of a file over such a network, try after try: its length, or the trouble there was."""

    async def fetch(session):
        try:
            async with session.get("http://127.0.0.1:1/file") as answer:
                return len(await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__

    async def hand_out(_):
        return web.Response(body=bytes(size))

    async def talk():
        network = Network(chance=random.Random(3), weather=weather, tell=lambda *_: None)
        app = web.Application()
        app.add_routes([web.get("/file", hand_out)])
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await runner.setup()
        network.server = runner.server
        patience = aiohttp.ClientTimeout(total=30, sock_connect=10)
        async with aiohttp.ClientSession(connector=MemoryConnector(network), timeout=patience) as session:
            got = [await fetch(session) for _ in range(tries)]
        await runner.cleanup()
        return got

    return in_virtual_time(talk())


def test_a_file_crosses_a_fair_network_whole():
    assert fetched(FAIR) == [300_000]


@pytest.mark.parametrize(
    ("weather", "outcome"),
    [
        (Weather(resets=1.0), "ClientOSError"),
        (Weather(swallows=1.0), "TimeoutError"),
        (Weather(refusals=1.0), "ClientConnectorError"),
        (Weather(silences=1.0), "ConnectionTimeoutError"),
    ],
)
def test_a_bad_network_shows_itself_as_a_real_one_does(weather, outcome):
    assert fetched(weather) == [outcome]


def test_a_bad_network_is_bad_now_and_then():
    got = fetched(Weather(resets=0.05, swallows=0.05), tries=40)
    assert 5 < got.count(300_000) < 40
