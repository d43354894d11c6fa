"""Puts the server together and on a socket: routes, start, clean stop."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from render.server import admin, aimlapi, files
from render.server.engines import ENGINES
from render.server.engines.order import MediaMissingError
from render.server.jobs import Tools, Workshop
from render.server.latency import UniformLatency
from render.server.ledger import LedgerError, open_ledger
from render.server.options import SERVICE, ServerOptions, Service
from render.server.runware.envelope import post_tasks
from render.server.runware.errors import error_object
from render.server.spool import Spool

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
    engine = ENGINES[options.engine]() if isinstance(options.engine, str) else options.engine
    engine.prepare()
    app = web.Application(client_max_size=options.max_body_bytes, middlewares=[_errors_in_their_words])
    app.cleanup_ctx.append(lambda app: _service(app, options, engine))
    app.add_routes([
        web.post("/v1", post_tasks),
        web.post("/v2/video/generations", aimlapi.submit),
        web.get("/v2/video/generations", aimlapi.poll),
        web.get("/files/{name}", files.get_file),
        web.get("/admin/ledger", admin.get_ledger),
        web.get("/admin/requests", admin.get_submissions),
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
        await web.TCPSite(runner, options.host, options.port).start()
        yield Serving(host=options.host, port=runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _service(app: web.Application, options: ServerOptions, engine: Engine) -> AsyncIterator[None]:
    options.state_dir.mkdir(parents=True, exist_ok=True)
    spool = Spool(options.state_dir / "files")
    spool.open()
    with open_ledger(options.state_dir / "server.db") as ledger:
        low_s, high_s = options.latency_s
        latency = UniformLatency(low_s=low_s, high_s=high_s)
        tools = Tools(ledger=ledger, spool=spool, engine=engine, latency=latency, threads=options.drawing_threads)
        workshop = Workshop(tools)
        app[SERVICE] = Service(options=options, ledger=ledger, spool=spool, workshop=workshop)
        workshop.start()
        yield
        await workshop.close()


@web.middleware
async def _errors_in_their_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give what aiohttp itself refuses (no such path, wrong method, too large) the shape of the API it came to."""
    try:
        return await handler(request)
    except web.HTTPError as error:
        if request.match_info.http_exception is not None:
            request.app[SERVICE].ledger.count(["other"])
        if request.path.startswith("/v2/"):
            return aimlapi.refusal(request, status=error.status, message=error.reason)
        if request.path.startswith("/v1"):
            refused = error_object("invalidRequest", message=f"{error.reason}.")
            return web.json_response({"data": [], "errors": [refused]}, status=error.status)
        raise
