"""Brings finished files home: fetch, check, put in place, record; and places files that only changed their name.

Downloads outrank everything else, so they have workers of their own and hold no slot of a lane. A dead link goes back
to the lane, which asks for a fresh one; a file that cannot be taken here is held with its link.

First it is recorded where the file is kept that must make room, then the name changes hands, then that is recorded. So
a crash at any moment leaves no purchase recorded where another's file stands, whatever is asked for next; the next run
fetches again and finds the very file in place. A download that fails leaves files and record as they were. Names change
first and one after the other: two files may swap theirs.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from render.artifacts.folder import Delivery
from render.errors import (
    ArtifactError,
    BytesRefusedError,
    FilesExhaustedError,
    FolderFullError,
    HeldError,
    LinkExpiredError,
    StateError,
    TransientError,
)
from render.events import ExtraSaved, FetchFailed, TaskSaved
from render.expectation import expected, remarks, seed_remarks
from render.layout import earlier_path
from render.records import Artifact, Status
from render.retry import host_wait
from render.runner.archive import ask_anew, hold_refused, look_again
from render.runner.job import Outcome
from render.runner.patience import Patience
from render.runner.reception import Reception
from render.runner.unreached import unreached_host
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from render.artifacts.folder import ArtifactFolder, BeforeNaming, Received
    from render.errors import RenderError
    from render.runner.job import Job
    from render.runner.lane import Lane, Shared
    from render.runner.owners import Owners
    from render.runner.twins import Twins

WORKERS = 4
#: tries for a file that nobody asked for
_EXTRA_TRIES = 3
_FRESH = "; a fresh link is asked for"


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """Where files go, and whose are there."""

    folder: ArtifactFolder
    owners: Owners
    twins: Twins


class Fetcher:
    """Downloads for all lanes: takes jobs from `ready` whose attempt has a link, or has lost it."""

    def __init__(self, shared: Shared, home: Home, lanes: Mapping[str, Lane], ready: asyncio.Queue[Job]) -> None:
        self._shared = shared
        self._folder = home.folder
        self._owners = home.owners
        self._twins = home.twins
        self._reception = Reception(wire=shared.wire, folder=home.folder, gate=shared.gate, unreached=shared.unreached)
        self._lanes = lanes
        self._ready = ready
        self._names_are_settled = asyncio.Event()
        shared.gate.measure_space_by(home.folder.free_bytes)

    async def finish(self) -> None:
        """Wait until everything handed over so far has been dealt with."""
        await self._ready.join()

    async def place_all(self, jobs: Iterable[Job]) -> None:
        """Give files their new names, one after the other; then downloads may begin to take names, too.

        The lane of each job has heard a `begin` for it.
        """
        for job in jobs:
            try:
                if not self._shared.stop.is_set():
                    await self._place(job)
            finally:
                self._lanes[job.planned.lane].end()
        self._names_are_settled.set()

    async def work(self) -> None:
        """Fetch one job after the other until cancelled; a run has `WORKERS` of these."""
        await self._names_are_settled.wait()
        while True:
            job = await self._ready.get()
            try:
                await self._bring_home(job)
            finally:
                self._lanes[job.planned.lane].end()
                self._ready.task_done()

    async def _bring_home(self, job: Job) -> None:
        try:
            await self._fetch_until_settled(job)
            await self._fetch_extras(job)
        except HeldError as error:
            if isinstance(error, FolderFullError):
                # The next file would meet the same, so nothing more is bought; what is bought stays at the provider.
                self._shared.gate.close(error.message)
            await self._hold(job, error)
        except LinkExpiredError as error:
            job.is_gone = error.is_gone
            look_again(self._lanes[job.planned.lane], job)
            self._tell(job, error, wait_s=max(job.not_before - job.waiting_since, 0.0), then=_FRESH)

    async def _fetch_until_settled(self, job: Job) -> None:
        surroundings, patience = self._shared.surroundings, Patience(self._shared.surroundings)
        while not self._shared.stop.is_set():
            try:
                await self._fetch(job)
            except StateError as error:
                self._park(job, f"{error.message}; the next run fetches it again")
                return
            except (TransientError, BytesRefusedError, FilesExhaustedError) as error:
                patience.heed_progress(await self._reception.kept_bytes(self._delivery(job)))
                wait_s = patience.wait_after(error)
                if wait_s is None:
                    await self._give_up(job, error)
                    return
                self._tell(job, error, wait_s=wait_s)
                await surroundings.pause(self._shared.stop, wait_s)
            else:
                return

    def _tell(self, job: Job, error: RenderError, *, wait_s: float, then: str = "") -> None:
        self._shared.unreached.heed(error, self._shared.emit)
        cause, host = error.message + then, unreached_host(error)
        self._shared.emit(FetchFailed(key=job.task.key, cause=cause, wait_s=wait_s, host=host))

    async def _give_up(self, job: Job, error: RenderError) -> None:
        """Leave a file to the next run; one that keeps coming wrong is asked for under a fresh link first."""
        lane = self._lanes[job.planned.lane]
        if not isinstance(error, BytesRefusedError):
            self._park(job, f"{error.message}; the next run fetches it again")
        elif job.refused_for:
            await hold_refused(lane, job)
        else:
            await ask_anew(lane, job, cause=error.message)
            self._tell(job, error, wait_s=0.0, then=_FRESH)

    async def _fetch(self, job: Job) -> None:
        if not job.record.source_url:
            raise LinkExpiredError("there is no link")
        delivery = self._delivery(job)
        await self._save(job, await self._receive(job, job.record.source_url, delivery, self._making_way(job)))

    def _delivery(self, job: Job) -> Delivery:
        mark = self._owners.mark(job.task.path, taker=job.record.id)
        return Delivery(attempt_id=job.record.id, target=job.task.path, earlier_fingerprint=mark)

    async def _receive(
        self, job: Job, link: str, delivery: Delivery, before_naming: BeforeNaming | None = None
    ) -> Received:
        lane = self._lanes[job.planned.lane].terms
        return await self._reception.receive(link, delivery, lane=lane, before_naming=before_naming)

    def _making_way(self, job: Job) -> BeforeNaming:
        return self._owners.making_way(job.task.path, taker=job.record.id, write=self._shared.journal.write)

    async def _fetch_extras(self, job: Job) -> None:
        """Keep files that came beside the one that was asked for: they may have been paid for, too."""
        if job.outcome is not Outcome.SAVED:
            return
        extras, job.extras = job.extras, ()
        for number, extra in enumerate(extras, start=2):
            target = earlier_path(job.task.path, f"extra_{number}")
            delivery = Delivery(attempt_id=f"{job.record.id}-{number}", target=target)
            is_here = await self._is_received(job, extra.url, delivery)
            self._shared.emit(ExtraSaved(key=job.task.key, result_id=extra.result_id, path=target if is_here else ""))

    async def _is_received(self, job: Job, url: str, delivery: Delivery) -> bool:
        surroundings = self._shared.surroundings
        for tries in range(1, _EXTRA_TRIES + 1):
            try:
                await self._receive(job, url, delivery)
            except (ArtifactError, TransientError) as error:
                wait_s = host_wait(tries, retry_after_s=None, draw=surroundings.draw())
                if tries < _EXTRA_TRIES:
                    self._tell(job, error, wait_s=wait_s)
                if await surroundings.pause(self._shared.stop, wait_s):
                    return False
            else:
                return True
        return False

    async def _place(self, job: Job) -> None:
        attempt = job.record
        artifact = self._owners.artifact_of(attempt)
        mark = self._owners.mark(job.task.path, taker=attempt.id)
        try:
            await self._folder.place(
                artifact.path,
                target=job.task.path,
                sha256=artifact.sha256,
                earlier_fingerprint=mark,
                before_naming=self._making_way(job),
            )
        except BytesRefusedError:
            # What stands there is no longer what was recorded, so the file is fetched again.
            self._lanes[job.planned.lane].hand_over(job)
        except HeldError as error:
            await self._hold(job, error)
        except StateError as error:
            self._park(job, f"{error.message}; the next run gives it its name")
        else:
            await self._record(job, replace(artifact, path=job.task.path))

    async def _save(self, job: Job, received: Received) -> None:
        spec = self._shared.spec_of(job.task.model)
        said = remarks(received.measured, expected(job.task, spec)) if spec else ()
        said += seed_remarks(job.task, job.record.seed)
        artifact = Artifact(
            attempt_id=job.record.id,
            path=job.task.path,
            sha256=received.sha256,
            size_bytes=received.size_bytes,
            measured=received.measured,
        )
        said += self._twins.meet(job.record, artifact)
        recorded = self._owners.digest_of(job.record)
        if recorded not in {"", received.sha256}:
            said += (f"not the bytes that were here before: their sha256 was {recorded[:16]}",)
        await self._record(job, artifact, said=said)

    async def _record(self, job: Job, artifact: Artifact, *, said: tuple[str, ...] = ()) -> None:
        job.attempt = replace(
            job.record,
            task_key=job.task.key,
            shot=job.task.shot,
            path=job.task.path,
            status=Status.SAVED,
            saved_at=self._shared.surroundings.now(),
            error_kind="",
            error_message="",
        )
        change = Change(attempt=job.attempt, artifact=artifact)
        # Before the write is waited for: another worker would judge by owners that are no longer true.
        self._owners.take(change)
        await self._shared.journal.note(change)
        job.outcome = Outcome.SAVED
        self._shared.gate.settled(job.record.id)
        self._shared.gate.progressed()
        self._shared.gate.saved(artifact.size_bytes)
        self._shared.emit(TaskSaved(key=job.task.key, path=artifact.path, size_bytes=artifact.size_bytes, remarks=said))

    async def _hold(self, job: Job, error: HeldError) -> None:
        lane = self._lanes[job.planned.lane]
        job.attempt = replace(job.record, error_kind="held", error_message=error.message)
        await self._shared.journal.note(Change(attempt=job.attempt))
        lane.settle(job, Outcome.HELD, kind="held", message=error.message)

    def _park(self, job: Job, message: str) -> None:
        lane = self._lanes[job.planned.lane]
        lane.settle(job, Outcome.PARKED, kind="parked", message=message)
