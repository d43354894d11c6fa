"""How many unfinished tasks a lane allows itself: what was configured, less after a provider said that it is full.

Only "too many requests" and "no capacity" make it narrower, by half; each minute without one lets one more in.
Has no clock: every moment is given to it.
"""

from __future__ import annotations

_CLEAN_S = 60.0
#: refusals that come together are one sign
_ONE_SIGN_S = 1.0
#: the statuses by which a provider says that it has no room
FULL = frozenset({429, 503})


class Width:
    """The concurrency of a lane at a moment. Moments are monotonic seconds."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._at = most
        self._narrowed_at: float | None = None

    def allowed(self, now: float) -> int:
        """Return how many tasks may be unfinished now: at least one, at most what was configured."""
        if self._narrowed_at is None:
            return self._most
        clean_minutes = int(max(now - self._narrowed_at, 0.0) // _CLEAN_S)
        return min(self._most, self._at + clean_minutes)

    def narrow(self, now: float) -> None:
        """Halve it, once for refusals that come together."""
        if self._narrowed_at is not None and now - self._narrowed_at < _ONE_SIGN_S:
            return
        self._at = max(1, self.allowed(now) // 2)
        self._narrowed_at = now
