"""How long to wait before the next try: pure functions of what happened, how often, and a random draw.

Decides when to give up, too. Has no clock and no randomness of its own; the runner brings both and does the waiting.
All waits are in seconds, every `draw` is in [0, 1).

    send, fetch   full jitter: draw * min(cap, base * 2^(n - 1)) after n sends; a Retry-After comes on top as a floor
    poll          see `poll_wait`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.errors import OutcomeUnknownError, ReadFailedError, TransientError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.errors import ProviderError

_BASE_S = 0.5
_CAP_S = 60.0
_LONGEST_HOLD_S = 3600.0
#: a busy queue deserves more patience than a line that keeps breaking
_TRANSIENT_SENDS = 8
_UNKNOWN_SENDS = 6
_FETCHES = 8

_FIRST_POLL_S = 0.5
_POLL_GROWTH = 1.5
_SLOWEST_POLL_S = 5.0
_QUICKEST_POLL_S = 0.05
_NEAR_POLL_S = 2.0
_SHARE_OF_TYPICAL = 0.02
_LEARNING_RATE = 0.25


def next_wait(error: ProviderError, *, sends: int, draw: float) -> float | None:
    """Say how long to wait before the same call is sent again, or None to give up. `sends` counts from 1.

    Rejected and account errors are never repeated. A failed read is repeated for ever: it costs nothing, and giving a
    poll up would lose a paid result; its end is a deadline of the runner's.
    """
    match error:
        case TransientError():
            return _held_back(error.retry_after_s, sends, draw) if sends < _TRANSIENT_SENDS else None
        case OutcomeUnknownError():
            return _jitter(sends, draw) if sends < _UNKNOWN_SENDS else None
        case ReadFailedError():
            return _held_back(error.retry_after_s, sends, draw)
        case _:
            return None


def download_wait(sends: int, *, draw: float) -> float | None:
    """Say how long to wait before a file is fetched again after `sends` tries, or None to leave it to a later run."""
    return _jitter(sends, draw) if sends < _FETCHES else None


def host_wait(sends: int, *, retry_after_s: float | None, draw: float) -> float:
    """Say how long to wait before a host of files that is in trouble is asked again: for ever; a deadline ends it.

    At least half of the wait is certain: nothing bounds the number of tries but time.
    """
    return _held_back(retry_after_s, sends, 0.5 + draw / 2)


def _held_back(retry_after_s: float | None, sends: int, draw: float) -> float:
    # The jitter comes on top, or everyone who was told the same time would come back in the same instant.
    return min(max(retry_after_s or 0.0, 0.0), _LONGEST_HOLD_S) + _jitter(sends, draw)


def _jitter(sends: int, draw: float) -> float:
    # Beyond 2^16 the cap holds anyway, and a float would overflow at 2^1024.
    return draw * min(_CAP_S, _BASE_S * 2.0 ** min(max(sends, 1) - 1, 16))


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What one lane knows when it times its next poll."""

    #: polls answered since the lane last saw a result, or began
    polls: int
    #: for each task in flight: seconds since it was accepted
    ages_s: Sequence[float]
    #: what `learn_typical` last returned for tasks like these; None while nothing is known
    typical_s: float | None = None


def learn_typical(typical_s: float | None, *, lower_bound_s: float) -> float:
    """Fold one finished task into the duration that such tasks are known to take at least.

    `lower_bound_s` is the task's age at the last poll that still found it running; a task that was never found running
    teaches nothing and must not be passed. The time at which a task was *found finished* must not be used: it holds
    our own delay, so each late poll would make the next one later.

        typical' = typical + 0.25 * (lower_bound - typical)
    """
    if typical_s is None:
        return max(lower_bound_s, 0.0)
    return typical_s + _LEARNING_RATE * (max(lower_bound_s, 0.0) - typical_s)


def poll_wait(pace: Pace) -> float:
    """Say how long a lane waits before its next poll: never under 0.05 s, never over 5 s.

    While nothing is known:  min(5, 0.5 * 1.5^polls).
    Once a typical duration T is known, the least over the tasks in flight, of age a, of:

        a <  T   the larger of spacing(T) and min(5, (T - a) / 2): halving closes in without overshooting
        a >= T   spacing(a), so a task that outlasts its kind is asked about ever less often
        spacing(t) = clamp(0.02 * t, 0.05, 2), or up to 5 from a = 2 T on, when no result is near any more

    Finding a result at most about 2 % late is what this buys; T errs low (see `learn_typical`), so it is not missed.
    """
    if pace.typical_s is None or not pace.ages_s:
        return min(_SLOWEST_POLL_S, _FIRST_POLL_S * _POLL_GROWTH ** min(max(pace.polls, 0), 10))
    typical_s = pace.typical_s
    return min(_wait_for(age_s, typical_s) for age_s in pace.ages_s)


def _wait_for(age_s: float, typical_s: float) -> float:
    if age_s < typical_s:
        return max(_spacing(typical_s, _NEAR_POLL_S), min(_SLOWEST_POLL_S, (typical_s - age_s) / 2))
    return _spacing(age_s, _NEAR_POLL_S if age_s < 2 * typical_s else _SLOWEST_POLL_S)


def _spacing(duration_s: float, cap_s: float) -> float:
    return min(cap_s, max(_QUICKEST_POLL_S, _SHARE_OF_TYPICAL * duration_s))
