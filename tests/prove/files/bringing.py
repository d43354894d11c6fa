"""The wire and the folder against a host that breaks off: at every place that matters, in every way a body can end.

Each broken answer must be refused with nothing under the final name, and the next, honest one must bring the whole
true bytes; nothing of ours may be left beside it.
"""

import asyncio
import gzip
from dataclasses import dataclass, replace
from itertools import product

from render.artifacts.folder import ArtifactFolder, Delivery
from render.errors import ArtifactError, TransientError
from render.wire import HostRule, Timeouts, Wire
from tests.prove.files import bodies
from tests.prove.files.marks import matters

_AT_ONCE = 8
_QUICK = Timeouts(connect_s=10.0, stall_s=20.0)
_OWN = HostRule(hosts=(), plain_http_hosts=("127.0.0.1",))
_WHOLE = "whole"


def _length(data, place):
    return _head(f"Content-Length: {len(data)}") + data[:place]


def _no_length(data, place):
    return _head() + data[:place]


def _chunks_without_end(data, place):
    return _head("Transfer-Encoding: chunked") + _chunk(data[:place])


def _chunks_with_end(data, place):
    return _chunks_without_end(data, place) + b"0\r\n\r\n"


def _gzip_cut(data, place):
    # what is cut off the packed form; a decoder would hand out what it has, and say nothing
    packed = gzip.compress(data, mtime=0)
    return _head("Content-Encoding: gzip") + packed[: max(1, len(packed) * place // len(data))]


def _gzip_in_chunks(data, place):
    return _head("Content-Encoding: gzip", "Transfer-Encoding: chunked") + _chunk(gzip.compress(data[:place], mtime=0))


#: by name: the row, and what is sent
WAYS = {
    "length": ("D1", _length),
    "no_length": ("D2", _no_length),
    "chunks_without_end": ("D2", _chunks_without_end),
    "chunks_with_end": ("D2", _chunks_with_end),
    "gzip_cut": ("D3", _gzip_cut),
    "gzip_in_chunks": ("D3", _gzip_in_chunks),
}


@dataclass(frozen=True, kw_only=True)
class Brought:
    """One broken answer and the honest one after it."""

    kind: str
    way: str
    place: int
    breaches: tuple

    @property
    def row(self):
        return WAYS[self.way][0]


async def bring_all(root, *, kinds=bodies.FAMILIES, spread, every=1):
    """Break every kind at places that matter, or at every so manieth of them, in every way; return a Brought each."""
    places = {kind: matters(kind, bodies.whole(kind), spread=spread)[::every] for kind in kinds}
    cases = [(kind, way, place) for kind, way in product(kinds, WAYS) for place in places[kind]]
    listener = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=256)
    base_url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    folder = ArtifactFolder(root)
    async with listener, Wire(timeouts=_QUICK) as wire:
        room = Room(folder=folder, wire=wire, base_url=base_url, root=root, turns=asyncio.Semaphore(_AT_ONCE))
        return await asyncio.gather(*(room.bring(*case) for case in cases))


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a case is played with."""

    root: object
    folder: ArtifactFolder
    wire: Wire
    base_url: str
    turns: asyncio.Semaphore

    async def bring(self, kind, way, place):
        """Play one case."""
        async with self.turns:
            found = [breach async for breach in self._play(kind, way, place)]
        where = f"{kind} {way} at byte {place}"
        return Brought(kind=kind, way=way, place=place, breaches=tuple(f"{where}: {breach}" for breach in found))

    async def _play(self, kind, way, place):
        name = f"{kind}/{way}-{place}"
        target = self.root / f"{name}.{bodies.extension(kind)}"
        try:
            await self._receive(f"/{kind}/{way}/{place}", target)
            yield "a broken answer was taken for the file"
        except (ArtifactError, TransientError):
            pass
        if target.exists():
            yield f"{target.name} stands there after a refusal"
        try:
            await self._receive(f"/{kind}/{_WHOLE}/0", target)
        except (ArtifactError, TransientError) as error:
            yield f"the honest answer was refused: {error.message}"
        if not target.is_file() or target.read_bytes() != bodies.whole(kind):
            yield "the whole true bytes are not there in the end"
        left = [path.name for path in target.parent.glob(f".renderline-{_owner(target)}.*")]
        if left:
            yield f"left over: {left}"

    async def _receive(self, path, target):
        delivery = Delivery(attempt_id=_owner(target), target=target.relative_to(self.root).as_posix())
        async with self.wire.stream(self.base_url + path, allowed=_OWN) as stream:
            await self.folder.receive(stream.chunks, delivery=replace(delivery, expected_bytes=stream.expected_bytes))


def _owner(target):
    return f"{target.parent.name}-{target.stem}".replace("_", "-")


async def _answer(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    _, kind, way, place = head.split(b" ")[1].decode().split("/")
    data = bodies.whole(kind)
    writer.write(_length(data, len(data)) if way == _WHOLE else WAYS[way][1](data, int(place)))
    await writer.drain()
    writer.close()


def _head(*lines):
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "Connection: close", "", ""]).encode()


def _chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data) if data else b""
