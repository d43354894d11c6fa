"""Which hosts a run waits for because no connection to them comes to be, so that each is told of once a wait.

Knows hosts by name alone, of APIs and of files alike; decides nothing about when one is asked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.errors import UnreachableError
from render.events import HostAwaited

if TYPE_CHECKING:
    from collections.abc import Callable

    from render.errors import RenderError
    from render.events import Event


class Unreached:
    """The hosts that are waited for, and why."""

    def __init__(self) -> None:
        self._told: dict[str, set[str]] = {}

    def heed(self, error: RenderError, emit: Callable[[Event], None]) -> None:
        """Tell of a host that cannot be reached, unless that was told since it last answered."""
        if not isinstance(error, UnreachableError):
            return
        told = self._told.setdefault(error.host, set())
        if error.reason not in told:
            told.add(error.reason)
            emit(HostAwaited(host=error.host, cause=error.reason))

    def reached(self, host: str) -> None:
        """Note that a host answered, whatever it said."""
        self._told.pop(host, None)


def unreached_host(error: RenderError) -> str:
    """Return the host that could not be reached; "" where that was not the trouble."""
    return error.host if isinstance(error, UnreachableError) else ""
