"""One seed from its start until all is quiet: a server, a network, and one life of the runner after the other.

First come the drawn lives, in bad weather and with the server's faults. Then the server starts anew without any, and
the runner is run until it has nothing left to do: what is missing then is lost.
"""

import asyncio
import gc
import hashlib
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from aiohttp import web

from render.errors import BudgetError
from render.server.app import ServerOptions, create_app
from render.server.clock import Clock
from render.server.engines.fixed import FixedEngine
from tests.prove.simulation.client import EPOCH, Client, ask_to_stop, stop_request
from tests.prove.simulation.ledger import read_ledger
from tests.prove.simulation.loop import DeadlockError, OutOfTimeError, VirtualLoop
from tests.prove.simulation.network import Network
from tests.prove.simulation.process import Process, ended
from tests.prove.simulation.record import keep_as_killed
from tests.prove.simulation.scenario import FAIR, Life, draw_scenario, price_rules

#: a seed that lasts longer has lost its way; one task may wait half an hour, and there are several lives
_LONGEST_S = 40 * 3600.0
_MOST_CALM_LIVES = 15

engine = cache(FixedEngine)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How one life ended."""

    began_at: float
    ended_at: float
    life: Life
    #: None where it was killed
    summary: object = None
    #: what broke it, in words; "" where nothing did
    broken: str = ""
    #: whether it was refused before anything was sent, for want of money
    is_refused: bool = False
    stopped_at: float | None = None
    is_calm: bool = False

    @property
    def is_killed(self):
        return self.summary is None and not self.broken and not self.is_refused

    def is_quiet_after(self, before):
        """Whether it finished nothing, and left just what the run before it had left."""
        told = self.summary
        if told is None or told.saved or told.failed:
            return False
        return not (told.parked or told.held) or (before.is_calm and _left(told) == _left(before.summary))


def _left(summary):
    """What a run left undone; a message may tell it in other words each time."""
    return {(failure.key, failure.kind) for failure in summary.failures}


@dataclass(kw_only=True)
class Seed:
    """What was drawn for one seed, and what came of it."""

    number: int
    scenario: object
    folder: object
    lives: list = field(default_factory=list)
    trace: list = field(default_factory=list)
    #: None where it did not come to its end
    ledger: object = None
    #: whether it came to rest
    is_quiet: bool = False
    #: what ended it before its time, in words
    broken: str = ""
    seconds: float = 0.0

    def tell(self, what, detail=""):
        self.trace.append((round(asyncio.get_running_loop().time(), 6), what, detail))

    @property
    def trace_hash(self):
        return hashlib.sha256(repr(self.trace).encode()).hexdigest()[:16]


def play(number, folder):
    """Play one seed in an empty folder, and return what is left of it for the judge."""
    chance = random.Random(number)
    seed = Seed(number=number, scenario=draw_scenario(chance), folder=folder)
    loop = VirtualLoop(ends_at=_LONGEST_S)
    # nothing here lives long, and a third of the time would go into looking for what can be let go of
    gc.collect()
    gc.disable()
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(_World(seed, chance).unfold())
    except (DeadlockError, OutOfTimeError) as error:
        seed.broken = str(error)
    finally:
        gc.enable()
    seed.seconds = loop.time()
    return seed


class _World:
    def __init__(self, seed, chance):
        self._seed = seed
        self._chance = chance
        self._scenario = seed.scenario

    async def unfold(self):
        network = Network(chance=self._chance, weather=self._scenario.weather, tell=self._seed.tell)
        self._network = network
        self._client = Client(
            self._seed.folder / "film",
            scenario=self._scenario,
            network=network,
            chance=self._chance,
            tell=self._seed.tell,
        )
        async with self._server(self._scenario.faults):
            for life in self._scenario.lives:
                await self._live(life)
        network.weather = FAIR
        async with self._server(()) as app:
            await self._calm_down()
            self._seed.ledger = read_ledger(app, epoch=EPOCH.timestamp())

    async def _calm_down(self):
        wishes = self._scenario.lives[-1].wishes
        for _ in range(_MOST_CALM_LIVES):
            before = self._seed.lives[-1]
            ran = await self._live(Life(wishes=wishes, is_limited=False), is_calm=True)
            if ran.is_quiet_after(before):
                self._seed.is_quiet = True
                return

    async def _live(self, life, *, is_calm=False):
        loop, tell = asyncio.get_running_loop(), self._seed.tell
        await asyncio.sleep(life.after_s)
        process = Process(chance=self._chance, slowest_disk_s=self._scenario.slowest_disk_s, dies_at=life.dies_at)
        tell("life", f"{len(life.wishes)} shots" + (" in calm" if is_calm else ""))
        began_at, stop = loop.time(), stop_request()
        with keep_as_killed(self._client.folder, process):
            main = process.start(self._client.live(life, stop))
            if life.stops_at is not None:
                loop.call_later(life.stops_at, ask_to_stop, stop)
            death = loop.create_task(process.killed.wait())
            await asyncio.wait((main, death), return_when=asyncio.FIRST_COMPLETED)
            if not process.is_alive:
                tell("killed", f"before {process.last_act}, act {process.acts}")
                await process.clear_away()
            death.cancel()
            await ended(main)
            await ended(death)
        ran = self._ran(main, process, life, began_at=began_at, is_calm=is_calm)
        self._seed.lives.append(ran)
        return ran

    def _ran(self, main, process, life, *, began_at, is_calm):
        error = main.exception() if process.is_alive and not main.cancelled() else None
        summary = main.result() if process.is_alive and error is None else None
        is_refused = isinstance(error, BudgetError)
        if process.is_alive:
            self._seed.tell("end", f"{error!r}" if summary is None else f"{summary}")
        now = asyncio.get_running_loop().time()
        stops_at = None if life.stops_at is None else began_at + life.stops_at
        return Ran(
            began_at=began_at,
            ended_at=now,
            life=life,
            summary=summary,
            broken="" if error is None or is_refused else repr(error),
            is_refused=is_refused,
            stopped_at=stops_at if stops_at is not None and stops_at <= now else None,
            is_calm=is_calm,
        )

    @asynccontextmanager
    async def _server(self, faults):
        runner = web.AppRunner(create_app(self._options(faults)), access_log=None, handle_signals=False)
        await runner.setup()
        self._network.server = runner.server
        try:
            yield runner.app
        finally:
            self._network.break_all()
            await asyncio.sleep(1.0)
            await runner.cleanup()

    def _options(self, faults):
        scenario, loop = self._scenario, asyncio.get_running_loop()
        return ServerOptions(
            state_dir=self._seed.folder / "server",
            engine=engine(),
            latency=scenario.latency,
            prices=price_rules(scenario.money),
            failures=scenario.failures,
            switches=scenario.switches,
            faults=faults,
            clock=Clock(now=lambda: EPOCH.timestamp() + loop.time(), monotonic=loop.time),
            chance=self._chance,
        )
