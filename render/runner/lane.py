"""One lane's share of a run: who is in flight, how much room is left, when the host may be asked, how jobs end.

Everything that a lane's buyer, its poller and the fetchers must agree on is here; none of them knows the others.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from render.errors import AccountError, ProviderError, RejectedError
from render.events import LaneClosed, PurchasesPaused, TaskFailed
from render.records import Failure, Status
from render.runner.addresses import Addresses
from render.runner.gate import Gate
from render.runner.inputs import Inputs
from render.runner.job import Outcome
from render.runner.line import LONGEST_WAIT_S, Line
from render.runner.unreached import Unreached
from render.settings import OFFLINE
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from render.catalog.spec import ModelSpec
    from render.events import Event
    from render.providers.protocol import Provider
    from render.runner.host import Host
    from render.runner.job import Job
    from render.runner.journal import Journal
    from render.runner.surroundings import Surroundings
    from render.settings import LaneSettings, Secret
    from render.wire import Wire

#: how often a lane that may not buy looks whether it may, in seconds
_LOOK_AGAIN_S = 5.0
#: a purchase that cannot be sent within this is left to the next run, in seconds
PATIENCE_S = 1800.0
#: outcomes under which the provider may still be rendering
_MAY_RUN = frozenset({Outcome.PARKED, Outcome.AMBIGUOUS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What every lane of a run works with."""

    wire: Wire
    journal: Journal
    surroundings: Surroundings
    spec_of: Callable[[str], ModelSpec | None]
    emit: Callable[[Event], None]
    stop: asyncio.Event
    run_id: str
    gate: Gate = field(default_factory=Gate)
    #: every host of an API by scheme, name and port
    hosts: dict[str, Host] = field(default_factory=dict)
    unreached: Unreached = field(default_factory=Unreached)
    addresses: Addresses = field(default_factory=Addresses)
    inputs: Inputs = field(default_factory=Inputs)


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneTerms:
    """Whom a lane talks to and how hard."""

    name: str
    provider: Provider
    settings: LaneSettings
    #: None where nothing planned needs it
    key: Secret | None
    concurrency: int
    #: whether a request may be sent again under its id, as the plan has it, which sends again whatever costs nothing
    ids_are_ours: bool
    #: for how long after an id was made, in seconds
    repeat_window_s: float
    #: how many ids one poll asks about; None for as many as the provider takes
    poll_batch: int | None = None
    #: whether a purchase whose answer was lost is looked for in the provider's log
    adopts_from_log: bool = False
    #: hosts that files may come from beside the provider's own
    allow_hosts: tuple[str, ...] = ()

    @property
    def key_mark(self) -> str:
        """What tells this lane's key from another; "" where there is none, or where none is needed."""
        return "" if self.key is None or self.settings.endpoint == OFFLINE else self.key.mark


