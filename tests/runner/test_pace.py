"""How often a lane asks, and how long it leaves a host alone."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from render.providers import PROVIDERS
from render.retry import Pace, poll_wait
from render.runner.lane import Lane, LaneTerms, Shared
from render.runner.line import LONGEST_WAIT_S
from render.runner.surroundings import Surroundings, wait_at_most
from render.settings import LaneSettings
from render.wire import Wire
from tests.certificates import self_signed
from tests.runner.scripted import accept, refusing
from tests.runner.stage import SPEED, clip, picture


class Clock:
    """A clock that moves only when somebody waits, and notes for how long."""

    def __init__(self):
        self.now, self.waits, self.on_wait = 1000.0, [], lambda: None

    async def pause(self, event, seconds):
        self.waits.append(seconds)
        self.on_wait()
        self.now += max(seconds, 0.0)
        await asyncio.sleep(0)
        return event.is_set()

    def surroundings(self):
        return Surroundings(
            now=lambda: pytest.fail("no wall clock decides"),
            monotonic=lambda: self.now,
            draw=lambda: 0.0,
            new_id=str,
            pause=self.pause,
        )


def a_lane(clock):
    settings = LaneSettings(base_url="http://127.0.0.1:1", endpoint="test")
    terms = LaneTerms(
        name="runware",
        provider=PROVIDERS["runware"],
        settings=settings,
        key=None,
        concurrency=1,
        ids_are_ours=True,
        repeat_window_s=60.0,
    )
    shared = Shared(
        wire=Wire(),
        journal=None,
        surroundings=clock.surroundings(),
        spec_of={}.get,
        emit=lambda _: None,
        stop=asyncio.Event(),
        run_id="run",
    )
    return Lane(terms, shared, asyncio.Queue())


def test_a_host_is_left_alone_until_the_latest_time_that_it_asked_for():
    async def wait():
        clock = Clock()
        lane = a_lane(clock)
        lane.host.hold(5.0, now=clock.now)
        lane.host.hold(2.0, now=clock.now)
        clock.on_wait = lambda: lane.host.hold(12.0, now=clock.now) if len(clock.waits) == 1 else None
        return await lane.wait_to_ask(), clock

    was_stopped, clock = asyncio.run(wait())
    assert not was_stopped
    assert clock.waits == [5.0, 7.0]


def test_a_stop_ends_the_patience_with_a_host():
    async def wait():
        clock = Clock()
        lane = a_lane(clock)
        lane.host.hold(3600.0, now=clock.now)
        clock.on_wait = lane.shared.stop.set
        return await lane.wait_to_ask(), clock.waits

    assert asyncio.run(wait()) == (True, [LONGEST_WAIT_S])


def test_waiting_ends_early_when_the_event_is_set_and_never_for_no_time():
    async def wait():
        event = asyncio.Event()
        unset = [await wait_at_most(event, seconds) for seconds in (-1.0, 0.0, 0.001)]
        asyncio.get_running_loop().call_soon(event.set)
        return unset, await wait_at_most(event, 60.0), await wait_at_most(event, 60.0)

    assert asyncio.run(wait()) == ([False, False, False], True, True)


def test_a_lane_that_knows_nothing_asks_ever_less_often():
    waits = [poll_wait(Pace(polls=polls, ages_s=[1.0])) for polls in range(8)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.5, 5.0)


@pytest.mark.parametrize("make", [picture, clip])
def test_the_first_polls_are_few_whatever_the_server_says(stage, make):
    stage.script.patience = 5
    stage.run(make("a"), saved=1)
    assert len(stage.script.asked) == 6


def test_polls_that_fail_together_count_as_one_failure(stage):
    refusals = iter([refusing(401, "Unauthorized")] * 12)

    async def refused_once_all_are_bought(moment):
        step = next(refusals, None) if len(stage.script.orders) == 6 else None
        return await (step or stage.script.answer_generation)(moment)

    stage.concurrency = 6
    stage.script.patience = 20
    stage.script.polls.extend([refused_once_all_are_bought] * 60)
    stage.run(*map(clip, "abcdef"), saved=6, exit_status=3)
    assert set(stage.bought().values()) == {1}


def held_for(seconds):
    return refusing(429, "rateLimitExceeded", headers={"Retry-After": str(seconds)})


@pytest.mark.parametrize("make", [picture, clip])
def test_a_host_that_asks_for_more_patience_than_there_is_is_left_to_the_next_run(stage, make):
    stage.concurrency = 1
    stage.script.submits.append(held_for(3600))
    stage.run(make("a"), make("b"), left=2, exit_status=6)
    assert len(stage.script.arrivals) == 1
    stage.run(make("a"), make("b"), saved=2)
    assert stage.bought() == {"shot a": 1, "shot b": 1}


def test_two_lanes_on_one_host_keep_to_the_same_hold(stage):
    moments = []

    async def noted(moment):
        moments.append(stage.clock())
        return await accept(moment)

    async def refused(moment):
        moments.append(stage.clock())
        return await held_for(20)(moment)

    stage.concurrency = 1
    stage.script.submits.extend([noted, refused] + [noted] * 10)
    stage.run(*map(picture, "abc"), *map(clip, "def"), saved=6)
    first, second, *later = moments
    assert min(later) - second >= 20 / SPEED
    assert first <= second


def test_a_provider_that_is_full_gets_fewer_renders_at_a_time(stage):
    stage.concurrency, stage.script.patience = 8, 3
    stage.script.submits.extend([accept] * 2 + [refusing(429, "rateLimitExceeded")] * 6 + [accept] * 30)
    stage.run(*map(picture, "abcdefghijkl"), saved=12)
    assert set(stage.bought().values()) == {1}


@pytest.fixture
def foreign_certificate(tmp_path):
    """A certificate that nobody vouches for."""
    return self_signed(tmp_path, "localhost")[0]


@pytest.mark.parametrize("make", [picture, clip])
def test_a_host_that_cannot_prove_who_it_is_gets_nothing(stage, foreign_certificate, make):
    arrived = []

    async def note(request):
        arrived.append(request)
        return web.Response()

    @asynccontextmanager
    async def served():
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", note)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=foreign_certificate).start()
            yield f"https://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    ours, stage.script.served, stage.concurrency = stage.script.served, served, 1
    summary = stage.run(make("a"), make("b"), failed=1, left=1, exit_status=3)
    assert "certificate" in summary.failures[0].message
    assert arrived == []
    stage.script.served = ours
    stage.run(make("a"), make("b"), saved=2)
