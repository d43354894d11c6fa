"""What time it is and what falls by chance, as values: a server can run on another clock, and be repeated exactly.

Waiting is not in here: it is the event loop's, and a loop with another clock brings its own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """Where a server reads the time."""

    #: seconds since 1970
    now: Callable[[], float] = time.time
    #: seconds that never jump
    monotonic: Callable[[], float] = time.monotonic


def new_id(chance: random.Random) -> str:
    """Return a random UUID v4."""
    return str(UUID(int=chance.getrandbits(128), version=4))
