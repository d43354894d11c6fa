"""How often a lane asks, and how long it leaves a host alone."""

import asyncio

import pytest

from render.providers import PROVIDERS
from render.retry import Pace, poll_wait
from render.runner.lane import Lane, LaneTerms, Shared
from render.runner.surroundings import Surroundings, wait_at_most
from render.settings import LaneSettings
from render.wire import Wire
from tests.runner.scripted import refusing
from tests.runner.stage import clip, picture


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
    terms = LaneTerms(provider=PROVIDERS["runware"], settings=settings, key=None, concurrency=1)
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
        lane.stay_away(5.0)
        lane.stay_away(2.0)
        clock.on_wait = lambda: lane.stay_away(12.0) if len(clock.waits) == 1 else None
        return await lane.wait_out_quiet(), clock

    was_stopped, clock = asyncio.run(wait())
    assert not was_stopped
    assert clock.waits == [5.0, 7.0]


def test_a_stop_ends_the_patience_with_a_host():
    async def wait():
        clock = Clock()
        lane = a_lane(clock)
        lane.stay_away(3600.0)
        clock.on_wait = lane.shared.stop.set
        return await lane.wait_out_quiet(), clock.waits

    assert asyncio.run(wait()) == (True, [3600.0])


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
    stage.concurrency = 6
    stage.script.patience = 2
    stage.script.polls.extend([refusing(401, "Unauthorized")] * 12)
    stage.run(*map(clip, "abcdef"), saved=6, exit_status=3)
    assert set(stage.bought().values()) == {1}
