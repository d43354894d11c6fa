"""Decides which events of a run are news to whoever reads along: the same trouble again is none, nor is its next try.

The log has every event. Has no clock, and knows no wording but that of figures.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from render.events import (
    AttemptSubmitted,
    FetchFailed,
    PollFailed,
    RetryScheduled,
    TaskFailed,
    TaskRendered,
    TaskSaved,
)

if TYPE_CHECKING:
    from render.events import Event

#: how far a file came does not make another trouble of the one that broke it off
_BYTES = re.compile(r"\d+(?= of \d+ bytes| bytes)|(?<=byte )\d+")


class News:
    """What was told so far of each task and of the polls of each lane."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], str] = {}

    def is_new(self, event: Event) -> bool:
        """Say whether an event tells something that none before it told, and remember it."""
        match event:
            case RetryScheduled() | FetchFailed() | PollFailed() if event.host:
                # A HostAwaited told of it, for everybody who waits for that host.
                return False
            case RetryScheduled():
                return self._differs("send", event.key, event.cause)
            case FetchFailed():
                return self._differs("fetch", event.key, event.cause)
            case PollFailed():
                return self._differs("poll", event.lane, event.cause)
            case TaskRendered():
                self._forget("poll", event.lane)
                # A fresh link to the same file is told as one more render of the same cost.
                return self._differs("render", event.key, f"{event.cost_usd}")
            case AttemptSubmitted():
                self._forget("send", event.key)
            case TaskSaved() | TaskFailed():
                self._forget("fetch", event.key)
            case _:
                pass
        return True

    def _differs(self, about: str, name: str, told: str) -> bool:
        words = _BYTES.sub("", told)
        before = self._told.get((about, name))
        self._told[about, name] = words
        return words != before

    def _forget(self, about: str, name: str) -> None:
        self._told.pop((about, name), None)
