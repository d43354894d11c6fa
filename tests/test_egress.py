"""Where files may come from: which links are followed, and to which addresses connections are made."""

import asyncio
import socket
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver
from yarl import URL

from render.errors import HeldError, SettingsError, TransientError, UnreachableError
from render.providers.protocol import Call
from render.settings import ProxySettings, Secret, proxy_settings
from render.wire import HostRule, Timeouts, Wire
from render.wire.addresses import NotPublicError, Way, going, judged_socket
from render.wire.hosts import is_public
from render.wire.proxy import Proxy

RULE = HostRule(hosts=("cdn.aimlapi.com", "*.runware.ai"), plain_http_hosts=("127.0.0.1", "localhost"))


@pytest.mark.parametrize(
    "url",
    [
        "https://vm.runware.ai/video/x.mp4",
        "https://a.b.runware.ai/x?sig=%2F",
        "https://CDN.aimlapi.com/x",
        "http://127.0.0.1:8000/x",
        "https://localhost/x",
    ],
)
def test_a_listed_host_is_allowed_and_its_url_kept(url):
    assert str(RULE.check(url)).lower() == url.lower()


@pytest.mark.parametrize(
    "url",
    [
        "http://vm.runware.ai/x",
        "https://runware.ai/x",
        "https://evilrunware.ai/x",
        "https://vm.runware.ai.evil.com/x",
        "https://vm.runware.ai./x",
        "https://.runware.ai/x",
        "https://aimlapi.com/x",
        "https://x.cdn.aimlapi.com/x",
        "https://vm.runware.ai@evil.com/x",
        "https://evil.com@vm.runware.ai/x",
        "https://:@vm.runware.ai/x",
        "https://vm.runware.ai\\@evil.com/x",
        "https://evil.com#.runware.ai",
        "https://evil.com?.runware.ai",
        "https://169.254.169.254/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://0177.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "http://127.0.0.2/x",
        "http://127.1/x",
        "http://0.0.0.0/x",
        "http://localhost.evil.com/x",
        "ftp://vm.runware.ai/x",
        "file:///etc/passwd",
        "data:video/mp4;base64,AAAA",
        "//vm.runware.ai/x",
        "/x.mp4",
        "",
        "https://",
        "https://vm.runware.ai:99999/x",
        "https://vm.runware.ai:8443/x",
        "https://vm.runware.ai:80/x",
        "https://xn--runware-9ya.ai/x",
        "https://127.0.0.1.nip.io/x",
        "https://vm.runware.ai/a b",
        "https://vm.runware.ai/\r\nX: y",
        "https://vm.runw\u0430re.ai/x",
        "https://[::1/x",
        "https://vm.runware.ai/" + "x" * 9000,
    ],
)
def test_any_other_link_is_held_without_showing_its_path(url):
    with pytest.raises(HeldError) as caught:
        RULE.check(url)
    assert "/x" not in caught.value.message


def test_a_port_must_be_named_to_be_allowed():
    rule = HostRule(hosts=("files.example.com:8443", "*.example.org:444"))
    for url in ("https://files.example.com:8443/x", "https://a.example.org:444/x"):
        assert str(rule.check(url)) == url
    for url in ("https://files.example.com/x", "https://a.example.org/x", "https://files.example.com:444/x"):
        with pytest.raises(HeldError, match="files may not be fetched from the host"):
            rule.check(url)


def test_a_server_of_the_users_own_is_known_by_its_port_too():
    rule = HostRule(hosts=(), plain_http_hosts=("127.0.0.1",), plain_http_port=8000)
    assert str(rule.check("http://127.0.0.1:8000/x")) == "http://127.0.0.1:8000/x"
    for url in ("http://127.0.0.1:6379/x", "http://127.0.0.1/x", "https://127.0.0.1/x"):
        with pytest.raises(HeldError):
            rule.check(url)


