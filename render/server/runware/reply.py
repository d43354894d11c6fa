"""A reply of the Runware API as it grows, and the status it has over HTTP.

Statuses: 200 where anything was accepted or merely asked after, else that of the refusals where they share one, else
400. The member `errors` is absent where there are none: official clients take its presence alone for a failure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Iterable

    from render.server.switches import RunwareSwitches

Item = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Reply:
    """A reply as it grows; one list for each reason why something is in it."""

    data: list[Item] = field(default_factory=list)
    #: never accepted
    refused: list[Item] = field(default_factory=list)
    #: accepted, and failed later
    failed: list[Item] = field(default_factory=list)
    #: accepted, and not ready in time
    overdue: list[Item] = field(default_factory=list)
    #: whether a paid task is among what was accepted, and among what was refused
    has_sale: bool = False
    has_lost_sale: bool = False
    #: the whole of `data`, where an old page shows an object in the place of the list
    lone_data: Item | None = None
    _statuses: set[int] = field(default_factory=set)

    def refuse(self, errors: Iterable[Item], *, status: int = 400) -> None:
        """Add refusals that would have this status if nothing else were in the reply."""
        self.refused += errors
        self._statuses.add(status)

    def envelope(self) -> Item:
        """The reply as it is sent over either transport."""
        errors = [*self.refused, *self.failed, *self.overdue]
        data = self.data if self.lone_data is None else self.lone_data
        return {"data": data, **({"errors": errors} if errors else {})}

    def response(self, switches: RunwareSwitches) -> web.Response:
        """The reply as HTTP."""
        status = self._status(switches)
        is_for_now = status in {429, 503} and switches.retry_after is not None
        headers = {"Retry-After": f"{switches.retry_after:g}"} if is_for_now else None
        return web.json_response(self.envelope(), status=status, headers=headers)

    def _status(self, switches: RunwareSwitches) -> int:
        if self.has_sale and self.has_lost_sale:
            return switches.mixed_submit_status
        if self.overdue and not self.has_results:
            return switches.sync_timeout_status
        if self.has_results or self.failed or not self.refused:
            return 200
        (status,) = self._statuses if len(self._statuses) == 1 else (400,)
        return status

    @property
    def has_results(self) -> bool:
        """Whether it holds more than word that the sender was let in."""
        return any(item["taskType"] != "authentication" for item in self.data)
