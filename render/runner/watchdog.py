"""Ends a run of which nothing comes any more, so that it never waits without end; what it bought stays recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.runner.gate import QUIET_S, TICK_S

if TYPE_CHECKING:
    from render.runner.lane import Shared


async def watch_progress(shared: Shared) -> None:
    """Ask the run to stop when it has heard of no acceptance, result, progress or byte for `QUIET_S`.

    A host that asked to be left alone is waited for: that is no silence.
    """
    gate, surroundings = shared.gate, shared.surroundings
    while not await surroundings.pause(shared.stop, TICK_S):
        now = surroundings.monotonic()
        if any(host.hold_left_s(now) for host in shared.hosts.values()):
            gate.progressed()
        if gate.tick(now):
            gate.end(f"nothing has come of this run for {QUIET_S / 60:.0f} minutes; the next one carries on")
            shared.stop.set()
