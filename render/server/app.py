"""Puts the server together and on a socket: routes, start, clean stop."""

from __future__ import annotations

from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from render.server import admin, files
from render.server.aimlapi import account, generations
from render.server.aimlapi.account import RECENT_LOGS
from render.server.aimlapi.replies import refusal
from render.server.engines import ENGINES
from render.server.engines.order import MediaMissingError
from render.server.faults.actions import faults
from render.server.faults.door import open_door
from render.server.faults.script import FaultScript
from render.server.jobs import Tools, Workshop
from render.server.latency import Schedule
from render.server.ledger import Ledger, LedgerError, open_ledger
from render.server.options import SERVICE, ServerOptions, Service
from render.server.pricing import PriceList
from render.server.runware.deliveries import get_deliveries
from render.server.runware.envelope import post_tasks
from render.server.runware.errors import error_object
from render.server.runware.opening import open_desk, say_goodbye
from render.server.runware.socket import serve_socket
from render.server.spool import Spool
from render.server.watch import Watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp.typedefs import Handler

    from render.server.engines.order import Engine

__all__ = ["LedgerError", "MediaMissingError", "ServerOptions", "Serving", "create_app", "serving"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """A server that is up."""

    host: str
    port: int

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:8000`, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def create_app(options: ServerOptions) -> web.Application:
    """Build the application; the database opens when it starts.

    Raises:
        MediaMissingError: the engine's libraries are not installed.
    """
    engine = ENGINES[options.engine](options.file_bytes) if isinstance(options.engine, str) else options.engine
    engine.prepare()
    app = web.Application(client_max_size=options.max_body_bytes, middlewares=_MIDDLEWARES)
    app.cleanup_ctx.append(lambda app: _service(app, options, engine))
    app.cleanup_ctx.append(open_desk)
    app.on_shutdown.append(say_goodbye)
    app.add_routes([
        web.post("/v1", post_tasks),
        web.get("/v1", serve_socket, allow_head=False),
        web.post("/v2/video/generations", generations.submit),
        web.get("/v2/video/generations", generations.poll),
        web.get("/v2/logs", account.get_logs),
        web.get("/v1/billing/balance", account.get_balance),
        web.get("/v2/billing", account.get_billing),
        web.get("/files/{name}", files.get_file),
        web.get("/admin/ledger", admin.get_ledger),
        web.get("/admin/requests", admin.get_submissions),
        web.get("/admin/deliveries", get_deliveries),
    ])  # fmt: skip
    return app


@asynccontextmanager
async def serving(options: ServerOptions) -> AsyncIterator[Serving]:
    """Serve inside the running event loop until the block ends.

    Raises:
        MediaMissingError: the engine's libraries are not installed.
        LedgerError: the state was made by a newer version.
        OSError: the port is taken, or the folder cannot be written.
    """
    runner = web.AppRunner(create_app(options), access_log=None, handle_signals=False, shutdown_timeout=2.0)
    try:
        await runner.setup()
        faults = runner.app[SERVICE].faults
        door = await open_door(_server(runner), faults=faults, host=options.host, port=options.port)
        try:
            yield Serving(host=options.host, port=door.sockets[0].getsockname()[1])
        finally:
            door.close()
    finally:
        await runner.cleanup()


def _server(runner: web.AppRunner) -> web.Server:
    if runner.server is None:
        raise RuntimeError("the application was not set up")
    return runner.server


async def _service(app: web.Application, options: ServerOptions, engine: Engine) -> AsyncIterator[None]:
    options.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    spool = Spool(options.state_dir / "files", clock=options.clock, chance=options.chance)
    spool.open()
    with open_ledger(options.state_dir / "server.db") as ledger:
        workshop = Workshop(_tools(options, ledger, spool, engine))
        app[RECENT_LOGS] = deque()
        app[SERVICE] = Service(
            options=options,
            ledger=ledger,
            spool=spool,
            workshop=workshop,
            prices=PriceList(rules=options.prices),
            faults=FaultScript(options.faults, database=ledger.database, clock=options.clock),
            watch=Watch(ledger.database, clock=options.clock),
        )
        workshop.start()
        yield
        await workshop.close()


def _tools(options: ServerOptions, ledger: Ledger, spool: Spool, engine: Engine) -> Tools:
    return Tools(
        ledger=ledger,
        spool=spool,
        engine=engine,
        clock=options.clock,
        schedule=Schedule(options.latency, otherwise_s=options.latency_s),
        threads=options.drawing_threads,
        failures=options.failures,
        keep_money=frozenset(name for name, terms in options.credit.items() if not terms.refunds_failed),
    )


@web.middleware
async def _committed_first(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let no reply leave before what it says is on the disk."""
    response = await handler(request)
    await request.app[SERVICE].ledger.committed()
    return response


@web.middleware
async def _errors_in_their_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give what aiohttp itself refuses (no such path, wrong method, too large) the shape of the API it came to."""
    try:
        return await handler(request)
    except web.HTTPError as error:
        if request.match_info.http_exception is not None:
            request.app[SERVICE].ledger.count(["other"])
        await request.app[SERVICE].ledger.committed()
        if request.path.startswith(("/v2/", "/v1/billing")):
            return refusal(request, status=error.status, message=error.reason)
        if request.path.startswith("/v1"):
            refused = error_object("invalidRequest", message=f"{error.reason}.")
            return web.json_response({"data": [], "errors": [refused]}, status=error.status)
        raise


#: the outermost first: what any of them refuses is told in the words of its API
_MIDDLEWARES = (_errors_in_their_words, faults, _committed_first)
