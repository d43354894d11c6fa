"""Decides which of several attempts at the same content speaks for it. Pure; knows nothing of tasks and actions.

What is there or on its way goes before what has ended, and the further it has come, the better: a failed, abandoned or
lost attempt never hides another. A try that was added on purpose goes before the file it replaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.records import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from render.records import Attempt

IN_FLIGHT = frozenset({Status.PREPARED, Status.SUBMITTED, Status.RENDERED})
#: what was bought or may have been, and can still come to a file; least worth first
_ALIVE = (Status.PREPARED, Status.SUBMITTED, Status.RENDERED, Status.SAVED)


def most_telling(attempts: Sequence[Attempt], *, is_present: Callable[[Attempt], bool]) -> Attempt | None:
    """Return the attempt that speaks for all of `attempts`, oldest first; None if there are none."""
    alive = [attempt for attempt in reversed(attempts) if attempt.status in _ALIVE or is_present(attempt)]
    if not alive:
        return _last_word(attempts)
    return max(alive, key=lambda attempt: (_added(attempt, attempts), is_present(attempt), _worth(attempt)))


def _worth(attempt: Attempt) -> int:
    return _ALIVE.index(attempt.status) if attempt.status in _ALIVE else -1


def _added(attempt: Attempt, attempts: Sequence[Attempt]) -> int:
    """The number of a try that was bought to replace an earlier result, even while its file is not here; else 0."""
    is_added = attempt.status in {*IN_FLIGHT, Status.SAVED} and any(
        other.number < attempt.number
        and (other.task_key, other.fingerprint) == (attempt.task_key, attempt.fingerprint)
        and other.status in {Status.SAVED, Status.LOST, Status.ABANDONED}
        for other in attempts
    )
    return attempt.number if is_added else 0


def _last_word(attempts: Sequence[Attempt]) -> Attempt | None:
    """The newest of those that have ended; but a lost file waits for a person, whatever failed after it."""
    decided: set[str] = set()
    for attempt in reversed(attempts):
        if attempt.status is Status.LOST and attempt.task_key not in decided:
            return attempt
        if attempt.status is Status.ABANDONED:
            decided.add(attempt.task_key)
    return attempts[-1] if attempts else None
