"""A server on loopback that speaks just enough of both APIs and plays a script of faults. It keeps its own ledger.

Steps are coroutines `step(moment) -> response`, taken in the order in which requests of their kind arrive; when a
script has run out, requests are answered well. What a step may do is written out below it.
"""

import asyncio
import json
import uuid
from collections import Counter, defaultdict, deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from render.store import read_snapshot
from tests.canary import QUERY
from tests.containers.samples import whole
from tests.runner.archived import from_orders

RUNWARE_PATH, AIMLAPI_PATH = "/v1", "/v2/video/generations"


@dataclass
class Order:
    """One accepted purchase."""

    remote_id: str
    prompt: str
    is_ours: bool
    our_id: str = ""
    polls: int = 0
    is_finished: bool = False


@dataclass
class Moment:
    """One request as a step sees it."""

    script: "Script"
    request: web.Request
    #: our id; the header's on AI/ML API
    our_id: str = ""
    prompt: str = ""
    #: of a poll
    remote_ids: tuple = ()
    #: of a file that is to be stored
    media: str = ""

    @property
    def is_runware(self):
        return self.request.path == RUNWARE_PATH


@dataclass
class Script:
    """What the server plays, and what it saw; lives longer than one server."""

    state_db: object = None
    port: int = 0
    submits: deque = field(default_factory=deque)
    polls: deque = field(default_factory=deque)
    files: deque = field(default_factory=deque)
    logs: deque = field(default_factory=deque)
    archive: deque = field(default_factory=deque)
    stores: deque = field(default_factory=deque)
    #: polls that find a render unfinished before it is done
    patience: int = 1
    #: by prompt: what a finished render says instead of success
    failing: dict = field(default_factory=dict)
    #: by prompt: the link instead of the usual one; "" for none
    links: dict = field(default_factory=dict)
    cost_usd: float = 0.25
    #: called by `stopping`
    stop: object = None

    purchases: Counter = field(default_factory=Counter)
    orders: dict = field(default_factory=dict)
    #: ids in the order of arrival
    arrivals: list = field(default_factory=list)
    not_durable: list = field(default_factory=list)
    highest: int = 0
    #: the first row that each look into the usage log asked for
    looks: list = field(default_factory=list)
    #: what stands in the log before the orders that are in it by now
    newer_rows: int = 0
    #: how many ids each poll asked for
    asked: list = field(default_factory=list)
    fetched: Counter = field(default_factory=Counter)
    #: what was stored, by the id it was given, and what each purchase named as input
    media: dict = field(default_factory=dict)
    named: list = field(default_factory=list)
    requests: int = 0
    prompts: defaultdict = field(default_factory=lambda: defaultdict(list))

    @asynccontextmanager
    async def served(self):
        app = web.Application()
        app.add_routes([
            web.post(RUNWARE_PATH, self._runware),
            web.post(AIMLAPI_PATH, self._submit_generation),
            web.get(AIMLAPI_PATH, self._poll_generation),
            web.get("/v2/logs", self._log),
            web.get("/files/{name}", self._file),
        ])  # fmt: skip
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.05)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True).start()
            self.port = runner.addresses[0][1]
            yield f"http://127.0.0.1:{self.port}"
        finally:
            await runner.cleanup()

    def buy(self, moment):
        """Charge for a render and begin it; a used id of ours is never charged again."""
        remote_id = moment.our_id if moment.is_runware else f"gen-{sum(self.purchases.values()) + 1}:kandinsky/5"
        self.purchases[moment.our_id] += 1
        self.prompts[moment.prompt].append(moment.our_id)
        self.orders[remote_id] = Order(
            remote_id=remote_id, prompt=moment.prompt, is_ours=moment.is_runware, our_id=moment.our_id
        )
        self.highest = max(self.highest, sum(not order.is_finished for order in self.orders.values()))
        return self.orders[remote_id]

    async def _runware(self, request):
        tasks = await request.json()
        if tasks[0]["taskType"] == "getResponse":
            ids = tuple(task["taskUUID"] for task in tasks)
            return await self._play(self.polls, self._poll_runware, Moment(self, request, remote_ids=ids))
        (task,) = tasks
        if task["taskType"] == "mediaStorage":
            return await self._play(
                self.stores, keep, Moment(self, request, our_id=task["taskUUID"], media=task["media"])
            )
        if task["taskType"] == "getTaskDetails":
            return await self._play(self.archive, from_orders, Moment(self, request, remote_ids=(task["taskUUID"],)))
        moment = Moment(self, request, our_id=task["taskUUID"], prompt=task["positivePrompt"])
        self.named.append(task.get("referenceImages", []))
        return await self._arrived(moment)

    async def _submit_generation(self, request):
        body = await request.json()
        return await self._arrived(Moment(self, request, request.headers["X-Client-Request-Id"], body["prompt"]))

    async def _arrived(self, moment):
        self.arrivals.append(moment.our_id)
        record = await asyncio.to_thread(read_snapshot, self.state_db, project="film", kind="paid")
        if (moment.our_id, "prepared") not in {(attempt.id, attempt.status) for attempt in record.attempts}:
            self.not_durable.append(moment.our_id)
        return await self._play(self.submits, accept, moment)

    async def _play(self, steps, otherwise, moment):
        self.requests += 1
        return await (steps.popleft() if steps else otherwise)(moment)

    async def _poll_runware(self, moment):
        self.asked.append(len(moment.remote_ids))
        data, errors = [], []
        for remote_id in dict.fromkeys(moment.remote_ids):
            order = self.orders.get(remote_id)
            about = {"taskType": "imageInference", "taskUUID": remote_id}
            if order is None:
                continue
            if self._is_running(order):
                data.append({**about, "status": "processing"})
            elif order.prompt in self.failing:
                errors.append({**about, "code": self.failing[order.prompt], "message": "it failed"})
            else:
                done = {"status": "success", "imageUUID": f"file-{remote_id}", "cost": self.cost_usd, "seed": 7}
                data.append({**about, **done, "imageURL": self._link(order, moment.request, "jpg")})
        return web.json_response({"data": data} | ({"errors": errors} if errors else {}))

    async def _poll_generation(self, request):
        moment = Moment(self, request, remote_ids=(request.query["generation_id"],))
        return await self._play(self.polls, self.answer_generation, moment)

    async def _log(self, request):
        self.looks.append(int(request.query["offset"]))
        return await self._play(self.logs, as_logged, Moment(self, request))

    async def answer_generation(self, moment):
        """Say truly how a generation stands."""
        self.asked.append(1)
        order = self.orders.get(moment.remote_ids[0])
        if order is None:
            return web.json_response({"message": "no such generation"}, status=404)
        if self._is_running(order):
            return web.json_response({"id": order.remote_id, "status": "generating"})
        if order.prompt in self.failing:
            error = {"name": self.failing[order.prompt], "message": "it failed"}
            return web.json_response({"id": order.remote_id, "status": "error", "error": error})
        video = {"url": self._link(order, moment.request, "mp4")}
        return web.json_response({"id": order.remote_id, "status": "completed", "video": video})

    def _is_running(self, order):
        order.polls += 1
        order.is_finished = order.is_finished or order.polls > self.patience
        return not order.is_finished

    def _link(self, order, request, ending):
        usual = (
            f"http://{request.host}/files/{order.prompt.replace(' ', '-')}-{order.polls}.{ending}?X-Signature={QUERY}"
        )
        return self.links.get(order.prompt, usual)

    async def _file(self, request):
        self.requests += 1
        self.fetched[request.path] += 1
        step = self.files.popleft() if self.files else whole_file
        return await step(Moment(self, request))