PUBLIC = ("8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808")
NOT_PUBLIC = {
    "this machine": ("127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "0.0.0.1", "::"),  # noqa: S104  nothing is bound
    "private": ("10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fd00::1", "fc00::1", "fec0::1"),
    "link-local": ("169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0"),
    "carrier-grade NAT": ("100.64.0.1", "100.127.255.255"),
    "multicast": ("224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"),
    "reserved": ("240.0.0.1", "255.255.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    "IPv4-mapped": ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:100.64.0.1"),
    "IPv4-compatible": ("::127.0.0.1", "::10.0.0.1", "::8.8.8.8"),
    "IPv4-translated": ("::ffff:0:127.0.0.1",),
    "6to4": ("2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "192.88.99.1"),
    "NAT64": ("64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "64:ff9b:1::808:808"),
    "Teredo": ("2001:0:4136:e378:8000:63bf:3fff:fdd2",),
    "for documents": ("2001:db8::1", "3fff::1", "5f00::1", "100::1"),
}
LISTED = [(kind, address) for kind, addresses in NOT_PUBLIC.items() for address in addresses]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(("kind", "address"), LISTED)
def test_no_other_address_is_public(kind, address):
    assert not is_public(address)


def info(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    where = (address, 443, 0, 0) if ":" in address else (address, 443)
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where


@pytest.mark.parametrize(("kind", "address"), LISTED)
def test_no_socket_is_opened_for_an_address_inside_some_network(kind, address):
    with pytest.raises(NotPublicError):
        judged_socket(info(address))


def test_a_server_of_the_users_own_stands_on_this_machine_and_nowhere_else():
    with going(Way.OWN):
        judged_socket(info("127.0.0.1")).close()
        for address in ("10.1.2.3", "169.254.169.254", "fd00::1"):
            with pytest.raises(NotPublicError):
                judged_socket(info(address))
    with pytest.raises(NotPublicError):
        judged_socket(info("127.0.0.1"))


class Names(AbstractResolver):
    """Says of any name what it is told to, one answer after the other; the last one stays."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def resolve(self, host, port=0, family=socket.AF_INET):  # noqa: ARG002  the interface has it
        self.asked.append(host)
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(addresses, OSError):
            raise addresses
        kinds = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        return [
            {"hostname": host, "host": address, "port": port, "family": kind, "proto": 0, "flags": 0}
            for address, kind in zip(addresses, kinds, strict=True)
        ]

    async def close(self):
        pass


QUICK = Timeouts(connect_s=0.3, submit_s=1, poll_s=1, stall_s=0.3)
LED_INSIDE = r"^cdn\.runware\.ai:\d+, to which 127\.0\.0\.1:\d+ redirects, leads to an address that is not public$"
CDN = HostRule(hosts=("*.runware.ai",))


class Listener:
    """A server that remembers what came, and answers with what `answer` makes of it."""

    def __init__(self, answer):
        self.answer = answer
        self.heads = []

    async def serve(self, reader, writer):
        try:
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode("ascii"))
            writer.write(self.answer(self.heads[-1]))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(answer=lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfilm"):
    listener = Listener(answer)
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    try:
        yield listener
    finally:
        server.close()
        await server.wait_closed()


async def fetch(wire, url, allowed):
    async with wire.stream(url, allowed=allowed) as stream:
        return b"".join([chunk async for chunk in stream.chunks])


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254"])
def test_an_allowed_name_that_resolves_into_some_network_is_held_and_nothing_is_connected(address):
    async def scenario():
        async with listening() as listener, Wire(timeouts=QUICK, resolver=Names([address])) as wire:
            rule = HostRule(hosts=(f"cdn.runware.ai:{listener.port}",))
            with pytest.raises(HeldError, match="leads to an address that is not public"):
                await fetch(wire, f"https://cdn.runware.ai:{listener.port}/x", rule)
            return listener.heads, wire.requests

    assert asyncio.run(scenario()) == ([], 0)


def test_a_name_that_changes_its_mind_between_two_tries_is_judged_each_time():
    async def scenario():
        names = Names(["127.0.0.1"], ["10.0.0.1"], ["::1"])
        async with Wire(timeouts=QUICK, resolver=names) as wire:
            for host in ("a.runware.ai", "b.runware.ai", "c.runware.ai"):
                with pytest.raises(HeldError, match="not public"):
                    await fetch(wire, f"https://{host}/x", CDN)
        return names.asked

    assert asyncio.run(scenario()) == ["a.runware.ai", "b.runware.ai", "c.runware.ai"]


def test_a_redirect_to_another_port_of_this_machine_is_held():
    async def scenario():
        async with listening() as inner:
            moved = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inner.port}/x\r\nContent-Length: 0\r\n\r\n"
            async with listening(lambda _: moved.encode()) as outer, Wire(timeouts=QUICK) as wire:
                rule = HostRule(hosts=(), plain_http_hosts=("127.0.0.1",), plain_http_port=outer.port)
                told = f"https only, and the redirect from 127.0.0.1:{outer.port} to 127.0.0.1:{inner.port} is not"
                with pytest.raises(HeldError, match=told):
                    await fetch(wire, f"http://127.0.0.1:{outer.port}/x", rule)
            return len(outer.heads), inner.heads

    assert asyncio.run(scenario()) == (1, [])


def test_a_redirect_to_an_allowed_name_that_leads_into_this_machine_is_held():
    async def scenario():
        async with listening() as inner:
            moved = (
                f"HTTP/1.1 302 Found\r\nLocation: https://cdn.runware.ai:{inner.port}/x\r\nContent-Length: 0\r\n\r\n"
            )
            wire = Wire(timeouts=QUICK, resolver=Names(["127.0.0.1"]))
            async with listening(lambda _: moved.encode()) as own, wire:
                allowed = HostRule(
                    hosts=(f"cdn.runware.ai:{inner.port}",), plain_http_hosts=("127.0.0.1",), plain_http_port=own.port
                )
                with pytest.raises(HeldError, match=LED_INSIDE):
                    await fetch(wire, f"http://127.0.0.1:{own.port}/x", allowed)
            return len(own.heads), inner.heads, wire.requests

    assert asyncio.run(scenario()) == (1, [], 1)


def test_a_host_of_files_whose_name_cannot_be_resolved_is_named_without_its_link():
    class Nowhere(Names):
        async def resolve(self, *_, **__):
            raise OSError(None, "not known")

    async def scenario(**options):
        async with Wire(timeouts=QUICK, resolver=Nowhere(), **options) as wire:
            with pytest.raises(UnreachableError) as caught:
                await fetch(wire, "https://cdn.runware.ai/HIDDEN?sig=HIDDEN", CDN)
            return caught.value

    straight, through = asyncio.run(scenario()), asyncio.run(scenario(proxy=proxy_at(9)))
    assert (straight.host, straight.reason) == ("cdn.runware.ai", "its name cannot be resolved")
    assert straight.message == "cdn.runware.ai: its name cannot be resolved"
    assert through.host == "cdn.runware.ai"
    assert through.reason == "its name cannot be resolved, which is done before a proxy is asked"


# Proxies


def proxy_at(port, **changes):
    return ProxySettings(url=Secret(f"http://user:PASSWORD@127.0.0.1:{port}"), **changes)


REFUSED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


def test_a_proxy_that_was_asked_for_is_given_the_name_and_never_the_link_or_the_key():
    async def scenario():
        async with listening(lambda _: REFUSED) as proxy:
            names = Names(["8.8.8.8"])
            async with Wire(timeouts=QUICK, proxy=proxy_at(proxy.port), resolver=names) as wire:
                with pytest.raises(TransientError, match="the proxy refuses") as file:
                    await fetch(wire, "https://cdn.runware.ai/x?sig=SIGNATURE", CDN)
                call = Call(method="POST", path="/v1", body=[], is_paid=True)
                with pytest.raises(TransientError, match="the proxy refuses") as paid:
                    await wire.send(call, base_url="https://api.runware.ai", key="sk-CANARY")
            return proxy.heads, f"{file.value} {paid.value}"

    heads, said = asyncio.run(scenario())
    assert [head.splitlines()[0] for head in heads] == [
        "CONNECT cdn.runware.ai:443 HTTP/1.1",
        "CONNECT api.runware.ai:443 HTTP/1.1",
    ]
    for hidden in ("SIGNATURE", "sk-CANARY"):
        assert hidden not in "".join(heads)
    assert "PASSWORD" not in said


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "fd00::1"])
def test_a_proxy_is_not_asked_for_a_name_that_leads_into_some_network(address):
    async def scenario():
        async with listening(lambda _: REFUSED) as proxy:
            names = Names(["8.8.8.8", address])
            async with Wire(timeouts=QUICK, proxy=proxy_at(proxy.port), resolver=names) as wire:
                with pytest.raises(HeldError, match="leads to an address that is not public"):
                    await fetch(wire, "https://cdn.runware.ai/x", CDN)
            return proxy.heads

    assert asyncio.run(scenario()) == []


def test_a_proxy_is_not_asked_for_a_name_that_nobody_can_resolve_here():
    async def scenario():
        async with listening(lambda _: REFUSED) as proxy:
            names = Names(OSError(socket.EAI_NONAME, "unknown"))
            async with Wire(timeouts=QUICK, proxy=proxy_at(proxy.port), resolver=names) as wire:
                with pytest.raises(TransientError, match="cannot be resolved"):
                    await fetch(wire, "https://cdn.runware.ai/x", CDN)
            return proxy.heads

    assert asyncio.run(scenario()) == []


def test_a_server_on_this_machine_is_reached_without_the_proxy():
    async def scenario():
        async with listening(lambda _: REFUSED) as proxy, listening() as own:
            async with Wire(timeouts=QUICK, proxy=proxy_at(proxy.port)) as wire:
                base_url = f"http://127.0.0.1:{own.port}"
                rule = HostRule(hosts=(), plain_http_hosts=("127.0.0.1",), plain_http_port=own.port)
                film = await fetch(wire, f"{base_url}/x", rule)
                await wire.send(Call(method="GET", path="/", is_paid=False), base_url=base_url, key="k")
            return film, len(own.heads), proxy.heads

    assert asyncio.run(scenario()) == (b"film", 2, [])


@pytest.mark.parametrize(
    ("exceptions", "is_used"),
    [
        ("", True),
        ("example.com", True),
        ("runware.ai", False),
        (".runware.ai", False),
        ("*.runware.ai", False),
        ("x, API.runware.ai", False),
        ("api.runware.ai:443", False),
        ("api.runware.ai:80", True),
        ("unware.ai", True),
        ("*", False),
        (" , ", True),
    ],
)
def test_hosts_that_no_proxy_names_are_reached_without_it(exceptions, is_used):
    async def scenario():
        proxy = Proxy(settings=proxy_at(1, exceptions=exceptions), resolver=aiohttp.ThreadedResolver())
        return proxy.for_url(URL("https://api.runware.ai/v1"))

    assert (asyncio.run(scenario()) is not None) is is_used


def test_the_surroundings_name_no_proxy_unless_its_use_is_asked_for():
    named = {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "example.com"}
    assert proxy_settings(environ=named) is None
    assert proxy_settings(environ={**named, "RENDERLINE_USE_PROXY": "0"}) is None
    asked = proxy_settings(environ={**named, "RENDERLINE_USE_PROXY": "1"})
    assert (asked.url.reveal(), asked.exceptions) == ("http://proxy:3128", "example.com")
    lower = {"https_proxy": "http://lower:1", "HTTPS_PROXY": "http://upper:1", "RENDERLINE_USE_PROXY": "1"}
    assert proxy_settings(environ=lower).url.reveal() == "http://lower:1"


@pytest.mark.parametrize(
    "url", ["", "proxy:3128", "ftp://proxy", "http://", "http://a b", "http://[::1", "http://x:99999"]
)
def test_a_proxy_that_is_asked_for_and_not_named_is_refused_without_showing_it(url):
    with pytest.raises(SettingsError, match=r"^RENDERLINE_USE_PROXY is 1, and HTTPS_PROXY names no proxy$"):
        proxy_settings(environ={"RENDERLINE_USE_PROXY": "1", "HTTPS_PROXY": url})


def test_a_wish_for_a_proxy_that_is_neither_yes_nor_no_is_refused():
    with pytest.raises(SettingsError, match="must be 1 or 0, not 'yes'"):
        proxy_settings(environ={"RENDERLINE_USE_PROXY": "yes"})
