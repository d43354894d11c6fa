"""What a server is told at its start, and what its request handlers share while it runs."""

from __future__ import annotations

import ipaddress
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from render.server.clock import Clock
from render.server.credit import Account
from render.server.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from render.server.engines.order import Engine
    from render.server.faults.script import Fault, FaultScript
    from render.server.jobs import Workshop
    from render.server.ledger import Ledger
    from render.server.pricing import PriceList
    from render.server.rules import FailureRule, LatencyRule, PriceRule
    from render.server.spool import Spool
    from render.server.watch import Watch


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerOptions:
    """How to serve. Raises ValueError for a server that strangers could use without a key."""

    #: holds the database and the files; made where it is missing
    state_dir: Path
    host: str = "127.0.0.1"
    #: 0 takes any free one
    port: int = 0
    #: the keys that are let in; None lets in any key that is not empty, and is for loopback only
    keys: frozenset[str] | None = field(default=None, repr=False)
    #: the key was made up at the start, so whoever started the server has to be told
    is_key_drawn: bool = False
    #: the least and the most time from acceptance until a result is handed out, where no rule of `latency` holds
    latency_s: tuple[float, float] = (0.5, 1.5)
    latency: tuple[LatencyRule, ...] = ()
    prices: tuple[PriceRule, ...] = ()
    failures: tuple[FailureRule, ...] = ()
    #: by provider; one that is not named has credit without end
    credit: Mapping[str, Account] = field(default_factory=dict)
    switches: Switches = field(default_factory=Switches)
    #: what goes wrong, and when
    faults: tuple[Fault, ...] = ()
    #: `host` or `host:port`: whom the server itself may send requests to, for webhooks, uploads and media by link
    allowed_hosts: frozenset[str] = frozenset()
    #: what file links begin with; None takes the host a request named
    public_base: str | None = None
    #: a name in `ENGINES`, or an engine
    engine: str | Engine = "procedural"
    drawing_threads: int = 2
    #: room for a media file of 32 MiB in base64
    max_body_bytes: int = 48 * 2**20
    #: how long a synchronous request is held before it is answered that it takes longer
    sync_timeout_s: float = 60.0
    #: how long a WebSocket may say nothing before it is closed
    socket_idle_s: float = 120.0
    #: how long results are held for a client whose WebSocket was lost
    socket_hold_s: float = 120.0
    #: files of the engine `fixed` are padded to this size; None leaves them as they were drawn
    file_bytes: int | None = None
    clock: Clock = field(default_factory=Clock)
    #: ids, seeds and names of files come from here; that of the system cannot be guessed
    chance: random.Random = field(default_factory=random.SystemRandom, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.keys is None and not is_loopback(self.host):
            raise ValueError(f"keys are needed to serve on {self.host}: others than this machine can reach it")


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """What every request handler works with."""

    options: ServerOptions
    ledger: Ledger
    spool: Spool
    workshop: Workshop
    prices: PriceList
    faults: FaultScript
    watch: Watch

    @property
    def clock(self) -> Clock:
        """Where this server reads the time."""
        return self.options.clock

    def account(self, provider: str) -> Account:
        """The terms under which that provider is paid."""
        return self.options.credit.get(provider, Account())

    def balance_usd(self, provider: str) -> float:
        """What is left to spend at that provider; infinite where nothing was said."""
        # sums of dollars are not exact, and the last render must be affordable to the cent
        return round(self.account(provider).usd - self.ledger.spent_usd(provider), 9)

    def file_url(self, request: web.Request, *, name: str) -> str:
        """The link to a file, as the sender of this request can follow it."""
        base = self.options.public_base or f"{request.scheme}://{request.host}"
        return f"{base.rstrip('/')}/files/{name}"


SERVICE = web.AppKey("service", Service)


def is_loopback(host: str) -> bool:
    """Whether a host name or address leads to this machine and nowhere else."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
