"""Who owns the file under each name, while names change. Decides what is recorded of a file that another displaces.

Knows the record, not the folder: where a file really stands is the business of `render.artifacts`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from render.layout import earlier_path
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from render.artifacts.folder import BeforeNaming, Naming
    from render.records import Artifact, Attempt, Snapshot
    from render.runner.job import Job


class Owners:
    """The recorded files of a project by path. Files with the same bytes may be recorded under one path."""

    def __init__(self, snapshot: Snapshot, jobs: Iterable[Job]) -> None:
        self._attempts = {attempt.id: attempt for attempt in snapshot.attempts}
        self._jobs = {job.attempt.id: job for job in jobs if job.attempt is not None}
        self._artifacts = dict(snapshot.artifacts)
        #: ids of attempts, the oldest first
        self._by_path: dict[str, list[str]] = defaultdict(list)
        #: digests by attempt, of all that was ever recorded there: what is noted since may not be on the disk yet
        self._claims: dict[str, dict[str, str]] = defaultdict(dict)
        for attempt_id in self._attempts.keys() & self._artifacts.keys():
            self._by_path[self._artifacts[attempt_id].path].append(attempt_id)
            self._claim(self._artifacts[attempt_id])
        order = {attempt_id: number for number, attempt_id in enumerate(self._attempts)}
        for ids in self._by_path.values():
            ids.sort(key=order.__getitem__)

    def artifact_of(self, attempt: Attempt) -> Artifact:
        """Return the file that was recorded for `attempt`; only for attempts that have one."""
        return self._artifacts[attempt.id]

    def digest_of(self, attempt: Attempt) -> str:
        """Return the digest of the file that was recorded for `attempt`, or ""."""
        artifact = self._artifacts.get(attempt.id)
        return artifact.sha256 if artifact is not None else ""

    def mark(self, path: str, *, taker: str) -> str:
        """Return the fingerprint of what another than the attempt `taker` has at `path`, or ""."""
        others = self._others_at(path, taker)
        return self._current(others[-1]).fingerprint if others else ""

    def making_way(self, path: str, *, taker: str, write: Callable[..., Awaitable[None]]) -> BeforeNaming:
        """Return what records, before the attempt `taker` takes `path`, where the files are kept that make room.

        It is done with `write`, which returns when that and all that was recorded before is durable; what it raises
        leaves every file under its name.
        """

        async def record(naming: Naming) -> None:
            if not self._is_claimed(path, taker, naming):
                return
            displaced = self._displaced(path, taker, naming)
            # Before the write is waited for: another worker would judge by owners that are no longer true.
            self.take(*displaced)
            await write(*displaced)

        return record

    def _is_claimed(self, path: str, taker: str, naming: Naming) -> bool:
        """Whether the record on the disk may say that another file than the new one is at `path`."""
        claims = self._claims.get(path, {}).items()
        return any(other != taker and sha256 != naming.sha256 for other, sha256 in claims)

    def _displaced(self, path: str, taker: str, naming: Naming) -> tuple[Change, ...]:
        """Say what is to be recorded of other files at `path`; one with the same bytes as the new one stays."""
        # where nothing stands they go where they would have been kept, and a plan finds them missing
        kept = naming.kept or earlier_path(path, self.mark(path, taker=taker))
        return tuple(
            Change(attempt=self._current(other), artifact=replace(self._artifacts[other], path=kept))
            for other in self._others_at(path, taker)
            if self._artifacts[other].sha256 != naming.sha256
        )

    def take(self, *changes: Change) -> None:
        """Note what was recorded."""
        for change in changes:
            if change.artifact is None:
                continue
            before = self._artifacts.get(change.attempt.id)
            if before is not None:
                self._by_path[before.path].remove(change.attempt.id)
            self._attempts[change.attempt.id] = change.attempt
            self._artifacts[change.attempt.id] = change.artifact
            self._by_path[change.artifact.path].append(change.attempt.id)
            self._claim(change.artifact)

    def _claim(self, artifact: Artifact) -> None:
        self._claims[artifact.path][artifact.attempt_id] = artifact.sha256

    def _others_at(self, path: str, attempt_id: str) -> list[str]:
        return [other for other in self._by_path.get(path, ()) if other != attempt_id]

    def _current(self, attempt_id: str) -> Attempt:
        """The newest record: a job of this run may have changed it since the snapshot."""
        job = self._jobs.get(attempt_id)
        return job.record if job is not None else self._attempts[attempt_id]
