"""A server in a thread, a way to ask it over real HTTP, and engines that draw too little or too badly to wait for."""

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message

from render.server.app import serving
from render.server.engines.order import DrawingError

_PATIENCE_S = 30


class TextEngine:
    """Writes the order down instead of drawing it."""

    def prepare(self):
        """Nothing is needed."""

    def draw(self, order, *, target, is_stopped):
        assert not is_stopped()
        target.write_text(f"{order}\n" * 40)


class StubbornEngine(TextEngine):
    """Fails the orders with an odd seed as a provider would, and breaks on seed 0."""

    def draw(self, order, *, target, is_stopped):
        if order.seed == 0:
            raise ZeroDivisionError
        if order.seed % 2:
            raise DrawingError("The external provider did not respond.", code="timeoutProvider")
        super().draw(order, target=target, is_stopped=is_stopped)


@dataclass
class Answer:
    status: int
    #: by name, whatever its case
    headers: Message
    raw: bytes

    @property
    def body(self):
        return json.loads(self.raw)


@dataclass
class Witness:
    """A server in a thread, and a way to ask it."""

    base_url: str = ""
    key: str = "a-key"
    threads: list = field(default_factory=list)

    def ask(self, path, *, body=None, method=None, headers=None):
        url = path if path.startswith("http") else self.base_url + path
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        authorisation = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        request = urllib.request.Request(url, data, {**authorisation, **(headers or {})}, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_S) as reply:  # noqa: S310
                return Answer(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def post(self, *tasks):
        return self.ask("/v1", body=list(tasks))

    def poll(self, *ids):
        return self.post(*({"taskType": "getResponse", "taskUUID": identifier} for identifier in ids))

    def settle(self, *ids):
        """Poll until nothing is being made any more; give the last answer."""
        return until(lambda: self.poll(*ids), lambda answer: not _is_processing(answer))

    def settle_generation(self, identifier):
        query = f"/v2/video/generations?generation_id={identifier}"
        return until(lambda: self.ask(query), lambda answer: answer.body["status"] in {"completed", "error"})

    def ledger(self):
        return self.ask("/admin/ledger").body


def _is_processing(answer):
    return any(item.get("status") == "processing" for item in answer.body["data"])


def until(ask, is_enough):
    """Ask again and again until the answer is enough, and give it."""
    give_up_at = time.monotonic() + _PATIENCE_S
    while not is_enough(answer := ask()):
        assert time.monotonic() < give_up_at, answer
        time.sleep(0.01)
    return answer


class _Thread(threading.Thread):
    def __init__(self, options):
        super().__init__()
        self.options, self.is_up, self.serving, self.error = options, threading.Event(), None, None

    def run(self):
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 - told to the test, which waits for it
            self.error = error
        finally:
            self.is_up.set()

    async def _serve(self):
        self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
        async with serving(self.options) as self.serving:
            self.is_up.set()
            await self.stop.wait()

    def close(self):
        self.loop.call_soon_threadsafe(self.stop.set)
        self.join()
        if self.error is not None:
            raise self.error


def start_witness(threads, options, *, key="a-key"):
    thread = _Thread(options)
    thread.start()
    thread.is_up.wait()
    if thread.error is not None:
        thread.join()
        raise thread.error
    threads.append(thread)
    return Witness(base_url=thread.serving.base_url, key=key)
