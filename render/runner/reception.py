"""Opens the link of one file and has the folder take it in: from its beginning, or from where an earlier try broke off.

Decides where a lane's files may come from. Knows no task, and nothing of what follows a failure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from render.errors import LinkExpiredError
from render.wire import HostRule, parsed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from render.artifacts.folder import ArtifactFolder, BeforeNaming, Delivery, Received
    from render.runner.gate import Gate
    from render.runner.lane import LaneTerms
    from render.runner.unreached import Unreached
    from render.settings import LaneSettings
    from render.wire import Wire


@dataclass(frozen=True, kw_only=True, slots=True)
class Reception:
    """What files come over, where they go, and who hears that something comes."""

    wire: Wire
    folder: ArtifactFolder
    gate: Gate
    unreached: Unreached

    async def receive(
        self, link: str, delivery: Delivery, *, lane: LaneTerms, before_naming: BeforeNaming | None = None
    ) -> Received:
        """Fetch one file and put it in place; `before_naming` is as for `ArtifactFolder.receive`.

        Raises:
            ArtifactError: as `Wire.stream` and as `ArtifactFolder.receive`.
            TransientError: the host is in trouble.
        """
        parsed(link)
        if moved(link, lane.settings):
            raise LinkExpiredError("the server of this machine has moved to another port")
        begun = await self.folder.beginning(delivery)
        async with self.wire.stream(link, allowed=host_rule(lane), begun=begun) as incoming:
            self.unreached.reached(incoming.host)
            expecting = replace(
                delivery, expected_bytes=incoming.expected_bytes, start=incoming.start, mark=incoming.mark
            )
            return await self.folder.receive(
                self._counted(incoming.chunks), delivery=expecting, before_naming=before_naming
            )

    async def kept_bytes(self, delivery: Delivery) -> int:
        """Return how many bytes of a file that broke off are here."""
        begun = await self.folder.beginning(delivery)
        return 0 if begun is None else begun.size_bytes

    async def _counted(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass on what arrives; as long as bytes come, something comes of the run."""
        async for chunk in chunks:
            self.gate.progressed()
            yield chunk


def host_rule(lane: LaneTerms) -> HostRule:
    """Return where the files of a lane may come from."""
    return HostRule(
        hosts=(*lane.provider.file_hosts, *lane.allow_hosts),
        plain_http_hosts=lane.settings.plain_http_hosts,
        plain_http_port=_port(lane.settings.base_url),
    )


def moved(link: str, settings: LaneSettings) -> bool:
    """Whether a link leads to a server of this machine that now listens elsewhere: its port is chosen at each start."""
    try:
        is_here = urlsplit(link).hostname in settings.plain_http_hosts
        return is_here and _port(link) != _port(settings.base_url)
    except ValueError:
        return False


def _port(url: str) -> int | None:
    parts = urlsplit(url)
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)
