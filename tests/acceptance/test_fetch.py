"""`render fetch`: what is paid for comes home, and whatever is recorded, nothing is bought."""

import functools
import os
import signal
import socket
import stat
import subprocess
from contextlib import contextmanager

import pytest
from aiohttp.abc import AbstractResolver

from render.commands import session
from render.commands.session import RunTerms, Session
from render.project import Where, open_project
from render.selection import Selection
from render.settings import Display
from render.wire import Wire
from tests.acceptance.conftest import RENDER, Server, end, wait_until

STILLS = "stills.yaml"
CLIP = """\
version: 1
project: fog
shots: [{id: fog, model: kandinsky-5-distill, aspect_ratio: "1:1", prompt: Fog over a lake}]
"""


@pytest.fixture
def serve(render, tmp_path):
    """Start servers with a configuration; all of them keep one ledger."""
    processes = []

    def start(config="", latency=("0.1", "0.2")):
        (tmp_path / "config.yaml").write_text(config or "{}", encoding="utf-8")
        told = ("--port", "0", "--state", tmp_path / "server", "--config", tmp_path / "config.yaml")
        told += ("--latency", *latency, "--engine", "fixed")
        processes.append(render.start("serve", *told))
        line = processes[-1].stdout.readline()
        assert line.startswith("serving on http://127.0.0.1:"), line + processes[-1].stderr.read()
        return Server(base_url=line.split()[2].rstrip(";"))

    yield start
    for process in processes:
        end(process)


def keyless(server):
    return {name: value for name, value in server.variables.items() if "KEY" not in name}


def purchases(server):
    return [purchase["id"] for purchase in server.ledger()["purchases"]]


def film(render, name="lamp/lamp_t01.webp"):
    return render.folder / "renders" / "stills" / name


def test_where_nothing_was_bought_nothing_is_done_and_nothing_is_made(render, server):
    told = render.json("fetch", STILLS, **keyless(server))
    assert (told["tasks"], told["requests"]) == (0, 0)
    assert server.ledger()["total_requests"] == 0
    assert not (render.folder / "renders").exists()


def test_a_missing_file_comes_home_without_a_key_and_a_new_shot_is_not_bought(render, server):
    render("run", STILLS, **server.variables)
    bought = purchases(server)
    before = film(render).read_bytes()
    film(render).unlink()
    stills = render.folder / STILLS
    stills.write_text(
        stills.read_text(encoding="utf-8") + "  - {id: new, prompt: A new shot, seed: 9}\n", encoding="utf-8"
    )

    told = render.json("fetch", STILLS, **keyless(server))

    assert (told["tasks"], told["saved"], told["skipped"]) == (2, 1, 1)
    assert film(render).read_bytes() == before
    assert purchases(server) == bought
    assert [task["action"] for task in render.json("plan", STILLS, **server.variables)["tasks"]][-1] == "submit"


def test_a_budget_that_refuses_a_run_does_not_keep_what_is_paid_for_away(render, server):
    render("run", STILLS, **server.variables)
    film(render).unlink()
    stills = render.folder / STILLS
    text = stills.read_text(encoding="utf-8").replace("project: stills", "project: stills\nbudget_usd: 0.001")
    stills.write_text(text + "  - {id: new, prompt: A new shot, seed: 9}\n", encoding="utf-8")

    assert "budget_usd" in render("run", STILLS, status=5, **server.variables).stderr
    assert render.json("fetch", STILLS, **server.variables)["saved"] == 1
    assert film(render).exists()


def test_what_is_in_flight_needs_the_key_and_comes_home_with_it(render, serve):
    server = serve(latency=("1.5", "1.6"))
    (render.folder / "fog.yaml").write_text(CLIP, encoding="utf-8")
    run = render.start("run", "fog.yaml", **server.variables)
    wait_until(lambda: "attempt.submitted" in log_of(render, "fog"))
    end(run, signal.SIGINT)

    refused = render("fetch", "fog.yaml", status=3, **keyless(server))
    assert "AIMLAPI_API_KEY is not set" in refused.stderr
    told = render.json("fetch", "fog.yaml", **server.variables)

    assert (told["tasks"], told["saved"]) == (1, 1)
    assert len(purchases(server)) == 1


def log_of(render, project):
    log = render.folder / "renders" / project / "render.log"
    return log.read_text(encoding="utf-8") if log.exists() else ""