class Lane(Line):
    """The state of one lane's work; `in_flight` holds what is waited for, by remote id."""

    def __init__(self, terms: LaneTerms, shared: Shared, ready: asyncio.Queue[Job]) -> None:
        super().__init__(terms, shared)
        self.in_flight: dict[str, Job] = {}
        self.stirred = asyncio.Event()
        self.closed_by: AccountError | None = None
        self._ready = ready
        self._room = asyncio.Event()
        self._taken = 0
        self._stuck = 0
        self._at_work = 0
        self._paused_by = ""

    @property
    def name(self) -> str:
        """What the manifest calls it."""
        return self.terms.name

    @property
    def is_open(self) -> bool:
        """Whether anything more may be bought here in this run."""
        shared = self.shared
        is_forbidden = self.closed_by is not None or shared.gate.closed_by or not shared.journal.is_sound
        return not is_forbidden and not shared.stop.is_set()

    @property
    def is_done(self) -> bool:
        """Whether nobody is at work who could still bring something into flight."""
        return not self._at_work

    def begin(self) -> None:
        """Count one more who may bring something into flight: a buyer, a purchase, a file on its way home."""
        self._at_work += 1

    def end(self) -> None:
        """Take back one `begin`."""
        self._at_work -= 1
        self.stirred.set()

    def take_slot(self, job: Job) -> None:
        """Count a job as unfinished work, whether there is room or not."""
        job.holds_slot = True
        self._taken += 1

    async def has_slot(self) -> bool:
        """Wait for room for one more; return False as soon as nothing more can be bought. For one waiter at a time.

        What is parked keeps its slot: the provider may still be at work on it.
        """
        surroundings = self.shared.surroundings
        while self.is_open and self._stuck < self.terms.concurrency:
            self._room.clear()
            if self._taken < self.width.allowed(surroundings.monotonic()) and not await self._is_paused():
                return self.is_open
            await surroundings.pause(self._room, _LOOK_AGAIN_S)
        return False

    async def _is_paused(self) -> bool:
        now = self.shared.surroundings.monotonic()
        cause = await self.shared.gate.why_not(concurrency=self.terms.concurrency, now=now)
        if cause and cause != self._paused_by:
            self.shared.emit(PurchasesPaused(lane=self.name, cause=cause))
        self._paused_by = cause
        return bool(cause)

    def track(self, job: Job, remote_id: str) -> None:
        """Begin to wait for a job that the provider has."""
        job.waiting_since = self.shared.surroundings.monotonic()
        job.unfinished_at = None
        self.in_flight[remote_id] = job
        self.shared.gate.progressed()
        self.stirred.set()

    def release(self, job: Job) -> None:
        """Stop waiting for a job, and give its slot to the next one unless the provider may still be at work on it."""
        if job.attempt is not None:
            self.in_flight.pop(job.attempt.remote_id or job.attempt.id, None)
        if job.holds_slot:
            is_stuck = job.outcome in _MAY_RUN
            self._stuck += is_stuck - job.is_stuck
            job.is_stuck, job.holds_slot = is_stuck, is_stuck
            self._taken -= not is_stuck
        self.wake()

    def wake(self) -> None:
        """Let whoever waits for room or for work look again."""
        self._room.set()
        self.stirred.set()

    def hand_over(self, job: Job) -> None:
        """Pass a job whose file can be brought home to the fetchers, who call `end` when they are through with it."""
        self.begin()
        self.shared.gate.finished(job.record.id, now=self.shared.surroundings.monotonic())
        self._ready.put_nowait(job)

    async def may_send(self, job: Job) -> bool:
        """Wait until a purchase may be sent; return False where it is to be left to the next run.

        A host that is held or broken for longer than there is patience left is not waited for. A broken one is asked
        something that costs nothing until it answers: a purchase is never the first thing it gets.
        """
        surroundings = self.shared.surroundings
        job.wanted_since = surroundings.monotonic() if job.wanted_since is None else job.wanted_since
        while self.is_open:
            now = surroundings.monotonic()
            held_s = self.host.hold_left_s(now)
            if not self.has_patience(job, held_s) or self.host.is_hopeless(now):
                self.shared.gate.is_cut_short = True
                return False
            if held_s:
                await surroundings.pause(self.shared.stop, min(held_s, LONGEST_WAIT_S))
            elif not self.host.is_broken:
                return True
            elif self.host.take_probe(now):
                await self._probe(job)
            else:
                # Somebody else asks: look soon whether that helped, or whether there is no hope left.
                await surroundings.pause(self.shared.stop, min(self.host.probe_in_s(now), _LOOK_AGAIN_S))
        return False

    def has_patience(self, job: Job, wait_s: float) -> bool:
        """Say whether a purchase may wait so much longer in this run."""
        now = self.shared.surroundings.monotonic()
        return now + wait_s <= (now if job.wanted_since is None else job.wanted_since) + PATIENCE_S

    def why_not_sent(self) -> str:
        """Say why a purchase that was prepared did not go out."""
        if self.closed_by is not None:
            return self.closed_by.message
        if self.shared.stop.is_set():
            return "the run was stopped before it was sent"
        if self.shared.journal.failure is not None:
            return self.shared.journal.failure.message
        return self.shared.gate.closed_by or "the host asks for more patience than there is, or does not answer"

    async def _probe(self, job: Job) -> None:
        """Ask a broken host after something in flight, or after an id that it need not know: both are free."""
        own = self.shared.surroundings.new_id() if job.attempt is None else job.attempt.remote_id or job.attempt.id
        asked = (next(iter(self.in_flight), own),)
        provider = self.terms.provider
        with suppress(ProviderError):
            await self.consult(provider.poll(asked), lambda reply: provider.read_poll(reply, remote_ids=asked))

    async def fail(self, job: Job, error: ProviderError, *, is_final: bool) -> None:
        """Write down that this attempt has no result and will have none."""
        kind = {RejectedError: "rejected", AccountError: "account"}.get(type(error), "transient")
        job.attempt = replace(
            job.record, status=Status.FAILED, error_kind=kind, error_message=error.message, is_final=is_final
        )
        await self.shared.journal.note(Change(attempt=job.attempt))
        self.settle(job, Outcome.FAILED, kind=kind, message=error.message)

    def settle(self, job: Job, outcome: Outcome, *, kind: str, message: str) -> None:
        """Say how a job without a file ends in this run."""
        job.outcome = outcome
        if job.attempt is not None:
            self.shared.gate.settled(job.attempt.id)
        job.failure = Failure(key=job.task.key, kind=kind, message=message)
        self.shared.emit(TaskFailed(key=job.task.key, kind=kind, message=message))

    def close(self, error: AccountError) -> None:
        """Buy nothing more here; what was bought is still waited for."""
        if self.closed_by is None:
            self.closed_by = error
            self.wake()
            self.shared.emit(LaneClosed(lane=self.name, cause=error.message))
