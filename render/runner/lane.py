"""One provider's share of a run: who is in flight, how much room is left, when the host may be asked, how jobs end.

Everything that a lane's buyer, its poller and the fetchers must agree on is here; none of them knows the others.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from render.errors import AccountError, ProviderError, RejectedError
from render.events import LaneClosed, TaskFailed
from render.records import Failure, Status
from render.retry import download_wait
from render.runner.job import Outcome
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from render.catalog.spec import ModelSpec
    from render.events import Event
    from render.providers.protocol import Call, Provider, Reply
    from render.runner.job import Job
    from render.runner.journal import Journal
    from render.runner.surroundings import Surroundings
    from render.settings import LaneSettings, Secret
    from render.wire import Wire


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


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneTerms:
    """Whom a lane talks to and how hard."""

    provider: Provider
    settings: LaneSettings
    #: None where nothing planned needs it
    key: Secret | None
    concurrency: int


class Lane:
    """The state of one provider's work; `in_flight` holds what is waited for, by remote id."""

    def __init__(self, terms: LaneTerms, shared: Shared, ready: asyncio.Queue[Job]) -> None:
        self.terms = terms
        self.shared = shared
        self.in_flight: dict[str, Job] = {}
        self.stirred = asyncio.Event()
        self.closed_by: AccountError | None = None
        self._ready = ready
        self._room = asyncio.Event()
        self._taken = 0
        self._at_work = 0
        self._quiet_until = 0.0

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.terms.provider.name

    @property
    def is_open(self) -> bool:
        """Whether anything more may be bought here in this run."""
        return self.closed_by is None and not self.shared.stop.is_set()

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
        """Wait for room for one more; return False as soon as nothing more may be bought. For one waiter at a time."""
        while self.is_open and self._taken >= self.terms.concurrency:
            self._room.clear()
            await self._room.wait()
        return self.is_open

    def track(self, job: Job, remote_id: str) -> None:
        """Begin to wait for a job that the provider has."""
        job.waiting_since = self.shared.surroundings.monotonic()
        job.unfinished_at = None
        self.in_flight[remote_id] = job
        self.stirred.set()

    def release(self, job: Job) -> None:
        """Stop waiting for a job, and give its slot to the next one."""
        if job.attempt is not None:
            self.in_flight.pop(job.attempt.remote_id or job.attempt.id, None)
        if job.holds_slot:
            job.holds_slot = False
            self._taken -= 1
        self.wake()

    def wake(self) -> None:
        """Let whoever waits for room or for work look again."""
        self._room.set()
        self.stirred.set()

    def hand_over(self, job: Job) -> None:
        """Pass a job whose file can be brought home to the fetchers, who call `end` when they are through with it."""
        self.begin()
        self._ready.put_nowait(job)

    async def look_again(self, job: Job) -> None:
        """Wait for a fresh link to a finished file; when enough rounds brought none that works, the file is lost.

        The same link counts as fresh: one that is not there yet and one that is gone are answered alike.
        """
        job.refreshes += 1
        wait_s = download_wait(job.refreshes, draw=self.shared.surroundings.draw())
        if wait_s is None:
            await self._lose(job)
        else:
            self.track(job, job.record.remote_id or job.record.id)
            job.not_before = job.waiting_since + wait_s

    async def _lose(self, job: Job) -> None:
        self.release(job)
        message = "the link is dead and the provider gives no other"
        job.attempt = replace(job.record, status=Status.LOST, error_kind="lost", error_message=message)
        await self.shared.journal.write(Change(attempt=job.attempt))
        cost = f"; it cost ${job.record.cost_usd:.4f}" if job.record.cost_usd else ""
        self.settle(job, Outcome.LOST, kind="lost", message=f"{message}{cost}")

    def stay_away(self, seconds: float | None) -> None:
        """Honour a Retry-After: the whole host is left alone that long."""
        if seconds:
            self._quiet_until = max(self._quiet_until, self.shared.surroundings.monotonic() + seconds)

    async def wait_out_quiet(self) -> bool:
        """Wait until the host may be asked again; return whether the run was stopped meanwhile."""
        stop, surroundings = self.shared.stop, self.shared.surroundings
        # The moment may be put off while it is waited for.
        while not stop.is_set() and (left_s := self._quiet_until - surroundings.monotonic()) > 0:
            await surroundings.pause(stop, left_s)
        return stop.is_set()

    async def ask(self, call: Call) -> Reply:
        """Send one call to this provider.

        Raises:
            ProviderError: as `Wire.send`, or an AccountError where there is no key.
        """
        if self.terms.key is None:
            raise AccountError(f"{self.terms.provider.key_variable} is not set", is_credit=False)
        return await self.shared.wire.send(call, base_url=self.terms.settings.base_url, key=self.terms.key)

    async def fail(self, job: Job, error: ProviderError, *, is_final: bool) -> None:
        """Write down that this attempt has no result and will have none."""
        kind = {RejectedError: "rejected", AccountError: "account"}.get(type(error), "transient")
        job.attempt = replace(
            job.record, status=Status.FAILED, error_kind=kind, error_message=error.message, is_final=is_final
        )
        await self.shared.journal.write(Change(attempt=job.attempt))
        self.settle(job, Outcome.FAILED, kind=kind, message=error.message)

    def settle(self, job: Job, outcome: Outcome, *, kind: str, message: str) -> None:
        """Say how a job without a file ends in this run."""
        job.outcome = outcome
        job.failure = Failure(key=job.task.key, kind=kind, message=message)
        self.shared.emit(TaskFailed(key=job.task.key, kind=kind, message=message))

    def close(self, error: AccountError) -> None:
        """Buy nothing more here; what was bought is still waited for."""
        if self.closed_by is None:
            self.closed_by = error
            self.wake()
            self.shared.emit(LaneClosed(lane=self.name, cause=error.message))
