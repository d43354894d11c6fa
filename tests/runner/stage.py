"""Plays one project's runs against the scripted server, everything else real, and checks what must always hold."""

import asyncio
import functools
import time
import uuid
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from render.artifacts.folder import ArtifactFolder
from render.artifacts.presence import presence
from render.catalog.load import load_catalog
from render.containers.measure import measure
from render.lanes import LaneFacts
from render.layout import EARLIER
from render.plan import plan
from render.providers import PROVIDERS
from render.records import Summary
from render.runner.budget import Spending
from render.runner.conductor import Score, StopRequest, conduct
from render.runner.inputs import Inputs
from render.runner.journal import Journal
from render.runner.lane import LaneTerms, Shared
from render.runner.surroundings import Surroundings, wait_at_most
from render.settings import LaneSettings, Secret
from render.store import open_store, read_snapshot
from render.unbought import with_missing_files, without_purchases
from render.wire import Timeouts, Wire
from render.wish import Task
from tests.canary import KEY
from tests.runner.scripted import Script

#: seconds of the run's clock that pass in one of ours
SPEED = 100
IMAGE, VIDEO = "runware:kandinsky-5.0-image-lite@1", "sber-ai/kandinsky5-t2v"
MONEY = {"cost_usd", "committed_usd", "reserved_usd", "budget_usd", "unpriced"}
COUNTS = [field.name for field in fields(Summary) if field.name not in {"requests", "failures"} | MONEY]

catalog = functools.cache(load_catalog)


def picture(key, **changes):
    """A still of Runware's; its prompt is its key unless changed."""
    params = {"prompt": f"shot {key}", "width": 640, "height": 1408}
    values = {"key": key, "shot": key, "take": 1, "model": IMAGE, "provider": "runware", "path": f"{key}.jpg"}
    return Task(**{"lane": values["provider"], **values, "params": params, **changes})


def clip(key, **changes):
    """A clip of AI/ML API's."""
    values = {"key": key, "shot": key, "take": 1, "model": VIDEO, "provider": "aimlapi", "path": f"{key}.mp4"}
    return Task(**{"lane": values["provider"], **values, "params": {"prompt": f"shot {key}"}, **changes})


