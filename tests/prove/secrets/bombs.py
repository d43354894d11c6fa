"""What is small on the wire and large once unpacked: an answer of an API, and a file."""

import asyncio
import contextlib
import gzip
import tracemalloc
import zlib
from dataclasses import dataclass

from render.artifacts.folder import ArtifactFolder, Delivery
from render.errors import BytesRefusedError, OutcomeUnknownError, ReadFailedError
from render.providers.protocol import Call
from render.wire import HostRule, Timeouts, Wire

_QUICK = Timeouts(connect_s=10.0, submit_s=60.0, poll_s=60.0, stall_s=60.0)
_UNPACKED_BYTES = 128 * 1024 * 1024
#: the cap of an answer, and room for what is on its way
_MOST_BYTES = 48 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Bombed:
    """One bomb: how much memory it took at most, and what was found wrong."""

    name: str
    peak_bytes: int
    breaches: tuple


def bomb_all(folder):
    """Meet every bomb; return a Bombed each."""
    packed = {"gzip": _gzip(_UNPACKED_BYTES), "deflate": zlib.compress(bytes(_UNPACKED_BYTES), 9)}
    found = [
        _met(f"paid {name}", _call(name, body, OutcomeUnknownError, is_paid=True)) for name, body in packed.items()
    ]
    found += [_met(f"poll {name}", _call(name, body, ReadFailedError, is_paid=False)) for name, body in packed.items()]
    found += [_met(f"file {name}", _file(folder, name, body)) for name, body in packed.items()]
    # a member after the other, each of which unpacks to little
    many = _gzip(64 * 1024) * 4000
    return [*found, _met("poll many members", _call("gzip", many, ReadFailedError, is_paid=False))]


def _gzip(size):
    return gzip.compress(bytes(size), mtime=0)


def _met(name, play):
    tracemalloc.start()
    try:
        found = asyncio.run(play())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if peak > _MOST_BYTES:
        found.append(f"it took {peak} bytes of memory")
    return Bombed(name=name, peak_bytes=peak, breaches=tuple(f"{name}: {breach}" for breach in found))


def _call(encoding, body, error, *, is_paid):
    async def play():
        call = Call(method="POST", path="/v1", body=[], is_paid=is_paid)
        async with _sending(encoding, body) as url, Wire(timeouts=_QUICK) as wire:
            try:
                reply = await wire.send(call, base_url=url, key="a-key-of-a-bomb")
            except error:
                return []
        return [f"{len(reply.body)} bytes were taken"]

    return play


def _file(folder, encoding, body):
    async def play():
        own = HostRule(hosts=(), plain_http_hosts=("127.0.0.1",))
        delivery = Delivery(attempt_id="bomb", target="bomb.png")
        async with _sending(encoding, body) as url, Wire(timeouts=_QUICK) as wire:
            try:
                async with wire.stream(f"{url}/x.png", allowed=own) as stream:
                    await ArtifactFolder(folder / "bombs").receive(stream.chunks, delivery=delivery)
            except BytesRefusedError:
                return []
        return ["it was taken"]

    return play


@contextlib.asynccontextmanager
async def _sending(encoding, body):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        lines = [f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}", "Connection: close", "", ""]
        with contextlib.suppress(ConnectionError):
            writer.write("\r\n".join(["HTTP/1.1 200 OK", *lines]).encode() + body)
            await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listener:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
