"""Time, chance and identity as values, so that a run can be repeated exactly, and on a clock of another speed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime


async def wait_at_most(event: asyncio.Event, seconds: float) -> bool:
    """Wait `seconds`, or less if the event is set meanwhile; return whether it is."""
    if seconds > 0 and not event.is_set():
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return event.is_set()
    return event.is_set()


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the runner may not reach for on its own."""

    #: wall clock, aware UTC: for records only
    now: Callable[[], datetime]
    #: seconds that never jump: for every decision about waiting
    monotonic: Callable[[], float]
    #: uniform in [0, 1)
    draw: Callable[[], float]
    #: a fresh random UUID v4
    new_id: Callable[[], str]
    #: as `wait_at_most`, in seconds of `monotonic`
    pause: Callable[[asyncio.Event, float], Awaitable[bool]] = wait_at_most