async def accept(moment):
    """Take the order, or say that the id was used before."""
    if not moment.is_runware:
        order = moment.script.buy(moment)
        usage = {"meta": {"usage": {"credits_used": 500_000}}}
        return web.json_response({"id": order.remote_id, "status": "queued", **usage}, status=201)
    about = {"taskType": "imageInference", "taskUUID": moment.our_id}
    if moment.our_id in moment.script.orders:
        error = {**about, "code": "conflictTaskUUID", "message": "already used"}
        return web.json_response({"data": [], "errors": [error]}, status=400)
    moment.script.buy(moment)
    return web.json_response({"data": [about]})


async def keep(moment):
    """Store a file under an id of its own."""
    media_id = str(uuid.uuid4())
    moment.script.media[media_id] = moment.media
    about = {"taskType": "mediaStorage", "taskUUID": moment.our_id}
    return web.json_response({"data": [{**about, "operation": "upload", "mediaUUID": media_id}]})


async def accept_known_media(moment):
    """Take the order only if everything it names is stored here."""
    unknown = [at for at, each in enumerate(moment.script.named[-1]) if each not in moment.script.media]
    if not unknown:
        return await accept(moment)
    about = {"taskUUID": moment.our_id, "parameter": f"referenceImages[{unknown[0]}]"}
    error = {"code": "invalidReferenceImages", "message": "this one is not known", **about}
    return web.json_response({"data": [], "errors": [error]}, status=400)


