import asyncio
import inspect
import json
import socket
import traceback
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import client_exceptions

from render import __version__
from render.errors import (
    BytesRefusedError,
    CertificateError,
    HeldError,
    LinkExpiredError,
    OutcomeUnknownError,
    ReadFailedError,
    SettingsError,
    TransientError,
    UnreachableError,
)
from render.providers.protocol import Call
from render.wire import HostRule, Timeouts, Wire
from render.wire.failures import FAILURES, REASONS, failure, reason_for

KEY = "sk-CANARY-0123456789"
QUICK = Timeouts(connect_s=0.3, submit_s=0.3, poll_s=0.3, stall_s=0.3)
PAID = Call(method="POST", path="/v1", body=[{"taskUUID": "u"}], is_paid=True)
POLL = Call(method="GET", path="/v2", query={"id": "a/b:c d&e"}, is_paid=False)
OWN = HostRule(hosts=("*.runware.ai",), plain_http_hosts=("127.0.0.1",))


class Secret:
    def __init__(self, text):
        self._text = text

    def reveal(self):
        return self._text


class Server:
    """A loopback server that answers each request with what `answer` says, byte by byte, and remembers what came."""

    def __init__(self, answer):
        self.answer = answer
        self.heads = []
        self.bodies = []
        self.connections = 0

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
                length = next(
                    (int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length:")), 0
                )
                self.bodies.append(await reader.readexactly(length))
                self.heads.append(head)
                said = self.answer(head, writer)
                if inspect.isawaitable(said):
                    said = await said
                if said is None:
                    break
                writer.write(said)
                await writer.drain()
                if b"Connection: close" in said:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(answer):
    server = Server(answer)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        await listener.wait_closed()


def http(status="200 OK", body=b"{}", *headers, length=None):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(said):
    return lambda _head, _writer: said


def reset(_head, writer):
    writer.transport.abort()


async def silent(_head, _writer):
    await asyncio.sleep(1)


def send(answer, call=PAID, timeouts=QUICK, key=KEY):
    """Send one call to such a server; return the reply and what the server saw."""

    async def scenario():
        async with serving(answer) as server, Wire(timeouts=timeouts) as wire:
            reply = await wire.send(call, base_url=server.url, key=Secret(key))
            return reply, server, wire.requests

    return asyncio.run(scenario())


def trouble_of(answer, call):
    with pytest.raises((TransientError, OutcomeUnknownError, ReadFailedError)) as caught:
        send(answer, call)
    return caught.value


def download(answer, rule=OWN, timeouts=QUICK, path="/file.mp4?sig=SIGNATURE"):
    async def scenario():
        async with serving(answer) as server, Wire(timeouts=timeouts) as wire:
            async with wire.stream(server.url + path, allowed=rule) as stream:
                chunks = [chunk async for chunk in stream.chunks]
            return stream.expected_bytes, chunks, server, wire.requests

    return asyncio.run(scenario())


# Calls


def test_a_call_arrives_as_it_was_meant():
    reply, server, requests = send(always(http(body=b'{"data":[]}')))
    head = server.heads[0].lower()
    assert head.startswith("post /v1 http/1.1\r\n")
    assert f"authorization: bearer {KEY}".lower() in head
    assert f"user-agent: renderline/{__version__}" in head
    assert "content-type: application/json" in head
    assert json.loads(server.bodies[0]) == [{"taskUUID": "u"}]
    assert (reply.status, reply.body, requests) == (200, b'{"data":[]}', 1)


def test_a_query_is_percent_encoded_whole():
    _, server, _ = send(always(http()), POLL)
    assert server.heads[0].splitlines()[0] == "GET /v2?id=a%2Fb%3Ac%20d%26e HTTP/1.1"
    assert server.bodies[0] == b""


def test_headers_of_a_call_go_with_it_and_cannot_replace_the_key():
    call = Call(method="GET", path="/x", headers={"X-Client-Request-Id": "u", "Authorization": "other"}, is_paid=False)
    _, server, _ = send(always(http()), call)
    assert "X-Client-Request-Id: u" in server.heads[0]
    assert server.heads[0].lower().count("authorization") == 1
    assert KEY in server.heads[0]


def test_a_reply_has_lower_case_headers_and_its_retry_after_in_seconds():
    reply, _, _ = send(always(http("429 Too Many Requests", b"", "Retry-After: 6", "X-Two: a", "x-two: b")))
    assert (reply.status, reply.retry_after_s) == (429, 6.0)
    assert reply.headers["x-two"] == "a, b"


def test_a_date_in_retry_after_is_read_by_the_given_clock():
    async def scenario():
        now = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
        answer = always(http("503 Busy", b"", "Retry-After: Sat, 21 Nov 2026 12:00:09 GMT"))
        async with serving(answer) as server, Wire(now=lambda: now) as wire:
            return await wire.send(POLL, base_url=server.url, key=KEY)

    assert asyncio.run(scenario()).retry_after_s == 9.0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", [PAID, POLL], ids=["paid", "poll"])
def test_a_redirect_of_a_call_is_returned_and_not_followed(status, call):
    reply, server, requests = send(always(http(f"{status} Moved", b"", "Location: /elsewhere")), call)
    assert (reply.status, reply.headers["location"], requests) == (status, "/elsewhere", 1)
    assert len(server.heads) == 1


def test_html_is_returned_for_the_provider_to_judge():
    reply, _, _ = send(always(http("502 Bad Gateway", b"<html></html>")))
    assert (reply.status, reply.body) == (502, b"<html></html>")


def test_no_cookie_is_ever_sent_back():
    async def scenario():
        async with serving(always(http("200 OK", b"{}", "Set-Cookie: session=1"))) as server, Wire() as wire:
            for _ in range(2):
                await wire.send(POLL, base_url=server.url, key=KEY)
            return server

    server = asyncio.run(scenario())
    assert len(server.heads) == 2
    assert "cookie" not in "".join(server.heads).lower()


def test_paid_calls_use_a_connection_each_and_polls_keep_theirs():
    async def connections(call):
        async with serving(always(http())) as server, Wire() as wire:
            for _ in range(3):
                await wire.send(call, base_url=server.url, key=KEY)
            return server.connections

    assert asyncio.run(connections(PAID)) == 3
    assert asyncio.run(connections(POLL)) == 1


def test_the_environment_names_no_proxy_to_us(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    reply, _, _ = send(always(http()))
    assert reply.status == 200


# What failed


async def unused_port():
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


@pytest.mark.parametrize("call", [PAID, POLL], ids=["paid", "poll"])
def test_a_refused_connection_means_nothing_was_sent(call):
    async def scenario():
        async with Wire(timeouts=QUICK) as wire:
            with pytest.raises(TransientError, match=r"^not sent to 127\.0\.0\.1:[0-9]+: no connection") as caught:
                await wire.send(call, base_url=f"http://127.0.0.1:{await unused_port()}", key=KEY)
            assert wire.requests == 0
            return caught.value

    assert "Connection refused" in asyncio.run(scenario()).message


def test_a_name_that_does_not_resolve_means_nothing_was_sent():
    async def scenario():
        async with Wire(timeouts=Timeouts(submit_s=20)) as wire:
            await wire.send(PAID, base_url="http://no-such-host.invalid", key=KEY)

    with pytest.raises(TransientError, match=r"not sent to no-such-host\.invalid: its name cannot be resolved"):
        asyncio.run(scenario())


def test_a_connection_that_is_not_taken_up_in_time_means_nothing_was_sent():
    async def scenario():
        with closing(socket.socket()) as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            waiting = [socket.socket() for _ in range(4)]
            for each in waiting:
                each.settimeout(0)
                each.connect_ex(full.getsockname())
            try:
                async with Wire(timeouts=Timeouts(connect_s=0.2)) as wire:
                    await wire.send(PAID, base_url=f"http://127.0.0.1:{full.getsockname()[1]}", key=KEY)
            finally:
                for each in waiting:
                    each.close()

    with pytest.raises(TransientError, match=r"^not sent to .*: no connection in time$"):
        asyncio.run(scenario())


@pytest.mark.parametrize(("call", "error"), [(PAID, OutcomeUnknownError), (POLL, ReadFailedError)])
def test_a_reset_before_a_byte_was_read_still_counts_as_sent(call, error):
    async def scenario():
        listener = await asyncio.start_server(lambda _, writer: writer.transport.abort(), "127.0.0.1", 0)
        async with listener, Wire(timeouts=QUICK) as wire:
            await wire.send(call, base_url=f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", key=KEY)

    with pytest.raises(error):
        asyncio.run(scenario())


ANSWERS_THAT_ARE_NONE = {
    "reset": reset,
    "closed": always(None),
    "silence": silent,
    "cut in the head": lambda _, writer: writer.write(b"HTTP/1.1 200 O"),
    "cut in the body": lambda _, writer: writer.write(http(body=b'{"data"', length=900)),
    "cut in a chunk": lambda _, writer: writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"),
    "no HTTP": always(b"SSH-2.0-OpenSSH\r\n\r\n"),
    "head too long": always(http("200 OK", b"{}", "X: " + "x" * 20_000)),
    "negative length": always(http(length=-5)),
    "two framings": always(http("200 OK", b"{}", "Transfer-Encoding: chunked")),
    "body too long": always(http(body=bytes(4 * 1024 * 1024 + 1))),
    "bad compression": always(http("200 OK", b"not gzip", "Content-Encoding: gzip")),
}


@pytest.mark.parametrize("answer", ANSWERS_THAT_ARE_NONE.values(), ids=ANSWERS_THAT_ARE_NONE)
def test_a_paid_call_without_a_whole_answer_has_an_unknown_outcome(answer):
    assert type(trouble_of(answer, PAID)) is OutcomeUnknownError


@pytest.mark.parametrize("answer", ANSWERS_THAT_ARE_NONE.values(), ids=ANSWERS_THAT_ARE_NONE)
def test_a_poll_without_a_whole_answer_says_nothing(answer):
    assert type(trouble_of(answer, POLL)) is ReadFailedError


@pytest.mark.parametrize("answer", ANSWERS_THAT_ARE_NONE.values(), ids=ANSWERS_THAT_ARE_NONE)
@pytest.mark.parametrize("call", [PAID, POLL], ids=["paid", "poll"])
def test_no_error_shows_the_key_or_the_query(answer, call):
    shown = "".join(traceback.format_exception(trouble_of(answer, call)))
    assert "127.0.0.1" in shown
    for hidden in (KEY, "a%2Fb", "a/b:c", "Bearer"):
        assert hidden not in shown


def test_a_reset_paid_call_is_sent_once_only():
    async def scenario():
        async with serving(reset) as server, Wire(timeouts=QUICK) as wire:
            with pytest.raises(OutcomeUnknownError):
                await wire.send(PAID, base_url=server.url, key=KEY)
            return len(server.heads), wire.requests

    assert asyncio.run(scenario()) == (1, 1)


@pytest.mark.parametrize("key", ["", " ", "two\nlines", "Schlüssel"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key):
    with pytest.raises(SettingsError, match=r"^a key is empty or holds characters that no key has$"):
        send(always(http()), key=key)


@pytest.mark.parametrize(
    "base_url", ["", "api.example.com", "ftp://example.com", "https://", "http://[::1", "http://a:b"]
)
def test_a_base_url_that_is_none_is_refused(base_url):
    async def scenario():
        async with Wire() as wire:
            await wire.send(PAID, base_url=base_url, key=KEY)

    with pytest.raises(SettingsError):
        asyncio.run(scenario())


def aiohttp_exceptions():
    found = [each for each in vars(client_exceptions).values() if inspect.isclass(each)]
    return [each for each in found if issubclass(each, aiohttp.ClientError)]


@pytest.mark.parametrize("kind", aiohttp_exceptions(), ids=lambda kind: kind.__name__)
def test_every_exception_of_aiohttp_has_words_of_its_own(kind):
    assert issubclass(kind, FAILURES)
    error = kind.__new__(kind)
    named = next(ancestor for ancestor in kind.__mro__ if ancestor in REASONS)
    assert reason_for(error).startswith(REASONS[named])
    assert named is not aiohttp.ClientError or kind is aiohttp.ClientError
    has_no_connection = issubclass(kind, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    unsent = UnreachableError if has_no_connection else TransientError
    unsent = CertificateError if "certificate" in REASONS[named] else unsent
    assert type(failure(error, host="h", was_sent=False, is_paid=True)) is unsent
    assert type(failure(error, host="h", was_sent=True, is_paid=True)) is OutcomeUnknownError
    assert type(failure(error, host="h", was_sent=True, is_paid=False)) is ReadFailedError


# Files


def test_a_file_comes_in_pieces_without_a_key_and_unencoded():
    data = bytes(range(256)) * 12_000
    expected, chunks, server, requests = download(always(http(body=data)), timeouts=Timeouts())
    assert b"".join(chunks) == data
    assert (expected, requests) == (len(data), 1)
    assert max(map(len, chunks)) <= 1024 * 1024
    head = server.heads[0].lower()
    assert head.startswith("get /file.mp4?sig=signature http/1.1")
    assert "authorization" not in head
    assert "accept-encoding: identity" in head


def test_a_signed_link_is_asked_for_exactly_as_it_was_given():
    path = "/a%2Fb/%7Ec;d/x.mp4?X-Sig=a%2bb+c%20d&e=&f"
    _, _, server, _ = download(always(http()), path=path)
    assert server.heads[0].splitlines()[0] == f"GET {path} HTTP/1.1"


def test_a_file_of_unannounced_length_is_read_to_the_end_of_the_connection():
    said = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n12345"
    expected, chunks, _, _ = download(always(said))
    assert (expected, b"".join(chunks)) == (None, b"12345")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (always(http("403 Forbidden")), LinkExpiredError),
        (always(http("404 Not Found")), LinkExpiredError),
        (always(http("410 Gone")), LinkExpiredError),
        (always(http("429 Slow", b"", "Retry-After: 7")), TransientError),
        (always(http("503 Busy", b"", "Retry-After: 7")), TransientError),
        (always(http("418 Teapot")), LinkExpiredError),
        (always(http("304 Not Modified", b"")), HeldError),
        (always(http("206 Partial")), BytesRefusedError),
        (always(http("204 No Content", b"")), BytesRefusedError),
        (always(http("200 OK", b"x", "Content-Encoding: gzip")), BytesRefusedError),
        (lambda _, writer: writer.write(http(body=b"12345", length=900)), BytesRefusedError),
        (lambda _, w: w.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123"), BytesRefusedError),
        (reset, TransientError),
        (silent, TransientError),
        (always(http("302 Found", b"", "Location: http://169.254.169.254/latest")), HeldError),
        (always(http("302 Found", b"", "Location: http://example.com/x")), HeldError),
        (always(http("302 Found", b"", "Location: https://example.com/x")), HeldError),
        (always(http("302 Found", b"", "Location: file:///etc/passwd")), HeldError),
        (always(http("302 Found", b"", "Location: http://[::1")), HeldError),
        (always(http("302 Found", b"", "Location: /again")), HeldError),
        (always(http("302 Found", b"")), HeldError),
    ],
)
def test_a_file_that_does_not_come_says_what_may_follow(answer, error):
    with pytest.raises(error) as caught:
        download(answer)
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after_s", None) in {None, 7.0}
    assert "SIGNATURE" not in "".join(traceback.format_exception(caught.value))


def test_a_wait_that_a_file_host_asks_for_is_passed_on():
    with pytest.raises(TransientError) as caught:
        download(always(http("503 Busy", b"", "Retry-After: 7")))
    assert (caught.value.retry_after_s, caught.value.http_status) == (7.0, 503)


@pytest.mark.parametrize("hops", [1, 3])
def test_a_few_redirects_to_allowed_hosts_are_followed(hops):
    def answer(head, _):
        number = int(head.split()[1].strip("/x"))
        return http(body=b"film") if number == hops else http("302 Found", b"", f"Location: /x{number + 1}")

    _, chunks, _, requests = download(answer, path="/x0")
    assert (b"".join(chunks), requests) == (b"film", hops + 1)


def test_a_fourth_redirect_is_not_followed():
    answer = always(http("302 Found", b"", "Location: /again"))

    async def scenario():
        async with serving(answer) as server, Wire(timeouts=QUICK) as wire:
            with pytest.raises(HeldError, match="redirects more than 3 times"):
                async with wire.stream(server.url, allowed=OWN):
                    pass
            return len(server.heads)

    assert asyncio.run(scenario()) == 4


def test_a_file_that_stalls_after_some_bytes_is_given_up():
    async def answer(_, writer):
        writer.write(http(body=b"12345", length=900))
        await asyncio.sleep(1)

    with pytest.raises(TransientError, match="no answer in time, after 5 bytes"):
        download(answer)


def test_a_file_that_trickles_is_given_up():
    async def answer(_, writer):
        writer.write(http(body=b"", length=900))
        for _ in range(100):
            writer.write(b"x")
            await asyncio.sleep(0.02)

    with pytest.raises(TransientError, match="less than 1024 bytes a second"):
        download(answer)


def test_a_file_that_comes_slowly_but_not_too_slowly_comes_however_long_it_takes():
    piece, number = bytes(200), 40

    async def answer(_, writer):
        writer.write(http(body=b"", length=len(piece) * number))
        for _ in range(number):
            writer.write(piece)
            await asyncio.sleep(0.02)

    _, chunks, _, _ = download(answer, timeouts=Timeouts(connect_s=0.1, submit_s=0.1, poll_s=0.1, stall_s=0.2))
    assert b"".join(chunks) == piece * number


def test_an_allowed_name_that_leads_into_this_machine_is_held():
    async def scenario():
        async with serving(always(http())) as server, Wire(timeouts=QUICK) as wire:
            port = server.url.rpartition(":")[2]
            allowed = HostRule(hosts=(f"localhost:{port}",))
            with pytest.raises(HeldError, match="leads to an address that is not public"):
                async with wire.stream(f"https://localhost:{port}/x", allowed=allowed):
                    pass
            return server.connections, wire.requests

    assert asyncio.run(scenario()) == (0, 0)


def test_leaving_a_file_early_closes_its_connection():
    async def scenario():
        async with serving(always(http(body=bytes(8_000_000)))) as server, Wire() as wire:
            for _ in range(3):
                async with wire.stream(server.url, allowed=OWN) as stream:
                    assert await anext(aiter(stream.chunks))
                    await stream.chunks.aclose()
            return server.connections

    assert asyncio.run(scenario()) == 3


def test_an_answer_that_repeats_the_key_does_not_hold_it_any_more():
    body = json.dumps({"message": f"there is no key {KEY}"}).encode()
    reply, _, _ = send(always(http("401 Unauthorized", body, f"X-Key: {KEY}")))
    assert json.loads(reply.body) == {"message": "there is no key ..."}
    assert reply.headers["x-key"] == "…"


def test_a_key_that_may_be_part_of_any_word_is_left_where_it_is():
    reply, _, _ = send(always(http(body=b'{"message": "data"}')), key="a")
    assert json.loads(reply.body) == {"message": "data"}


def test_every_answer_comes_with_what_must_not_be_kept_of_it():
    body = b'{"imageURL": "https://files.example.com/a.png"}'

    async def scenario():
        async with serving(always(http(body=body))) as server, Wire(timeouts=QUICK) as wire:
            wire.hide(["files.example.com"])
            return await wire.send(POLL, base_url=server.url, key=KEY)

    reply = asyncio.run(scenario())
    assert (reply.body, reply.hidden) == (body, ("files.example.com",))