@dataclass
class Stage:
    """One project's folder, and the server it buys from."""

    root: Path
    script: Script = field(default_factory=Script)
    concurrency: int = 4
    #: where files may come from
    hosts: tuple = ("127.0.0.1",)
    timeouts: Timeouts = field(default_factory=Timeouts)
    events: list = field(default_factory=list)
    #: called with each event of a run
    listener: object = None
    #: called with the open store just before a run
    before: object = None
    #: what may be spent
    spending: Spending = field(default_factory=Spending)
    #: whether lost purchases are looked for in the provider's log
    adopts: bool = False
    #: whether what is missing is bought; else only what was bought is brought home
    buys: bool = True
    key: Secret | None = field(default_factory=lambda: Secret(KEY))
    #: of the last run
    journal: Journal | None = None
    #: by how many seconds the run's clock has jumped ahead
    ahead: object = float
    #: what the wall clock says, for records
    date: object = functools.partial(datetime.now, UTC)
    #: what the manifest names as input
    inputs: tuple = ()
    #: how the output folder is opened
    folder: object = ArtifactFolder

    def __post_init__(self):
        self.script.state_db = self.root / "state.db"

    def run(self, *tasks, exit_status=0, **counts):
        """Render `tasks`, and expect this exit status and these counts; what is not named is expected to be 0."""
        summary = self.attempt_to_run(*tasks)
        told = {name: getattr(summary, name) for name in COUNTS}
        expected = {**dict.fromkeys(COUNTS, 0), "tasks": sum(counts.values()), "exit_status": exit_status, **counts}
        assert told == expected, summary
        self.check()
        return summary

    def attempt_to_run(self, *tasks):
        self.events.clear()
        return asyncio.run(self._run(tasks))

    def check(self):
        """No purchase twice, no request before its intent, no half file."""
        assert not [bought for bought in self.script.purchases.items() if bought[1] > 1]
        assert self.script.not_durable == []
        for path in self.files():
            with (self.root / path).open("rb") as file:
                measure(file, (self.root / path).stat().st_size)
        attempts, artifacts = self.record()
        assert set(self.script.purchases) <= {attempt.id for attempt in attempts}
        saved = {attempt.id for attempt in attempts if attempt.status == "saved"}
        assert saved == set(artifacts)

    def files(self):
        """Every media file of the project, kept ones included."""
        found = [path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file()]
        return sorted(str(path) for path in found if not path.name.startswith(("state.", ".")))

    def record(self):
        """All attempts, oldest first, and the recorded files by attempt id."""
        snapshot = read_snapshot(self.root / "state.db", project="film", kind="paid")
        return snapshot.attempts, snapshot.artifacts

    def statuses(self):
        """The recorded words by task key, oldest first."""
        words = {}
        for attempt in self.record()[0]:
            words.setdefault(attempt.task_key, []).append(str(attempt.status))
        return words

    def bought(self):
        """How often each prompt was paid for."""
        return {prompt: len(ids) for prompt, ids in self.script.prompts.items()}

    def kept(self):
        return [path for path in self.files() if path.startswith(EARLIER)]

    def clock(self):
        return time.monotonic()

    def told(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def write(self, store, changes):
        """Write to the record; a test may put something in the way."""
        store.write(changes)

    async def _run(self, tasks):
        with open_store(self.root / "state.db", project="film", kind="paid") as store:
            recorded = store.snapshot()
            present = presence(self.root, recorded.artifacts.values())
            snapshot = replace(recorded, present=present)
            if self.before is not None:
                self.before(store)
            async with (
                self.script.served() as base_url,
                Wire(timeouts=self.timeouts) as wire,
                Journal(lambda changes: self.write(store, changes), reopen=store.reopen) as journal,
            ):
                self.journal = journal
                stop = StopRequest(event=asyncio.Event())
                shared = replace(self._shared(wire, journal, stop), inputs=Inputs(self.inputs, recorded.uploads))
                return await conduct(self._score(tasks, snapshot, base_url), shared, stop)

    def _score(self, tasks, snapshot, base_url):
        facts = {
            name: LaneFacts(kind=name, endpoint="test", ids_are_ours=it.ids_are_ours, adopts_from_log=self.adopts)
            for name, it in PROVIDERS.items()
        }
        planned = plan(tasks, snapshot, spec_of=catalog().find, lanes=facts)
        if not self.buys:
            planned = without_purchases(with_missing_files(planned, snapshot, lanes=facts))
        lanes = {name: self._terms(name, base_url) for name in {each.task.provider for each in planned.tasks}}
        folder = self.folder(self.root)
        return Score(plan=planned, snapshot=snapshot, lanes=lanes, folder=folder, spending=self.spending)

    def _terms(self, name, base_url):
        url = f"{base_url}/v1" if name == "runware" else base_url
        settings = LaneSettings(base_url=url, endpoint="test", plain_http_hosts=self.hosts)
        return LaneTerms(
            name=name,
            provider=PROVIDERS[name],
            settings=settings,
            key=self.key,
            concurrency=self.concurrency,
            ids_are_ours=PROVIDERS[name].ids_are_ours,
            repeat_window_s=PROVIDERS[name].repeat_window_s,
            adopts_from_log=self.adopts,
        )

    def _shared(self, wire, journal, stop):
        def emit(event):
            self.events.append(event)
            if self.listener is not None:
                self.listener(event)

        def ask_to_stop():
            stop.signal, stop.exit_status = "SIGINT", 130
            stop.event.set()

        self.script.stop = ask_to_stop
        return Shared(
            wire=wire,
            journal=journal,
            surroundings=quick_surroundings(self.ahead, self.date),
            spec_of=catalog().find,
            emit=emit,
            stop=stop.event,
            run_id="run",
        )


def quick_surroundings(ahead=float, date=None):
    """A clock that runs faster than ours, and no jitter."""
    return Surroundings(
        now=date or functools.partial(datetime.now, UTC),
        monotonic=lambda: time.monotonic() * SPEED + ahead(),
        draw=lambda: 0.0,
        new_id=lambda: str(uuid.uuid4()),
        pause=lambda event, seconds: wait_at_most(event, seconds / SPEED),
    )


def make_read_only(store):
    """Let every further write to a store fail inside SQLite."""
    store._connection.execute("PRAGMA query_only = ON")  # noqa: SLF001 - nobody else can make SQLite refuse


def plant(root, path, content):
    """Put a file where the program might want to put one."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