@pytest.fixture
def held(render, serve):
    """Two stills whose files are at a host that is not allowed."""
    server = serve("public_base: https://media.test\n")
    assert render.json("run", STILLS, status=6, **server.variables)["held"] == 2
    return server


def test_a_held_file_s_message_names_the_command_wherever_it_is_told(render, held):
    command = "render fetch --allow-host media.test"
    told = render("run", STILLS, status=6, **held.variables)
    assert command in told.stdout
    assert command in told.stderr
    assert all(command in task["reason"] for task in render.json("plan", STILLS, **held.variables)["tasks"])
    assert {task["rests"] for task in render.json("status", STILLS, **held.variables)["tasks"]} == {"held"}
    assert len(purchases(held)) == 2


class Within(AbstractResolver):
    """Says of every name that it leads into somebody's network."""

    def __init__(self):
        self.asked = []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked.append(host)
        return [{"hostname": host, "host": "10.1.2.3", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self):
        pass


@pytest.fixture
def in_this_process(render, held, monkeypatch):
    """Bring home what is held in this very process, where every name leads to a private address."""
    for name, value in held.variables.items():
        monkeypatch.setenv(name, value)
    names = Within()
    monkeypatch.setattr(session, "Wire", functools.partial(Wire, resolver=names))

    @contextmanager
    def signals_as_before():
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.getsignal(number) for number in numbers}
        yield
        for number, handler in before.items():
            signal.signal(number, handler)

    def fetch(*hosts):
        project = open_project(render.folder / STILLS, Where())
        screen = Display(has_colour=False, is_live=False, width=80, row_width=80)
        terms = RunTerms(selection=Selection(buys=False), allow_hosts=hosts)
        with signals_as_before():
            summary = Session(project=project, screen=screen, reach=session_reach, terms=terms).perform()
        return {failure.message for failure in summary.failures}, names.asked

    return fetch


def session_reach(project):
    from render.commands.reach import over_the_network  # noqa: PLC0415 - the server's part is heavy

    return over_the_network(project)


def test_only_an_allowed_host_is_asked_and_never_at_a_private_address(in_this_process):
    messages, asked = in_this_process()
    assert (len(messages), asked) == (1, [])
    messages, asked = in_this_process("media.test")
    assert messages == {"media.test leads to an address that is not public"}
    assert set(asked) == {"media.test"}


def test_a_manifest_allows_a_host_for_good(in_this_process, render):
    stills = render.folder / STILLS
    text = stills.read_text(encoding="utf-8")
    stills.write_text(f'{text}providers: {{runware: {{allow_hosts: ["*.test"]}}}}\n', encoding="utf-8")
    assert "*.test" in render("validate", STILLS, status=2).stdout
    stills.write_text(f"{text}providers: {{runware: {{allow_hosts: [Media.test]}}}}\n", encoding="utf-8")
    messages, asked = in_this_process()
    assert messages == {"media.test leads to an address that is not public"}
    assert set(asked) == {"media.test"}


@pytest.mark.parametrize("host", ["https://media.test", "10.0.0.7", "*", "*.test", "localhost", "media.test/a", ""])
def test_what_is_no_host_is_refused_before_anything_is_asked(render, host):
    done = render("fetch", STILLS, "--allow-host", host, status=2)
    assert "is not the name of a host" in done.stderr


def test_what_a_run_leaves_behind_is_its_owner_s_alone_whatever_the_umask(render, serve):
    server = serve(latency=("0.3", "0.4"))
    process = subprocess.Popen(
        [*RENDER, "run", STILLS],
        cwd=render.folder,
        env={**render.environment, **server.variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        umask=0,
    )
    output = render.folder / "renders" / "stills"
    seen = {}
    while process.poll() is None:
        seen.update(modes_in(output))
    seen.update(modes_in(output))

    assert process.returncode == 0
    # a file on its way takes its final mode before its final name
    private = {name: mode for name, mode in seen.items() if not name.endswith((".webp", ".part"))}
    assert {"state.db", "state.db-wal", "state.db-shm", "state.lock", "render.log"} <= set(private)
    assert set(private.values()) == {0o600}
    assert {mode for name, mode in seen.items() if name.endswith(".webp")} == {0o666}


def modes_in(folder):
    """The permissions of every file below a folder, by name; folders and what is gone meanwhile aside."""
    modes = {}
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                modes[name] = stat.S_IMODE(os.stat(os.path.join(path, name)).st_mode)  # noqa: PTH118, PTH116
            except FileNotFoundError:
                continue
    return modes
