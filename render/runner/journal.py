"""Makes facts durable without stalling the loop: what waits is written together, and each caller waits for its own.

Guarantee: when `write` returns, the change survives power loss. A change is queued before anything is awaited, so a
caller that is cancelled while waiting has still handed its fact over; leaving the journal writes everything queued, and
raises what went wrong with it if nobody is left to hear.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from render.store import Change


class Journal:
    """An async front of a store; use as a context manager."""

    def __init__(self, write_durably: Callable[[Sequence[Change]], None]) -> None:
        self._write_durably = write_durably
        self._waiting: list[tuple[tuple[Change, ...], asyncio.Future[None]]] = []
        self._flusher: asyncio.Future[None] | None = None
        self._unheard: Exception | None = None

    async def __aenter__(self) -> Self:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._flusher is not None:
                await self._flusher
        finally:
            self._executor.shutdown()
        if self._unheard is not None and error is None:
            raise self._unheard

    async def write(self, *changes: Change) -> None:
        """Write all of `changes` or none of them, durably.

        Raises:
            StateError: nothing of it was written; nothing more may be bought.
        """
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._waiting.append((changes, written))
        if self._flusher is None or self._flusher.done():
            self._flusher = loop.create_task(self._flush())
        await written

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            changes = [change for group, _ in batch for change in group]
            try:
                await loop.run_in_executor(self._executor, self._write_durably, changes)
            except Exception as exc:  # noqa: BLE001 - every waiting caller gets it; none of them loses it
                self._tell(batch, exc)
            else:
                self._tell(batch, None)

    def _tell(self, batch: Sequence[tuple[tuple[Change, ...], asyncio.Future[None]]], error: Exception | None) -> None:
        for _, written in batch:
            if written.done():
                # Its caller was cancelled, so it hears of nothing any more.
                self._unheard = self._unheard or error
            elif error is not None:
                written.set_exception(error)
            else:
                written.set_result(None)
