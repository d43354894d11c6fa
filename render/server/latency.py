"""Decides how long a result takes. A further model is one record here with the same method."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol


class Latency(Protocol):
    """How long results take; the same key always gives the same time."""

    def seconds(self, key: str) -> float:
        """The time from acceptance until the result of that key is handed out."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class UniformLatency:
    """Any time from `low_s` to `high_s`, all equally likely; a fixed time where the two are equal."""

    low_s: float
    high_s: float

    def seconds(self, key: str) -> float:
        """Draw a time by the key alone."""
        return random.Random(key).uniform(self.low_s, self.high_s)
