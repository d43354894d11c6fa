"""A wire between a client and the real server on which anything can go wrong, down to single bytes.

It reads whole requests, tells what they ask for, and either passes them on or lets a strike do as it likes. The server
behind it knows nothing of it, and its ledger stays the judge of what was bought. Strikes are in `strikes.py`.
"""

import asyncio
import contextlib
import functools
import json
import socket
import struct
import time
import urllib.request
from collections import Counter, defaultdict
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace

from render.server.app import ServerOptions, serving
from render.server.engines.fixed import FixedEngine
from render.server.faults.arrivals import runware_event
from render.store import read_snapshot

SUBMIT, POLL, FILE, OTHER, CONNECT = "submit", "poll", "file", "other", "connect"
_WORDS = {"runware.submit": SUBMIT, "runware.poll": POLL}

#: draws one clip and one still a process, however many servers there are
engine = functools.cache(FixedEngine)


@dataclass(frozen=True, kw_only=True)
class Strike:
    """What is done to which arrivals of a kind; `do` is a coroutine that takes the Moment."""

    on: str
    do: object
    first: int = 1
    #: 0 for the first alone, None for all from the first on
    last: int | None = 0

    def hits(self, kind, number):
        last = number if self.last is None else self.last or self.first
        return kind == self.on and self.first <= number <= last


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server said, taken apart so that it can be said in another way."""

    status: int
    headers: tuple
    body: bytes

    def document(self):
        return json.loads(self.body)

    def with_document(self, document):
        return replace(self, body=json.dumps(document).encode())

    def head(self, *, length=None):
        kept = [(name, value) for name, value in self.headers if name.lower() not in {"content-length", "connection"}]
        lines = [
            f"{name}: {value}"
            for name, value in [*kept, ("Content-Length", len(self.body) if length is None else length)]
        ]
        return "\r\n".join([f"HTTP/1.1 {self.status} Said", *lines, "", ""]).encode("latin-1")


@dataclass
class Moment:
    """One arrival; before a request was read, only the connection."""

    relay: "Relay"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: bytes = b""
    body: bytes = b""

    async def serve(self):
        """Let the server have the request, and return what it says."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.relay.upstream)
        lines = [line for line in self.head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        with closing(writer):
            writer.write(b"\r\n".join([lines[0], b"Connection: close", *lines[1:]]) + self.body)
            answer = await reader.read()
        head, _, body = answer.partition(b"\r\n\r\n")
        status, *headers = head.decode("latin-1").split("\r\n")
        pairs = tuple(tuple(line.split(": ", 1)) for line in headers)
        return Answer(status=int(status.split()[1]), headers=pairs, body=body)

    async def say(self, raw):
        self.writer.write(raw)
        await self.writer.drain()

    async def pass_on(self):
        answer = await self.serve()
        await self.say(answer.head() + answer.body)

    def close(self):
        self.writer.close()

    def reset(self):
        connection = self.writer.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def until_left(self):
        """Wait until the client has gone."""
        with contextlib.suppress(OSError):
            while await self.reader.read(65536):
                pass


@dataclass
class Relay:
    """The wire and the server behind it; lives longer than one run, as the server's folder does."""

    folder: object
    options: dict = field(default_factory=dict)
    strikes: tuple = ()
    state_db: object = None
    port: int = 0
    upstream: int = 0
    tls: object = None
    #: how the client names this machine
    host: str = "127.0.0.1"
    arrivals: Counter = field(default_factory=Counter)
    #: for each kind, when each came, in seconds of the monotonic clock
    moments: defaultdict = field(default_factory=lambda: defaultdict(list))
    not_durable: list = field(default_factory=list)
    #: strikes that could not be done, in words
    troubles: list = field(default_factory=list)
    ledger: dict = field(default_factory=dict)
    submissions: list = field(default_factory=list)
    stop: object = None
    talks: set = field(default_factory=set)

    @property
    def purchases(self):
        """How often each id of ours was charged."""
        paid = Counter(purchase["id"] for purchase in self.ledger.get("purchases", ()))
        names = {job: sent["client_request_id"] or job for sent in self.submissions for job in sent["accepted"]}
        return Counter({names.get(job, job): count for job, count in paid.items()})

    @property
    def bought_twice(self):
        """How many ids, or contents that did not fail, were charged more than once."""
        returned = {refund["id"] for refund in self.ledger.get("refunds", ())}
        contents = Counter(
            _content(sent["body"]) for sent in self.submissions for job in sent["accepted"] if job not in returned
        )
        by_id, by_content = (sum(count > 1 for count in counts.values()) for counts in (self.purchases, contents))
        return max(by_id, by_content)

    @asynccontextmanager
    async def served(self):
        told = {"engine": engine(), "latency_s": (0.0, 0.01), **self.options}
        async with serving(ServerOptions(state_dir=self.folder, **told)) as server:
            self.upstream = server.port
            listener = await asyncio.start_server(
                self._talk, "127.0.0.1", self.port, ssl=self.tls, reuse_address=True, backlog=512
            )
            self.port = listener.sockets[0].getsockname()[1]
            try:
                yield f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"
            finally:
                listener.close()
                for talk in tuple(self.talks):
                    talk.cancel()
                await asyncio.gather(*self.talks, return_exceptions=True)
                # closed connections are let go of in the next turn of the loop
                await asyncio.sleep(0)
                self.ledger = await asyncio.to_thread(ask, server.base_url, "ledger")
                self.submissions = (await asyncio.to_thread(ask, server.base_url, "requests"))["requests"]

    async def _talk(self, reader, writer):
        talk = asyncio.current_task()
        self.talks.add(talk)
        try:
            await self._serve_all(Moment(relay=self, reader=reader, writer=writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            # the client has gone, or the relay is closing
            writer.transport.abort()
        except Exception as error:  # noqa: BLE001 - a strike that cannot be done proves nothing, so the case must fail
            self.troubles.append(f"the strike itself failed: {error!r}")
            writer.transport.abort()
        finally:
            self.talks.discard(talk)
            writer.close()

    async def _serve_all(self, moment):
        if await self._struck(CONNECT, moment):
            return
        while not moment.writer.is_closing():
            moment.head = await moment.reader.readuntil(b"\r\n\r\n")
            moment.body = await moment.reader.readexactly(_length(moment.head))
            kind = _kind(moment.head, moment.body)
            if kind == SUBMIT:
                await self._see_intent(moment)
            if not await self._struck(kind, moment):
                await moment.pass_on()

    async def _struck(self, kind, moment):
        self.arrivals[kind] += 1
        self.moments[kind].append(time.monotonic())
        strike = next((each for each in self.strikes if each.hits(kind, self.arrivals[kind])), None)
        if strike is not None:
            await strike.do(moment)
        return strike is not None

    async def _see_intent(self, moment):
        if self.state_db is None:
            return
        our_id = _our_id(moment.head, moment.body)
        record = await asyncio.to_thread(read_snapshot, self.state_db, project="film", kind="paid")
        if (our_id, "prepared") not in {(attempt.id, attempt.status) for attempt in record.attempts}:
            self.not_durable.append(our_id)


def ask(base_url, what):
    """What the server's books say; only from where the server can be reached without the relay."""
    with urllib.request.urlopen(f"{base_url}/admin/{what}", timeout=30) as reply:  # noqa: S310 - our own server
        return json.load(reply)


def _content(body):
    """What was asked for, whoever asked under whatever id."""
    tasks = body if isinstance(body, list) else [body]
    return json.dumps([{**task, "taskUUID": ""} for task in tasks], sort_keys=True)


def _header(head, name):
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip().decode("latin-1")
    return ""


def _length(head):
    return int(_header(head, b"content-length") or 0)


def _kind(head, body):
    method, path = head.split(b" ", 2)[:2]
    if path.startswith(b"/files/"):
        return FILE
    if path.startswith(b"/v2/video/generations"):
        return SUBMIT if method == b"POST" else POLL
    return _WORDS.get(runware_event(body), OTHER) if path == b"/v1" else OTHER


def _our_id(head, body):
    if not body.startswith(b"["):
        return _header(head, b"x-client-request-id")
    return json.loads(body)[0]["taskUUID"]
