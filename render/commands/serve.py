"""`render serve`: both providers' APIs on this machine."""

from __future__ import annotations

import asyncio
import secrets
import signal
from pathlib import Path
from typing import Any

import click

from render.commands.say import data
from render.errors import SettingsError, UsageError
from render.server.app import LedgerError, MediaMissingError, ServerOptions, serving
from render.server.config import ConfigError, load_config
from render.server.faults.reading import load_faults
from render.server.options import is_loopback
from render.settings import read_key_file

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--config", type=_FILE, metavar="FILE", help="YAML with everything below and more: docs/server.md.")
@click.option("--faults", type=_FILE, metavar="FILE", help="YAML list of what goes wrong, and when: docs/server.md.")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="0: any free one.  [default: 8642]")
@click.option(
    "--state",
    "state_dir",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for jobs, ledger and files; a restart carries on from it.  [default: .render-server]",
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="FILE holds the one key that is let in.  [default: any on this machine alone, else one drawn and shown]",
)
@click.option("--key", help="That key itself: whoever lists the processes of this machine sees it.")
@click.option("--engine", type=click.Choice(["procedural", "fixed"]), help="What draws.  [default: procedural]")
@click.option(
    "--latency",
    nargs=2,
    type=click.FloatRange(0, 3600),
    metavar="MIN MAX",
    help="Seconds from acceptance to result.  [default: 0.5 1.5]",
)
def command(config: Path | None, faults: Path | None, **given: Any) -> int:
    """Offer the APIs of Runware and AI/ML API on this machine, offline and free, with placeholder pictures.

    Point any client at it; `GET /admin/ledger` says what was bought. Stop it with ^C.
    """
    try:
        asyncio.run(_serve(_options(config, faults, given)))
    except (MediaMissingError, LedgerError, ConfigError, ValueError) as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        raise SettingsError(f"cannot serve: {error.strerror or error}") from error
    return 0


def _options(config: Path | None, faults: Path | None, given: dict[str, Any]) -> ServerOptions:
    """What the command line says, before what the file says, before what is usual."""
    key, latency = _key(given.pop("key"), given.pop("key_file")), given.pop("latency")
    said = {name: value for name, value in given.items() if value is not None}
    if key:
        said["keys"] = frozenset({key})
    if latency:
        said["latency_s"] = (min(latency), max(latency))
    if faults:
        said["faults"] = load_faults(faults)
    options = {"port": 8642, "state_dir": Path(".render-server"), **(load_config(config) if config else {}), **said}
    if not options.get("keys") and not is_loopback(options.get("host", "127.0.0.1")):
        options |= {"keys": frozenset({secrets.token_urlsafe(24)}), "is_key_drawn": True}
    return ServerOptions(**options)


def _key(told: str | None, file: Path | None) -> str | None:
    if file is None:
        return told
    if told is not None:
        raise UsageError("--key and --key-file say the same thing twice", hint="leave --key out: it can be seen")
    return read_key_file(file, told_by="--key-file").reveal()


def _shown_key(options: ServerOptions) -> str:
    """The key to show: one that was given is known to whoever gave it, and does not belong into a log."""
    return min(options.keys) if options.keys and options.is_key_drawn else ("…" if options.keys else "any")


async def _serve(options: ServerOptions) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(options) as server:
        for line in _how_to_reach(server.base_url, key=_shown_key(options)):
            data(line)
        await stop.wait()


def _how_to_reach(base_url: str, *, key: str) -> list[str]:
    return [
        f"serving on {base_url}; stop with ^C",
        f"  export RUNWARE_BASE_URL={base_url}/v1 RUNWARE_API_KEY={key}",
        f"  export AIMLAPI_BASE_URL={base_url} AIMLAPI_API_KEY={key}",
        f"  ledger: {base_url}/admin/ledger",
    ]
