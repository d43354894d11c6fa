"""Counts events, decides which of them go wrong, and writes down what did. Counts start with the server."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from render.server.faults.records import Fault, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.server.clock import Clock
    from render.server.database import Database
    from render.server.faults.records import Action

__all__ = ["Fault", "FaultScript"]


class FaultScript:
    """The faults of one server, in the order of their script."""

    def __init__(self, faults: Sequence[Fault], *, database: Database, clock: Clock) -> None:
        self._faults = tuple(faults)
        self._database = database
        self._clock = clock
        self._occurrences: Counter[str] = Counter()

    def names(self, event: str) -> bool:
        """Whether the script speaks of that event at all."""
        return any(fault.on == event for fault in self._faults)

    def strike(self, event: str) -> Action | None:
        """Count one occurrence of an event; give the first action that happens at it, which is then written down."""
        self._occurrences[event] += 1
        occurrence = self._occurrences[event]
        fitting = (fault for fault in self._faults if fault.on == event and fault.strikes(occurrence))
        fault = next(fitting, None)
        if fault is None:
            return None
        row = {"event": event, "occurrence": occurrence, "action": name_of(fault.action), "at": self._clock.now()}
        with self._database.write(is_synced=False):
            self._database.insert("fault", row)
        return fault.action
