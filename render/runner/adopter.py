"""Looks in a provider's usage log for purchases whose answer was lost; what it finds is waited for like any other.

Guarantee: it asks and never buys, and not finding a purchase proves nothing, because nobody says how late the log is.
So a purchase that is not found stays ambiguous, whatever the time. One look serves all who wait for one, and the looks
of a lane stay below the 200 a minute that the log allows.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from render.errors import AccountError, ProviderError
from render.events import LookupScheduled
from render.providers.protocol import Accepted
from render.records import Action

if TYPE_CHECKING:
    from collections.abc import Collection

    from render.providers.protocol import LogPage, Reply
    from render.runner.job import Job
    from render.runner.lane import Lane

#: what is said of a purchase that no look found
NOT_FOUND = "the usage log does not name it"
#: seconds before each look for what was sent just now; together the time in which a log may be late
WAITS_S = (1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0)
#: and for what an earlier run sent
_LATER_WAITS_S = (0.0, 2.0, 5.0)
#: how many pages back to look for either; the newest rows come first
_PAGES, _LATER_PAGES = 3, 50
_BETWEEN_REQUESTS_S = 0.4
#: a host that asks to be left alone for longer than this, in seconds, is not waited for
_LONGEST_HOLD_S = 60.0


class Adopter:
    """One lane's looks into its provider's log."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._shared = lane.shared
        #: by our id: how many pages back it may be
        self._wanted: dict[str, int] = {}
        self._found: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._looks = 0
        self._may_ask_at = -math.inf
        #: why the log tells nothing; "" while it may
        self.refusal = ""

    async def find(self, job: Job, *, taken: Collection[str]) -> Accepted | None:
        """Look for a purchase at growing distances; None where it is not found, or its id is one of those `taken`."""
        our_id, is_old = job.record.id, job.planned.action is Action.ADOPT
        self._wanted[our_id] = _LATER_PAGES if is_old else _PAGES
        try:
            for wait_s in _LATER_WAITS_S if is_old else WAITS_S:
                if self.refusal or await self._is_stopped_after(wait_s, job):
                    return None
                await self._look()
                if our_id in self._found:
                    remote_id = self._found[our_id]
                    return None if remote_id in taken else Accepted(remote_id=remote_id)
        finally:
            del self._wanted[our_id]
        return None

    async def _is_stopped_after(self, wait_s: float, job: Job) -> bool:
        if wait_s:
            self._shared.emit(LookupScheduled(key=job.task.key, lane=self._lane.name, wait_s=wait_s))
        return await self._shared.surroundings.pause(self._shared.stop, wait_s)

    async def _look(self) -> None:
        """Look for all that is wanted; whoever asks while a look is under way shares the next one with the others."""
        looks_before = self._looks
        async with self._turn:
            if self._looks == looks_before and not self.refusal:
                self._looks += 1
                await self._read_pages()

    async def _read_pages(self) -> None:
        page, has_more = 0, True
        while (
            has_more and page < max(self._wanted.values(), default=0) and not self._wanted.keys() <= self._found.keys()
        ):
            page += 1
            try:
                told = await self._read(page)
            except AccountError as error:
                # A key that buys need not be allowed to read the log, so this says nothing about buying.
                self.refusal = f"the usage log cannot be read: {error.message}"
                return
            except ProviderError:
                return
            if told is None:
                return
            self._found.update(told.remote_ids)
            has_more = told.has_more

    async def _read(self, page: int) -> LogPage | None:
        provider, wanted = self._lane.terms.provider, frozenset(self._wanted)
        call = provider.log_page(page=page)
        if call is None:
            self.refusal = f"{provider.title} keeps no usage log"
            return None
        if not await self._may_ask():
            return None

        def read(reply: Reply) -> LogPage:
            return provider.read_log(reply, our_ids=wanted)

        return await self._lane.consult(call, read)

    async def _may_ask(self) -> bool:
        surroundings, stop = self._shared.surroundings, self._shared.stop
        now = surroundings.monotonic()
        if self._lane.host.hold_left_s(now) > _LONGEST_HOLD_S:
            return False
        if await surroundings.pause(stop, max(self._may_ask_at - now, 0.0)) or await self._lane.wait_to_ask():
            return False
        self._may_ask_at = surroundings.monotonic() + _BETWEEN_REQUESTS_S
        return True
