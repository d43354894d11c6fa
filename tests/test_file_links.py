"""Links that a provider names for a file: which are not followed, and what is said of them."""

import asyncio

import pytest

from render.errors import HeldError
from render.providers.protocol import Call
from render.wire import HostRule, Wire

RULE = HostRule(hosts=("*.example.org",))


def test_a_link_to_a_host_that_is_not_listed_is_held():
    for link in ("https://example.org/a.mp4", "https://files.example.org.example.com/a.mp4"):
        with pytest.raises(HeldError, match="may not be fetched from the host"):
            RULE.check(link)


def test_a_link_without_encryption_is_held():
    assert RULE.check("https://files.example.org/a.mp4").host == "files.example.org"
    with pytest.raises(HeldError, match="https only"):
        RULE.check("http://files.example.org/a.mp4")


@pytest.mark.parametrize(
    "link",
    [
        "http://files.example.org/path-of-mine?signature=mine",
        "https://elsewhere.example.com/path-of-mine?signature=mine",
        "https://somebody:mine@files.example.org/path-of-mine",
        "ftp://files.example.org/path-of-mine?signature=mine",
    ],
)
def test_a_link_that_is_held_is_told_by_its_host_alone(link):
    with pytest.raises(HeldError) as caught:
        RULE.check(link)
    assert "mine" not in f"{caught.value} {caught.value.message} {caught.value.hint}"


def test_a_file_host_hears_nothing_of_the_key_that_was_used_before():
    heads = []

    async def answer(reader, writer):
        heads.append((await reader.readuntil(b"\r\n\r\n")).lower())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async def scenario():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        here = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, Wire() as wire:
            for is_paid in (True, False):
                call = Call(method="GET", path="/v1", is_paid=is_paid)
                await wire.send(call, base_url=here, key="key-of-mine")
            rule = HostRule(hosts=(), plain_http_hosts=("127.0.0.1",))
            async with wire.stream(f"{here}/a.mp4", allowed=rule) as stream:
                assert b"".join([chunk async for chunk in stream.chunks]) == b"{}"

    asyncio.run(scenario())
    assert [b"key-of-mine" in head for head in heads] == [True, True, False]
