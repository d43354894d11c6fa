"""One life of the real runner: the real plan, record, journal, wire and files, on the simulation's time and network."""

import asyncio
import functools
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from render.artifacts.folder import ArtifactFolder
from render.artifacts.presence import presence
from render.catalog.load import load_catalog
from render.estimate import PriceTerms
from render.lanes import LaneFacts
from render.plan import plan
from render.providers import PROVIDERS
from render.runner.budget import Spending
from render.runner.conductor import Score, StopRequest, conduct
from render.runner.journal import Journal
from render.runner.lane import LaneTerms, Shared
from render.runner.prices import Account
from render.runner.surroundings import Surroundings
from render.settings import LaneSettings, Secret
from render.store import open_store
from render.wire import Wire
from render.wish import Task
from tests.canary import KEY

#: the moment at which the virtual clock stands at 0
EPOCH = datetime(2026, 11, 21, tzinfo=UTC)
PROJECT, KIND, ENDPOINT = "film", "paid", "simulation"
_MODELS = {"runware": "runware:kandinsky-5.0-image-lite@1", "aimlapi": "sber-ai/kandinsky5-t2v"}
_SHAPES = {"runware": {"width": 640, "height": 1408}, "aimlapi": {"aspect_ratio": "1:1"}}
#: two providers are two hosts; one server stands behind both
_BASE_URLS = {"runware": "http://127.0.0.1:8001/v1", "aimlapi": "http://127.0.0.1:8002"}
_SUFFIXES = {"runware": "jpg", "aimlapi": "mp4"}

catalog = functools.cache(load_catalog)


def task_of(wish):
    """The task that a wish comes to."""
    return Task(
        key=wish.name,
        shot=wish.name,
        take=1,
        model=_MODELS[wish.provider],
        provider=wish.provider,
        lane=wish.provider,
        params={"prompt": wish.content, **_SHAPES[wish.provider]},
        path=f"{wish.name}.{_SUFFIXES[wish.provider]}",
    )


def planned(wishes, snapshot, *, adopts_from_log):
    """What a run would do."""
    facts = {
        name: LaneFacts(
            kind=name,
            endpoint=ENDPOINT,
            ids_are_ours=provider.ids_are_ours,
            adopts_from_log=adopts_from_log and not provider.ids_are_ours,
        )
        for name, provider in PROVIDERS.items()
    }
    return plan([task_of(wish) for wish in wishes], snapshot, spec_of=catalog().find, lanes=facts)


class Client:
    """What all lives of a seed have in common: a folder, a network, and the terms of its lanes."""

    def __init__(self, folder, *, scenario, network, chance, tell):
        self.folder = folder
        self._scenario = scenario
        self._network = network
        self._chance = chance
        self._tell = tell
        self._clock_is_off_s = 0.0

    async def live(self, life, stop):
        """Perform what is wished for; `stop` is set by whoever wants it to end."""
        self._clock_is_off_s = life.clock_is_off_s
        with open_store(self.folder / "state.db", project=PROJECT, kind=KIND) as store:
            recorded = store.snapshot()
            snapshot = replace(recorded, present=presence(self.folder, recorded.artifacts.values()))
            todo = planned(life.wishes, snapshot, adopts_from_log=self._scenario.adopts_from_log)
            run_id = self._new_id()
            self._tell("plan", " ".join(f"{action} {count}" for action, count in todo.totals.items()))
            store.begin_run(run_id, started_at=self._now())
            async with (
                Wire(now=self._now, connectors=self._network.connectors()) as wire,
                Journal(store.write, reopen=store.reopen) as journal,
            ):
                shared = self._shared(wire, journal, stop, run_id)
                score = self._score(todo, snapshot, is_limited=life.is_limited)
                summary = await conduct(score, shared, stop)
            store.end_run(run_id, ended_at=self._now(), exit_status=summary.exit_status)
            return summary

    def _score(self, todo, snapshot, *, is_limited):
        return Score(
            plan=todo,
            snapshot=snapshot,
            lanes={name: self._terms(name) for name in sorted({planned.task.provider for planned in todo.tasks})},
            folder=ArtifactFolder(self.folder),
            spending=self._spending() if is_limited else Spending(),
        )

    def _spending(self):
        money = self._scenario.money
        return Spending(
            budget_usd=money.budget_usd,
            max_cost_usd=money.max_cost_usd,
            accounts={
                name: Account(
                    endpoint=ENDPOINT,
                    failures_are_free=PROVIDERS[name].failures_are_free,
                    prices=PriceTerms(assumed_usd={_MODELS[name]: usd}),
                )
                for name, usd in money.ceilings.items()
            },
        )

    def _shared(self, wire, journal, stop, run_id):
        return Shared(
            wire=wire,
            journal=journal,
            surroundings=self._surroundings(),
            spec_of=catalog().find,
            emit=lambda event: self._tell(type(event).__name__, _told(event)),
            stop=stop.event,
            run_id=run_id,
        )

    def _terms(self, name):
        settings = LaneSettings(base_url=_BASE_URLS[name], endpoint=ENDPOINT, plain_http_hosts=("127.0.0.1",))
        return LaneTerms(
            name=name,
            provider=PROVIDERS[name],
            settings=settings,
            key=Secret(KEY),
            concurrency=self._scenario.concurrency,
            ids_are_ours=PROVIDERS[name].ids_are_ours,
            repeat_window_s=PROVIDERS[name].repeat_window_s,
            adopts_from_log=self._scenario.adopts_from_log,
        )

    def _surroundings(self):
        return Surroundings(
            now=self._now,
            monotonic=asyncio.get_running_loop().time,
            draw=self._chance.random,
            new_id=self._new_id,
        )

    def _now(self):
        return EPOCH + timedelta(seconds=asyncio.get_running_loop().time() + self._clock_is_off_s)

    def _new_id(self):
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))


def stop_request():
    """A way to ask a run to stop."""
    return StopRequest(event=asyncio.Event())


def ask_to_stop(stop):
    """Ask as the first signal does."""
    stop.signal, stop.exit_status = "SIGINT", 130
    stop.event.set()


def _told(event):
    names = (name for name in ("key", "lane", "remote_id", "attempt_no", "kind", "message", "cause", "path"))
    return " ".join(str(value) for name in names if (value := getattr(event, name, None)) is not None)
