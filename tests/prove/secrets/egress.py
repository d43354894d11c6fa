"""Where links and names may lead: a table of addresses in every spelling, through redirects and lying name servers.

Every attempt to connect is seen, and none but to this machine is carried out. A row is kept when nothing was asked of
any address but those it allows, and the refusal is one that keeps the link.
"""

import asyncio
import contextlib
import errno
import re
import socket
from dataclasses import dataclass

from render.errors import ArtifactError, HeldError, TransientError
from render.providers.protocol import Call
from render.wire import HostRule, Timeouts, Wire
from tests.prove.secrets.addresses import AFTER_REDIRECT, NAMED, PUBLIC, REFUSED

_QUICK = Timeouts(connect_s=5.0, submit_s=5.0, poll_s=5.0, stall_s=5.0)
_HOSTS = ("*.runware.ai", "cdn.aimlapi.com")
_ALLOWED = "https://vm.runware.ai/x.mp4"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One row of the table."""

    name: str
    #: connections that were asked for, as address and port
    connected: tuple
    breaches: tuple


def try_all():
    """Try the whole table; return a Tried each."""
    return asyncio.run(_try_all())


async def _try_all():
    rows = [(f"link: {name}", _follow(link)) for name, link in REFUSED.items()]
    rows += [(f"redirect: {name}", _redirected(link)) for name, link in AFTER_REDIRECT.items()]
    rows += [(f"name: {name}", _named(*answer)) for name, answer in NAMED.items()]
    rows += [("rebinding", _rebound()), ("redirect to a name inside", _redirected_inside())]
    rows += [(f"an API that answers {status}", _api_redirected(status)) for status in (301, 302, 303, 307, 308)]
    return [await _tried(name, play) for name, play in rows]


async def _tried(name, play):
    with _watched() as seen:
        found = [breach async for breach in play(seen)]
    return Tried(name=name, connected=tuple(seen.connected), breaches=tuple(f"{name}: {breach}" for breach in found))


def _follow(link):
    async def play(seen):
        said = await _fetch(link)
        if not isinstance(said, HeldError):
            yield f"it was not held: {said!r}"
        if seen.connected or seen.asked:
            yield f"{seen.asked} was looked up, {seen.connected} connected to"
        if isinstance(said, HeldError) and "/x" in said.message:
            yield f"the link is shown: {said.message}"

    return play


def _redirected(link):
    async def play(seen):
        async with _host([("Location", link)]) as host:
            said = await _fetch(f"{host.url}/x.mp4")
        others = [each for each in seen.connected if each != ("127.0.0.1", host.port)]
        if not isinstance(said, HeldError) or others or seen.asked:
            yield f"{said!r}; {seen.asked} was looked up, {others} connected to"
        if len(host.heads) != 1:
            yield f"the host was asked {len(host.heads)} times"

    return play


def _named(answers, allowed):
    async def play(seen):
        seen.names["vm.runware.ai"] = [answers]
        said = await _fetch(_ALLOWED)
        reached = {address for address, _ in seen.connected}
        if reached != set(allowed):
            yield f"connected to {reached}, not to {set(allowed)}: {said!r}"
        if not isinstance(said, HeldError if not allowed else (TransientError, HeldError)):
            yield f"it ended in {said!r}"

    return play


async def _rebound_rows(seen):
    seen.names["vm.runware.ai"] = [(PUBLIC,), ("127.0.0.1",), ("169.254.169.254",)]
    for _ in range(3):
        yield await _fetch(_ALLOWED)


def _rebound():
    async def play(seen):
        said = [each async for each in _rebound_rows(seen)]
        if {address for address, _ in seen.connected} - {PUBLIC}:
            yield f"connected to {seen.connected}"
        if not isinstance(said[-1], HeldError):
            yield f"the last answer ended in {said[-1]!r}"

    return play


def _redirected_inside():
    async def play(seen):
        seen.names["vm.runware.ai"] = [("127.0.0.1",)]
        async with _host([("Location", _ALLOWED)]) as host:
            said = await _fetch(f"{host.url}/x.mp4")
        others = [each for each in seen.connected if each != ("127.0.0.1", host.port)]
        if others or not isinstance(said, HeldError):
            yield f"{said!r}; connected to {others}"

    return play


def _api_redirected(status):
    async def play(_):
        async with (
            _host([]) as other,
            _host([("Location", f"{other.url}/v1")], status=status) as api,
            Wire(timeouts=_QUICK) as wire,
        ):
            for is_paid in (True, False):
                call = Call(method="POST", path="/v1", body=[{}], is_paid=is_paid)
                reply = await wire.send(call, base_url=api.url, key="sk-CANARY-of-a-table")
                if reply.status != status:
                    yield f"it was answered as {reply.status}"
        if other.heads:
            yield "the redirect was followed, with all that was sent"

    return play


async def _fetch(link):
    """What came of following a link: bytes, or one of our errors."""
    own = re.match(r"http://127\.0\.0\.1:(\d+)/", link)
    rule = HostRule(hosts=_HOSTS)
    if own:
        rule = HostRule(hosts=_HOSTS, plain_http_hosts=("127.0.0.1",), plain_http_port=int(own[1]))
    try:
        async with Wire(timeouts=_QUICK) as wire, wire.stream(link, allowed=rule) as stream:
            return b"".join([chunk async for chunk in stream.chunks])
    except (ArtifactError, TransientError) as error:
        return error


class _Seen:
    """What was asked of the name server and of the network."""

    def __init__(self):
        #: answers by name, one after the other, the last one staying; of any other name, this machine
        self.names = {}
        self.asked = []
        self.connected = []

    def answer(self, name):
        self.asked.append(name)
        answers = self.names.get(name, [("127.0.0.1",)])
        return answers.pop(0) if len(answers) > 1 else answers[0]


@contextlib.contextmanager
def _watched():
    """Stand between this process and its name server and network for the length of the block."""
    seen, look_up, connect = _Seen(), socket.getaddrinfo, socket.socket.connect

    def told(name, port, *arguments, **named):
        if not isinstance(name, str) or not name.strip("[]") or name.replace(".", "").isdecimal() or ":" in name:
            return look_up(name, port, *arguments, **named)
        found = []
        for address in seen.answer(name):
            is_new = ":" in address
            where = (address, port or 0, 0, 0) if is_new else (address, port or 0)
            family = socket.AF_INET6 if is_new else socket.AF_INET
            found.append((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where))
        return found

    def guarded(connection, address):
        if connection.family not in {socket.AF_INET, socket.AF_INET6}:
            return connect(connection, address)
        seen.connected.append(address[:2])
        if address[0] != "127.0.0.1":
            raise ConnectionRefusedError(errno.ECONNREFUSED, "nothing leaves this machine")
        return connect(connection, address)

    socket.getaddrinfo, socket.socket.connect = told, guarded
    try:
        yield seen
    finally:
        socket.getaddrinfo, socket.socket.connect = look_up, connect


class _Host:
    def __init__(self, headers, status):
        self.heads = []
        self._lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers)]

    async def serve(self, reader, writer):
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write("\r\n".join([*self._lines, "Content-Length: 0", "Connection: close", "", ""]).encode())
        await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def _host(headers, status=302):
    """A host on this machine that answers everything in one way."""
    host = _Host(headers, status)
    listener = await asyncio.start_server(host.serve, "127.0.0.1", 0)
    host.port = listener.sockets[0].getsockname()[1]
    host.url = f"http://127.0.0.1:{host.port}"
    async with listener:
        yield host
