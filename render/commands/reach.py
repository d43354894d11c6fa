"""How a run reaches its providers: over the network, or through the embedded server of this very process."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from render.errors import SettingsError
from render.settings import offline_lane

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from render.project import Project
    from render.settings import LaneSettings


@asynccontextmanager
async def over_the_network(project: Project) -> AsyncIterator[Mapping[str, LaneSettings]]:
    """Yield the lanes as the environment sets them."""
    yield project.lanes


@asynccontextmanager
async def through_the_embedded_server(project: Project) -> AsyncIterator[Mapping[str, LaneSettings]]:
    """Serve both APIs on loopback for the length of the block, and yield lanes that end there.

    Raises:
        SettingsError: the server cannot draw or cannot start.
    """
    from render.server.app import LedgerError, MediaMissingError, ServerOptions, serving  # noqa: PLC0415 - heavy

    try:
        async with serving(ServerOptions(state_dir=project.folders.server)) as server:
            base_urls = {"runware": f"{server.base_url}/v1", "aimlapi": server.base_url}
            yield {name: offline_lane(base_urls[wish.kind]) for name, wish in project.lane_wishes.items()}
    except MediaMissingError as error:
        raise SettingsError(str(error), hint="then run again; real renders need no such extra") from error
    except LedgerError as error:
        raise SettingsError(str(error), hint=f"remove {project.folders.server} to start the server afresh") from error


@asynccontextmanager
async def nowhere(_project: Project) -> AsyncIterator[Mapping[str, LaneSettings]]:
    """Yield no lanes: for a run that has nothing to do."""
    yield {}
