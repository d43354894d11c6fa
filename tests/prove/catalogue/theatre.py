"""Plays a case inside this process: the real runner, record, wire and files against the relay, on a quick clock."""

import contextlib
import os
import time
import uuid
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime

from render.containers.measure import measure
from render.errors import RenderError, StateError
from render.layout import EARLIER
from render.records import Summary
from render.runner.surroundings import Surroundings, wait_at_most
from render.wire import Timeouts
from tests.prove.catalogue.records import AIMLAPI, RUNWARE, Ended, Seen
from tests.prove.catalogue.relay import Relay
from tests.runner.stage import Stage, clip, picture

_WORDS = ("saved", "skipped", "failed", "left", "ambiguous", "held", "parked", "lost")
_MEDIA = {".mp4", ".jpg", ".webp", ".png"}
_PATIENT = Timeouts(connect_s=5.0, submit_s=10.0, poll_s=10.0, stall_s=10.0)


def tasks_of(provider, count=1):
    """That many tasks of a provider, or one of each."""
    if provider == RUNWARE:
        return tuple(picture(f"still{number}") for number in range(count))
    if provider == AIMLAPI:
        return tuple(clip(f"clip{number}") for number in range(count))
    return (*tasks_of(RUNWARE, count), *tasks_of(AIMLAPI, count))


class Theatre(Stage):
    """A stage whose clock, wall clock and speed a case chooses."""

    speed = 100
    wall = staticmethod(lambda: datetime.now(UTC))
    chance = staticmethod(float)

    def _shared(self, wire, journal, stop):
        surroundings = Surroundings(
            now=self.wall,
            monotonic=lambda: time.monotonic() * self.speed + self.ahead(),
            draw=self.chance,
            new_id=lambda: str(uuid.uuid4()),
            pause=lambda event, seconds: wait_at_most(event, seconds / self.speed),
        )
        return replace(super()._shared(wire, journal, stop), surroundings=surroundings)


@dataclass(frozen=True, kw_only=True)
class InProcess:
    """One run with strikes, and one without; `later_tasks` None asks for the same again, () for no later run."""

    is_light = True
    provider: str
    strikes: tuple = ()
    count: int = 1
    #: what the real server is told, beside its folder
    server: dict = field(default_factory=dict)
    #: of its later self, where that differs
    server_later: dict | None = None
    timeouts: Timeouts = _PATIENT
    speed: int = 100
    tasks: tuple | None = None
    later_tasks: tuple | None = None
    has_later: bool = True
    #: called with the theatre before each run: `(theatre, number)`, the first being 1
    prepare: object = None
    #: called with theatre and the two ends when all is over; returns findings in words
    examine: object = None
    #: opens what surrounds both runs: `(theatre) -> context manager`
    around: object = None
    environment: dict = field(default_factory=dict)

    def play(self, folder):
        relay = Relay(folder=folder / "server", options=dict(self.server), strikes=self.strikes)
        theatre = Theatre(root=folder / "film", script=relay, timeouts=self.timeouts)
        theatre.speed = self.speed
        with _environment(self.environment), (self.around or contextlib.nullcontext)(theatre):
            tasks = self.tasks or tasks_of(self.provider, self.count)
            first, later = self._run(theatre, tasks, number=1), None
            relay.strikes = ()
            if self.server_later is not None:
                relay.options = dict(self.server_later)
            if self.has_later:
                later = self._run(theatre, tasks if self.later_tasks is None else self.later_tasks, number=2)
        return _judged(theatre, first, later, findings=self._examined(theatre, first, later))

    def _run(self, theatre, tasks, *, number):
        theatre.listener = theatre.before = None
        if self.prepare is not None:
            self.prepare(theatre, number)
        try:
            summary = theatre.attempt_to_run(*tasks)
        except RenderError as error:
            return Ended(exit_status=error.exit_status, bought=_bought(theatre), words=error.message)
        except Exception as error:  # noqa: BLE001 - what is no error of ours is what a bug looks like from here
            return Ended(exit_status=70, bought=_bought(theatre), words=f"{type(error).__name__}: {error}")
        return ended(summary, bought=_bought(theatre))

    def _examined(self, theatre, first, later):
        findings = list(self.examine(theatre, first, later) or ()) if self.examine else []
        findings += [f"came inside a hold: {row['kind']}" for row in theatre.script.ledger["held_requests"]]
        findings += ["a purchase left before its intent was durable" for _ in theatre.script.not_durable]
        return (*findings, *theatre.script.troubles)


def ended(summary, *, bought):
    """How a run ended, from its Summary."""
    names = {each.name for each in fields(Summary)} & set(_WORDS)
    words = "; ".join(failure.message for failure in summary.failures)
    counts = {name: getattr(summary, name) for name in names}
    return Ended(exit_status=summary.exit_status, counts=counts, bought=bought, words=words)


def _bought(theatre):
    return len(theatre.script.ledger.get("purchases", ()))


def _judged(theatre, first, later, *, findings):
    return Seen(
        first=first,
        later=later,
        bought_twice=theatre.script.bought_twice,
        lost=_lost(theatre),
        half_files=half_files(theatre.root),
        findings=(*findings, *untruths(first), *(untruths(later) if later else ())),
    )


def half_files(root):
    """How many media files are not whole; what lies in `.earlier/` may be what a person had put in the way."""
    found = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    media = (path for path in found if path.suffix in _MEDIA and EARLIER not in path.relative_to(root).parts)
    return sum(not _is_whole(path) for path in media)


def _is_whole(path):
    try:
        with path.open("rb") as file:
            measure(file, path.stat().st_size)
    except RenderError:
        return False
    return True


def _lost(theatre):
    try:
        attempts, _ = theatre.record()
    except StateError:
        # refused as it is: what it holds is for a person to salvage, and the run said so
        return 0
    return lost(theatre.script, attempts)


def lost(relay, attempts):
    """Purchases that no record knows, or knows as not bought, although the server gave no money back."""
    standing = {attempt.id: str(attempt.status) for attempt in attempts}
    returned = {row["id"] for row in relay.ledger["refunds"]}
    free = {sent["client_request_id"] for sent in relay.submissions for job in sent["accepted"] if job in returned}
    paid = set(relay.purchases) - returned - free
    return sum(standing.get(our_id, "failed") in {"failed", "abandoned"} for our_id in paid)


def untruths(end):
    """Where an exit status says less than what stands in the summary."""
    counts = end.counts
    if end.exit_status == 0 and any(counts.get(word) for word in _WORDS[2:]):
        yield f"exit 0 with {counts}"
    if end.exit_status == 1 and any(counts.get(word) for word in ("ambiguous", "held", "parked")):
        yield f"exit 1 although tasks remain: {counts}"


@contextlib.contextmanager
def _environment(variables):
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
