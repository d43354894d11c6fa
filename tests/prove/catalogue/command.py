"""Plays a case with `render` as a process of its own, the relay and its server in a thread of this one."""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import render
from render.errors import RenderError
from render.store import read_snapshot
from tests.canary import KEY
from tests.prove.catalogue.records import AIMLAPI, RUNWARE, Case, Ended, Seen
from tests.prove.catalogue.relay import Relay, ask
from tests.prove.catalogue.theatre import half_files, lost, untruths

_PATIENCE_S = 60
_HOME = Path(render.__file__).parents[1]
_MODELS = {RUNWARE: "runware:kandinsky-5.0-image-lite@1", AIMLAPI: "sber-ai/kandinsky5-t2v"}
_SIZE = {RUNWARE: ", width: 640, height: 1408", AIMLAPI: ""}


def manifest(provider, count, *, project="film", more=""):
    """A manifest of so many shots whose files lie in `media/`."""
    shots = [f'  - {{id: shot{number}, prompt: "shot {number}"}}' for number in range(count)]
    defaults = f'defaults: {{model: "{_MODELS[provider]}"{_SIZE[provider]}}}'
    places = 'output: "media/{shot}.{ext}"'
    return "\n".join(["version: 1", f"project: {project}", places, defaults, more, "shots:", *shots, ""])


@dataclass
class Room:
    """A project folder, and the server its runs are to reach."""

    folder: Path
    relay: Relay
    provider: str
    loop: object = None
    base_url: str = ""
    #: the newest
    process: object = None
    findings: list = field(default_factory=list)

    @property
    def output(self):
        return self.folder / "renders" / "film"

    @property
    def media(self):
        return self.output / "media"

    def write(self, count, **how):
        (self.folder / "film.shots.yaml").write_text(manifest(self.provider, count, **how), encoding="utf-8")

    def start(self, *arguments, prefix=(), limits=(), key=KEY, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
        """Start `render run`; `limits` are pairs for setrlimit."""

        def set_limits():
            for what, value in limits:
                resource.setrlimit(what, (value, value))

        process = subprocess.Popen(
            [
                *map(str, prefix),
                sys.executable,
                "-m",
                "render",
                "run",
                "film.shots.yaml",
                "--json",
                *map(str, arguments),
            ],
            cwd=self.folder,
            env=self._environment(key),
            stdout=stdout,
            stderr=stderr,
            text=True,
            preexec_fn=set_limits if limits else None,  # noqa: PLW1509 - limits alone, before anything is imported
        )
        self.process = process
        return process

    def finish(self, process):
        """Wait for a process and say how it ended."""
        try:
            said, talk = process.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            said, talk = process.communicate()
            self.findings.append(f"did not end within {_PATIENCE_S} s")
        if "Traceback" in (talk or ""):
            self.findings.append(f"a traceback was shown: {talk[-300:]}")
        return Ended(exit_status=process.returncode, counts=_counts(said), bought=self.bought(), words=talk or "")

    def run(self, *arguments, **how):
        return self.finish(self.start(*arguments, **how))

    def bought(self):
        return len(ask(f"http://127.0.0.1:{self.relay.upstream}", "ledger")["purchases"])

    def wait_for(self, kind, number=1):
        """Wait until that many arrivals of a kind have come."""
        for _ in range(int(_PATIENCE_S / 0.01)):
            if self.relay.arrivals[kind] >= number:
                return
            if self.process is not None and self.process.poll() is not None:
                break
            time.sleep(0.01)
        self.findings.append(f"no {kind} number {number} came")

    def signal(self, number):
        try:
            os.kill(self.process.pid, number)
        except ProcessLookupError:
            self.findings.append("it had ended before the signal")

    def _environment(self, key):
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "PYTHONPATH": str(_HOME),
            "PYTHONDONTWRITEBYTECODE": "1",
            "RUNWARE_BASE_URL": f"{self.base_url}/v1",
            "RUNWARE_API_KEY": key,
            "AIMLAPI_BASE_URL": self.base_url,
            "AIMLAPI_API_KEY": key,
        }


def _counts(said):
    try:
        document = json.loads(said or "")
    except ValueError:
        return {}
    return {name: value for name, value in document.items() if isinstance(value, int) and name not in _NO_OUTCOMES}


_NO_OUTCOMES = {"tasks", "requests", "exit_status", "cost_usd", "total"}


@dataclass(frozen=True, kw_only=True)
class AsCommand:
    """A case in processes: `drive(room)` plays it and returns how the first and the later run ended."""

    is_light = False
    provider: str
    drive: object
    strikes: tuple = ()
    count: int = 1
    server: dict = field(default_factory=dict)
    more: str = ""

    def play(self, folder):
        project = folder / "project"
        project.mkdir()
        (project / "pyproject.toml").touch()
        relay = Relay(folder=folder / "server", options=dict(self.server), strikes=self.strikes)
        room = Room(folder=project, relay=relay, provider=self.provider)
        relay.room = room
        room.write(self.count, more=self.more)
        with served(room):
            first, later = self.drive(room)
        found = [*untruths(first), *(untruths(later) if later else ()), *room.findings, *relay.troubles]
        return Seen(
            first=first,
            later=later,
            bought_twice=relay.bought_twice,
            lost=_lost(room) if later is not None else 0,
            half_files=half_files(room.output) if room.output.is_dir() else 0,
            findings=tuple(found),
        )


def _lost(room):
    try:
        record = read_snapshot(room.output / "state.db", project="film", kind="paid")
    except RenderError:
        return 0
    return lost(room.relay, record.attempts)


@contextmanager
def served(room):
    """Run the relay's loop in a thread for the length of the block."""
    is_up, is_over, ended = threading.Event(), asyncio.Event(), []

    async def serve():
        async with room.relay.served() as base_url:
            room.loop, room.base_url = asyncio.get_running_loop(), base_url
            is_up.set()
            await is_over.wait()

    def work():
        try:
            asyncio.run(serve())
        except Exception as error:  # noqa: BLE001 - told to the case that waits for it
            ended.append(error)
            is_up.set()

    thread = threading.Thread(target=work)
    thread.start()
    is_up.wait(_PATIENCE_S)
    try:
        if ended:
            raise ended[0]
        yield
    finally:
        if room.loop is not None and not ended:
            room.loop.call_soon_threadsafe(is_over.set)
        thread.join(_PATIENCE_S)


def as_command(row, position, provider, variant, drive, ends, *, is_quick=False, **scene):
    """One case in processes; `ends` are what is expected of the first and of the later run."""
    first, later = ends
    return Case(
        row=row,
        position=position,
        provider=provider,
        variant=variant,
        scene=AsCommand(provider=provider, drive=drive, **scene),
        first=first,
        later=later,
        is_quick=is_quick,
    )


def twice(room):
    """One run under the strikes, and one without."""
    first = room.run()
    room.relay.strikes = ()
    return first, room.run()


def struck_by(*numbers):
    """A function for `strikes.calling`: send these signals to the process that asks."""

    def do(moment):
        for number in numbers:
            moment.relay.room.signal(getattr(signal, number))

    return do
