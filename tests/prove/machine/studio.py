"""One project and its author: a manifest that changes, keys, and runs of the real program in this very process.

A run happens on a quick clock, and something may happen to it after a number of durable writes. What it means that
something was bought is not judged here.
"""

import contextlib
import io
import os
import random
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from render import cli
from render.commands.reach import over_the_network
from render.commands.session import RunTerms, Session
from render.display import Display
from render.errors import RenderError
from render.project import Where, open_project, read_record
from render.records import Summary
from render.runner.surroundings import Surroundings, wait_at_most
from render.store.record import Store
from tests.canary import KEY
from tests.prove.process.scenarios import picture

#: seconds of the run's clock that pass in one of ours
SPEED = 200
PROJECT = "film"
_SCREEN = Display(has_colour=False, is_live=False, width=100, row_width=100)
_KINDS = {
    "still": "model: kandinsky-5-image-lite, width: 640, height: 1408, output_format: WEBP, output_quality: 20",
    "clip": "model: kandinsky-5-t2v",
    # made with a picture that is too large to stand in a request
    "plate": 'model: "klingai:3@2", width: 256, height: 256, duration: 1, fps: 15, reference_images: [plate.png]',
}
_RECORD = ("state.db", "state.db-wal", "state.lock")


class CrashError(Exception):
    """The process is dead: nothing it does from here on is written down."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What one shot asks for."""

    #: a key of `_KINDS`
    kind: str
    #: equal numbers are equal requests
    content: int
    takes: int = 1

    @property
    def prompt(self):
        return f"{self.kind} number {self.content}"


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What happens to a run: `happens` is called around its durable write with that number, counted from 1."""

    at_write: int
    happens: Callable
    #: after the write, when nobody has heard of it yet; else before it
    is_after: bool = False


@dataclass(frozen=True, kw_only=True)
class Played:
    """How a run went: its summary, or the refusal or failure that it ended with."""

    summary: Summary | None = None
    error: RenderError | None = None
    is_crashed: bool = False

    @property
    def exit_status(self):
        return self.summary.exit_status if self.summary else getattr(self.error, "exit_status", None)

    @property
    def requests(self):
        return self.summary.requests if self.summary else None


@dataclass
class Studio:
    """Where one author works; `witness` is the server that is bought from, `room` where the renders are."""

    folder: Path
    room: Path
    witness: object
    chance: random.Random
    shots: dict = field(default_factory=dict)
    key: str = KEY
    #: how far the wall clock has jumped
    ahead: timedelta = timedelta()
    #: what was said on the terminal in the last run
    said: str = ""
    _opened: tuple = ("", None)

    def __post_init__(self):
        self.folder.mkdir(parents=True)
        self.room.mkdir(parents=True, exist_ok=True)
        (self.folder / "plate.png").write_bytes(picture(200))

    @property
    def manifest(self):
        return self.folder / "film.shots.yaml"

    @property
    def output(self):
        return self.room / PROJECT

    def project(self):
        """The project as its manifest now stands; opened anew where that was edited."""
        shots = "".join(
            f"  - {{id: {name}, {_KINDS[wanted.kind]}, takes: {wanted.takes}, prompt: {wanted.prompt}}}\n"
            for name, wanted in sorted(self.shots.items())
        )
        text = f"version: 1\nproject: {PROJECT}\nshots:\n{shots}"
        if text != self._opened[0]:
            self.manifest.write_text(text, encoding="utf-8")
            with self.environment():
                self._opened = text, open_project(self.manifest, Where(out=self.room))
        return self._opened[1]

    def planned(self):
        """What a run would do now, task by task."""
        project = self.project()
        return project.plan(read_record(project)).tasks

    def snapshot(self):
        return read_record(self.project())

    def run(self, incident=None, **terms):
        """Run the project to the end, or to whatever the incident brings."""
        session = Session(
            project=self.project(),
            screen=_SCREEN,
            reach=over_the_network,
            terms=RunTerms(concurrency=3, **terms),
            surroundings=self._surroundings(),
        )
        return self._play(session, incident)

    def _play(self, session, incident):
        with self.environment(), _quiet() as said, _watched(incident) as watch:
            try:
                played = Played(summary=session.perform())
            except RenderError as error:
                played = Played(error=error)
            except Exception:
                if not watch.is_dead:
                    raise
                played = Played(is_crashed=True)
            finally:
                _call_off_timers()
        self.said = said.getvalue()
        return Played(is_crashed=True) if watch.is_dead else played

    def command(self, *arguments):
        """Use the command line in this process, and give its exit status."""
        with self.environment(), _quiet() as said:
            status = cli.run([*arguments, str(self.manifest), "--out", str(self.room)])
        self.said = said.getvalue()
        return status

    def run_and_crash(self, *, at_write, is_after, debris):
        """Run until the process dies, and keep in `debris` what stood on the disk at that moment."""

        def die():
            _copy(self.output, debris)
            raise CrashError

        played = self.run(Incident(at_write=at_write, happens=die, is_after=is_after))
        if played.is_crashed:
            self.put_back(debris)
        return played

    def put_back(self, debris):
        """Let the record be what it was in `debris`, its log and its lock included."""
        for name in (*_RECORD, "state.db-shm"):
            (self.output / name).unlink(missing_ok=True)
        _copy(debris, self.output)

    @contextlib.contextmanager
    def environment(self):
        """The variables that lead to our server, for the length of the block."""
        ours = {
            "RUNWARE_BASE_URL": f"{self.witness.base_url}/v1",
            "RUNWARE_API_KEY": self.key,
            "AIMLAPI_BASE_URL": self.witness.base_url,
            "AIMLAPI_API_KEY": self.key,
        }
        before = dict(os.environ)
        os.environ.update(ours)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def _surroundings(self):
        return Surroundings(
            now=lambda: datetime.now(UTC) + self.ahead,
            monotonic=lambda: time.monotonic() * SPEED,
            draw=lambda: 0.5,
            new_id=lambda: str(uuid.UUID(int=self.chance.getrandbits(128), version=4)),
            pause=lambda event, seconds: wait_at_most(event, seconds / SPEED),
        )


@dataclass
class _Watch:
    """Counts the durable writes of one run, and lets the incident happen at its own."""

    incident: Incident | None
    writes: int = 0
    is_dead: bool = False

    def around(self, write, store, changes):
        if self.is_dead:
            raise CrashError
        self.writes += 1
        is_now = self.incident is not None and self.incident.at_write == self.writes
        if is_now and not self.incident.is_after:
            self._happen()
        write(store, changes)
        if is_now and self.incident.is_after:
            self._happen()

    def _happen(self):
        try:
            self.incident.happens()
        except CrashError:
            self.is_dead = True
            raise


@contextlib.contextmanager
def _watched(incident):
    """See every durable write of a store while the block lasts: each step of a purchase passes there."""
    write, watch = Store.write, _Watch(incident)
    Store.write = lambda store, changes: watch.around(write, store, changes)
    try:
        yield watch
    finally:
        Store.write = write


def _call_off_timers():
    # a stopped run makes sure that its process ends in time; this process goes on
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


@contextlib.contextmanager
def _quiet():
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        yield said


def _copy(here, there):
    # by another process: closing state.db in this one would drop the locks that SQLite holds
    there.mkdir(parents=True, exist_ok=True)
    found = [here / name for name in _RECORD if (here / name).exists()]
    if found:
        subprocess.run(["cp", "-p", *found, there], check=True)
