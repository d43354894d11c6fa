"""Makes facts durable without stalling the loop: what waits is written together, and each caller waits for its own.

Two kinds of writes. An intent (`write`) must be durable before money is risked; when it cannot be written, it did not
happen and its caller must not go on. A fact (`note`) about what is bought already must not be lost; when it cannot be
written, it is kept here, the work on the purchase goes on, and every later call tries to open the record anew and to
write what is kept. From the first failure on nothing more may be bought: `is_sound` stays False for this run, since a
disk that failed once may do so in the middle of the next purchase.

A change is queued before anything is awaited, so a caller that is cancelled while waiting has still handed it over.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from render.errors import StateError
from render.store import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from render.store import Known


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """What one caller handed over, and where it waits."""

    changes: tuple[Change | Known, ...]
    is_fact: bool
    written: asyncio.Future[None]


class Journal:
    """An async front of a store; use as a context manager. Afterwards `unrecorded` is what could not be written.

    `reopen` closes the record and opens it anew after a failure; without one a failure is for good.
    """

    def __init__(
        self, write_durably: Callable[[Sequence[Change | Known]], None], *, reopen: Callable[[], None] | None = None
    ) -> None:
        self._write_durably = write_durably
        self._reopen = reopen
        self._waiting: list[_Entry] = []
        self._kept: dict[str, Change] = {}
        self._failure: StateError | None = None
        self._is_broken = False
        self._flusher: asyncio.Future[None] | None = None
        self._unheard: Exception | None = None

    @property
    def is_sound(self) -> bool:
        """Whether everything could be written so far; when not, nothing more may be bought in this run."""
        return self._failure is None

    @property
    def failure(self) -> StateError | None:
        """What went wrong first, if anything did."""
        return self._failure

    @property
    def unrecorded(self) -> tuple[Change, ...]:
        """Facts that are not in the record: the newest of each attempt, in the order in which they were noted."""
        return tuple(self._kept.values())

    async def __aenter__(self) -> Self:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._flusher is not None:
                await self._flusher
            if self._kept:
                await asyncio.get_running_loop().run_in_executor(self._executor, self._write_kept)
        finally:
            self._executor.shutdown()
        if self._unheard is not None and error is None:
            raise self._unheard

    async def write(self, *changes: Change | Known) -> None:
        """Write an intent, durably: all of `changes` or none of them. All that was handed over before is durable, too.

        Raises:
            StateError: nothing of it was written, now or earlier; nothing more may be bought.
        """
        if self._failure is not None:
            raise StateError(f"nothing is begun any more: {self._failure.message}", hint=self._failure.hint)
        await self._hand_over(changes, is_fact=False)

    async def note(self, *changes: Change) -> None:
        """Write facts, durably where that is possible, and keep them where it is not yet; `is_sound` then says so."""
        await self._hand_over(changes, is_fact=True)

    async def _hand_over(self, changes: tuple[Change | Known, ...], *, is_fact: bool) -> None:
        loop = asyncio.get_running_loop()
        entry = _Entry(changes=changes, is_fact=is_fact, written=loop.create_future())
        self._waiting.append(entry)
        if self._flusher is None or self._flusher.done():
            self._flusher = loop.create_task(self._flush())
        await entry.written

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            told = await asyncio.get_running_loop().run_in_executor(self._executor, self._write_batch, batch)
            for entry, error in told:
                self._tell(entry, error)

    def _write_batch(self, batch: Sequence[_Entry]) -> Sequence[tuple[_Entry, Exception | None]]:
        """Write what was handed over together, in one transaction where it can be; say what became of each."""
        if self._failure is not None:
            told = [(entry, self._keep(entry, self._failure)) for entry in batch]
            self._write_kept()
            return told
        try:
            self._write_durably([change for entry in batch for change in entry.changes])
        except StateError as error:
            return [(entry, self._fail(entry, error)) for entry in batch]
        except Exception as exc:  # noqa: BLE001 - every waiting caller gets its own; none of them loses it
            return [(entry, self._write_alone(entry) if len(batch) > 1 else exc) for entry in batch]
        return [(entry, None) for entry in batch]

    def _write_alone(self, entry: _Entry) -> Exception | None:
        """Write one entry of a batch that was refused for what stands in it; the others must not suffer for it."""
        try:
            self._write_durably(entry.changes)
        except StateError as error:
            return self._fail(entry, error)
        except Exception as exc:  # noqa: BLE001 - handed to its caller
            return exc
        return None

    def _fail(self, entry: _Entry, error: StateError) -> StateError | None:
        self._failure = self._failure or error
        self._is_broken = True
        return self._keep(entry, error)

    def _keep(self, entry: _Entry, error: StateError) -> StateError | None:
        """Keep facts for a later try; an intent did not happen, and its caller hears why."""
        if not entry.is_fact:
            return error
        for change in (each for each in entry.changes if isinstance(each, Change)):
            earlier = self._kept.get(change.attempt.id)
            artifact = change.artifact or (earlier.artifact if earlier else None)
            self._kept[change.attempt.id] = replace(change, artifact=artifact)
        return None

    def _write_kept(self) -> None:
        """Open the record anew where it failed, and write everything kept; what cannot be written yet stays kept."""
        try:
            if self._is_broken and self._reopen is not None:
                self._reopen()
                self._is_broken = False
            self._write_durably(self.unrecorded)
            self._kept.clear()
        except Exception:  # noqa: BLE001 - what is kept is told at the end, whatever is the matter with it
            self._write_kept_one_by_one()

    def _write_kept_one_by_one(self) -> None:
        """Let no fact be held up by another that contradicts the record; a record that is broken refuses them all."""
        for attempt_id, change in list(self._kept.items()):
            try:
                self._write_durably([change])
                del self._kept[attempt_id]
            except Exception:  # noqa: BLE001 - as above
                self._is_broken = True

    def _tell(self, entry: _Entry, error: Exception | None) -> None:
        if entry.written.done():
            # Its caller was cancelled, so it hears of nothing any more; a record that fails is in `failure`.
            self._unheard = self._unheard or (None if isinstance(error, StateError) else error)
        elif error is not None:
            entry.written.set_exception(error)
        else:
            entry.written.set_result(None)
