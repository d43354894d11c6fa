"""`render serve`: both providers' APIs on this machine."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from render.commands.say import data
from render.errors import SettingsError
from render.server.app import LedgerError, MediaMissingError, ServerOptions, serving


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", default=8642, show_default=True, help="0: any free one."
)
@click.option(
    "--state",
    "state_dir",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".render-server"),
    show_default=True,
    help="Folder for jobs, ledger and files; a restart carries on from it.",
)
@click.option("--key", help="The one key that is let in. [default: any, on this machine alone]")
@click.option(
    "--latency",
    nargs=2,
    type=click.FloatRange(0, 3600),
    default=(0.5, 1.5),
    show_default=True,
    metavar="MIN MAX",
    help="Seconds from acceptance to result.",
)
def command(host: str, port: int, state_dir: Path, key: str | None, latency: tuple[float, float]) -> int:
    """Offer the APIs of Runware and AI/ML API on this machine, offline and free, with placeholder pictures.

    Point any client at it; `GET /admin/ledger` says what was bought. Stop it with ^C.
    """
    try:
        options = ServerOptions(
            state_dir=state_dir,
            host=host,
            port=port,
            keys=frozenset({key}) if key else None,
            latency_s=(min(latency), max(latency)),
        )
        asyncio.run(_serve(options))
    except (MediaMissingError, LedgerError, ValueError) as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        raise SettingsError(f"cannot serve on {host}:{port}: {error.strerror or error}") from error
    return 0


async def _serve(options: ServerOptions) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(options) as server:
        for line in _how_to_reach(server.base_url):
            data(line)
        await stop.wait()


def _how_to_reach(base_url: str) -> list[str]:
    return [
        f"serving on {base_url}; stop with ^C",
        f"  export RUNWARE_BASE_URL={base_url}/v1 RUNWARE_API_KEY=any",
        f"  export AIMLAPI_BASE_URL={base_url} AIMLAPI_API_KEY=any",
        f"  ledger: {base_url}/admin/ledger",
    ]
