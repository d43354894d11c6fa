"""What else must be in order before a run buys anything new: files come home in time, the disk has room, things move.

Downloads outrank polls, and polls outrank submits: a result that nobody fetches may be gone before long. A folder that
takes no more ends purchases for the whole run, while everything accepted is still waited for. A run of which nothing
has come for `QUIET_S` is ended; what it bought stays recorded. Knows no provider and no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.errors import HeldError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

#: a finished file may wait so long for its download before nothing more is bought, in seconds
LONGEST_WAIT_FOR_A_FILE_S = 600.0
#: somebody may be making room just now
_PATIENCE_WITH_A_FULL_DISK_S = 60.0
#: the record itself needs room to grow
_LEAST_FREE_BYTES = 1024 * 1024
#: a run that hears of no acceptance, result, progress or byte for so long is ended, in seconds
QUIET_S = 900.0
TICK_S = 15.0


class Gate:
    """One run's reasons not to buy. Moments are monotonic seconds."""

    def __init__(self) -> None:
        #: why nothing more is bought in this run; "" while nothing forbids it
        self.closed_by = ""
        #: why the run ended itself; "" while it goes on
        self.ended_by = ""
        #: whether this run leaves undone what another run can do, for a reason of the surroundings
        self.is_cut_short = False
        self._finished_at: dict[str, float] = {}
        self._largest_bytes = 0
        self._free_bytes: Callable[[], Awaitable[int]] | None = None
        self._short_since: float | None = None
        self._quiet_s = 0.0
        self._ticked_at: float | None = None

    def measure_space_by(self, free_bytes: Callable[[], Awaitable[int]]) -> None:
        """Take a function that says how many bytes the output folder has left."""
        self._free_bytes = free_bytes

    def finished(self, attempt_id: str, *, now: float) -> None:
        """Note a result whose file is not here yet; fetching it again does not make it younger."""
        self._finished_at.setdefault(attempt_id, now)

    def settled(self, attempt_id: str) -> None:
        """Note that this run is through with a result."""
        self._finished_at.pop(attempt_id, None)

    def saved(self, size_bytes: int) -> None:
        """Note the size of a file that came home."""
        self._largest_bytes = max(self._largest_bytes, size_bytes)

    def close(self, reason: str) -> None:
        """Buy nothing more in this run."""
        self.closed_by = self.closed_by or reason
        self.is_cut_short = True

    def end(self, reason: str) -> None:
        """Note that the run ends itself, and why."""
        self.ended_by = reason
        self.close(reason)

    async def why_not(self, *, concurrency: int, now: float) -> str:
        """Say why nothing may be bought at the moment, or ""."""
        if self.closed_by:
            return self.closed_by
        oldest = min(self._finished_at.values(), default=now)
        if now - oldest > LONGEST_WAIT_FOR_A_FILE_S:
            return "a finished file could not be fetched for ten minutes"
        return await self._want_of_space(concurrency=concurrency, now=now)

    async def _want_of_space(self, *, concurrency: int, now: float) -> str:
        wanted = max(_LEAST_FREE_BYTES, 2 * self._largest_bytes * concurrency)
        free = await self._space()
        if free is None or free >= wanted:
            self._short_since = None
            return ""
        self._short_since = now if self._short_since is None else self._short_since
        reason = f"the output folder has {free / 1e6:.1f} MB left, and {wanted / 1e6:.1f} MB should be free"
        if now - self._short_since > _PATIENCE_WITH_A_FULL_DISK_S:
            self.close(reason)
        return reason

    async def _space(self) -> int | None:
        try:
            return None if self._free_bytes is None else await self._free_bytes()
        except HeldError:
            # A file system that does not tell is no reason not to render; writing to it will tell.
            return None

    def progressed(self) -> None:
        """Note that something came of the run."""
        self._quiet_s = 0.0

    def tick(self, now: float) -> bool:
        """Let time pass, to be called every `TICK_S`; say whether nothing has come of the run for too long.

        A process that was suspended makes up for it in one long tick, and that says nothing about the provider.
        """
        passed_s = 0.0 if self._ticked_at is None else max(now - self._ticked_at, 0.0)
        self._ticked_at = now
        self._quiet_s += min(passed_s, 2 * TICK_S)
        return self._quiet_s > QUIET_S
