"""Files at a host that is not the provider's: held until a person allows the host, fetched from there and nowhere else.

The command runs in this very process, where a test says to which address a name leads.
"""

import functools
import http.client
import json
import signal
import socket
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver

from render.cli import run
from render.commands import session
from render.wire import Wire
from render.wire.addresses import judged_socket
from render.wire.session import Connectors
from tests.certificates import self_signed
from tests.server.listener import Listener

STILLS = "stills.yaml"
HOST = "media.test"
WITHIN, PUBLIC = "10.1.2.3", "1.1.1.1"


@pytest.fixture
def held(render, servers, tmp_path):
    """Two stills whose files are at a host that is not allowed."""
    config = tmp_path / "config.yaml"
    config.write_text(f"public_base: https://{HOST}\n", encoding="utf-8")
    server = servers("--config", config, "--latency", "0.1", "0.2", "--engine", "fixed")
    assert render.json("run", STILLS, status=6, **server.variables)["held"] == 2
    return server


def purchases(server):
    return [purchase["id"] for purchase in server.ledger()["purchases"]]


def test_a_held_file_s_message_names_the_command_wherever_it_is_told(render, held):
    command = f"render fetch --allow-host {HOST}"
    told = render("run", STILLS, status=6, **held.variables)
    assert command in told.stdout
    assert command in told.stderr
    assert all(command in task["reason"] for task in render.json("plan", STILLS, **held.variables)["tasks"])
    assert {task["rests"] for task in render.json("status", STILLS, **held.variables)["tasks"]} == {"held"}
    assert len(purchases(held)) == 2


class Leading(AbstractResolver):
    """Says of every name that it leads to one address."""

    def __init__(self, address):
        self.address = address
        self.asked = []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked.append(host)
        return [{"hostname": host, "host": self.address, "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self):
        pass


@contextmanager
def signals_as_before():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def fetch(render, held, monkeypatch, capsys):
    """`render fetch --json` of what is held: its document, and the names that it asked for."""
    for name, value in held.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(render.folder)

    def fetch(*hosts, leading=WITHIN, **how):
        names = Leading(leading)
        monkeypatch.setattr(session, "Wire", functools.partial(Wire, resolver=names, **how))
        capsys.readouterr()
        with signals_as_before():
            run(["fetch", STILLS, "--json", *(word for host in hosts for word in ("--allow-host", host))])
        return json.loads(capsys.readouterr().out), names.asked

    return fetch


def messages(summary):
    return {failure["message"] for failure in summary["failures"]}


def test_only_an_allowed_host_is_asked_and_never_at_a_private_address(fetch):
    told, asked = fetch()
    assert (len(messages(told)), asked) == (1, [])
    told, asked = fetch(HOST)
    assert messages(told) == {f"{HOST} leads to an address that is not public"}
    assert set(asked) == {HOST}


def test_a_manifest_allows_a_host_for_good(fetch, render):
    stills = render.folder / STILLS
    text = stills.read_text(encoding="utf-8")
    stills.write_text(f'{text}providers: {{runware: {{allow_hosts: ["*.test"]}}}}\n', encoding="utf-8")
    assert "*.test" in render("validate", STILLS, status=2).stdout
    stills.write_text(f"{text}providers: {{runware: {{allow_hosts: [Media.test]}}}}\n", encoding="utf-8")
    told, asked = fetch()
    assert messages(told) == {f"{HOST} leads to an address that is not public"}
    assert set(asked) == {HOST}


@pytest.fixture
def elsewhere(render, held, tmp_path):
    """A second server on loopback, over TLS, that has the files under their links; and what trusts it."""
    listener = Listener()
    listener.open()
    shows, trusts = self_signed(tmp_path, HOST)
    listener.server.socket = shows.wrap_socket(listener.server.socket, server_side=True)
    for path in linked(render):
        listener.files[path] = content(held, path)
    yield listener, trusts
    listener.close()


def linked(render):
    """The path and the query of every link in the record."""
    lines = map(json.loads, render("state", "export", STILLS).stdout.splitlines())
    links = [urlsplit(line["attempt"]["source_url"]) for line in lines if "attempt" in line]
    return [link._replace(scheme="", netloc="").geturl() for link in links]


def content(server, path):
    with closing(http.client.HTTPConnection(server.base_url.removeprefix("http://"), timeout=10)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read()


def reaching(listener, trusts):
    """Make connections that are judged as any other, and then lead to the listener."""

    class Led(socket.socket):
        def connect(self, _):
            super().connect(listener.server.server_address)

    def opened(address):
        judged_socket(address).close()
        return Led(*address[:3])

    return Connectors(files=lambda names: aiohttp.TCPConnector(resolver=names, socket_factory=opened, ssl=trusts))


def test_a_held_file_comes_home_from_a_host_that_is_allowed(fetch, render, held, elsewhere):
    listener, trusts = elsewhere
    bought = purchases(held)

    told, asked = fetch(HOST, leading=PUBLIC, connectors=reaching(listener, trusts))

    assert (told["saved"], told["held"], told["failures"]) == (2, 0, [])
    assert set(asked) == {HOST}
    assert {heard.headers["Host"] for heard in listener.heard} == {HOST}
    assert not any(heard.headers["Authorization"] for heard in listener.heard)
    files = (render.folder / "renders" / "stills").rglob("*.webp")
    assert {path.read_bytes() for path in files} == set(listener.files.values())
    assert purchases(held) == bought
    assert render.json("plan", STILLS, **held.variables)["totals"] == {"skip": 2}


@pytest.mark.parametrize("host", ["https://media.test", "10.0.0.7", "*", "*.test", "localhost", "media.test/a", ""])
def test_what_is_no_host_is_refused_before_anything_is_asked(render, host):
    done = render("fetch", STILLS, "--allow-host", host, status=2)
    assert "is not the name of a host" in done.stderr