async def reset(moment):
    """Break the connection without a word."""
    moment.request.transport.abort()
    return web.Response()


async def accept_and_reset(moment):
    """Take the order, and break the connection before saying so."""
    await accept(moment)
    return await reset(moment)


async def hang(moment):
    """Take the order and never answer."""
    await accept(moment)
    await asyncio.sleep(30)
    return web.Response()


def refusing(status, code="", *, headers=None, is_named=True):
    """Refuse in the provider's own words; nothing is taken."""

    async def step(moment):
        if not moment.is_runware:
            return web.json_response({"message": code, "statusCode": status}, status=status, headers=headers)
        error = {"code": code, "message": f"refused: {code}"}
        if is_named:
            error["taskUUID"] = moment.our_id or moment.remote_ids[0]
        return web.json_response({"data": [], "errors": [error]}, status=status, headers=headers)

    return step


def saying(status, text, *, content_type="text/html"):
    """Answer with this and do nothing."""

    async def step(_):
        return web.Response(status=status, text=text, content_type=content_type)

    return step


def accepting_but_saying(status, document):
    """Take the order, and answer with something else."""

    async def step(moment):
        await accept(moment)
        return web.Response(status=status, text=json.dumps(document), content_type="application/json")

    return step


def stopping(then):
    """Ask the run to stop in the middle of this request, then go on."""

    async def step(moment):
        moment.script.stop()
        return await then(moment)

    return step


async def as_logged(moment):
    """Tell the usage log: every order of AI/ML API, the newest first, a hundred rows a page."""
    script, start = moment.script, int(moment.request.query["offset"])
    rows = [{"client_request_id": None, "inference_id": f"by-hand-{no}"} for no in range(script.newer_rows)]
    rows += [
        {"client_request_id": order.our_id, "inference_id": order.remote_id, "status": "succeeded"}
        for order in reversed(script.orders.values())
        if not order.is_ours
    ]
    pagination = {"offset": start, "total": len(rows), "has_more": start + 100 < len(rows)}
    return web.json_response({"data": rows[start : start + 100], "pagination": pagination})


async def empty_log(_):
    """Tell a log that is late."""
    return web.json_response({"data": [], "pagination": {"has_more": False}})


async def as_usual(moment):
    """Answer a poll as if there were no script."""
    script = moment.script
    return await (script._poll_runware if moment.is_runware else script.answer_generation)(moment)  # noqa: SLF001 - its own


def media_of(path):
    return whole("mp4" if path.endswith("mp4") else "jpeg")


async def whole_file(moment):
    return web.Response(body=media_of(moment.request.path))


def sending(content):
    """Send these bytes as the file."""

    async def step(_):
        return web.Response(body=content)

    return step


async def gone(_):
    return web.Response(status=404)


async def another_kind(moment):
    """Send a whole file, but of another kind than its name says."""
    return web.Response(body=whole("png"))


async def short_file(moment):
    """Announce a whole file and send half of it."""
    body = media_of(moment.request.path)
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(moment.request)
    await response.write(body[: len(body) // 2])
    moment.request.transport.abort()
    return response
