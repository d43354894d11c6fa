"""A run that is told to end does so, whatever hangs, and a reader that goes away ends nothing."""

import os
import pty
import signal
import socket
import subprocess
import sys

import pytest

from tests.acceptance.conftest import RENDER, wait_until
from tests.canary import KEY

#: waits in a thread that nobody can cancel, as a dead disk or name server would
STUCK = """
import asyncio, signal, time
from render.commands.signals import listen_for_signals
from render.runner.conductor import StopRequest

async def main():
    listen_for_signals(StopRequest(event=asyncio.Event()))
    print("listening", flush=True)
    await asyncio.to_thread(time.sleep, 600)

asyncio.run(main())
"""


@pytest.fixture
def mute():
    """A server that takes connections and says nothing, ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield {
            "RUNWARE_BASE_URL": f"http://127.0.0.1:{listener.getsockname()[1]}/v1",
            "RUNWARE_API_KEY": KEY,
        }


def has_an_intent(folder):
    logs = [*folder.glob("renders*/**/render.log")]
    return any("attempt.prepared" in log.read_text(encoding="utf-8") for log in logs)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 143)])
def test_a_run_whose_server_hangs_ends_when_it_is_told_to(render, folder, mute, number, status):
    process = render.start("run", "stills.yaml", **mute)
    wait_until(lambda: has_an_intent(folder))
    process.send_signal(number)
    process.communicate(timeout=50)
    assert process.returncode == status


def test_a_second_signal_ends_it_at_once(render, folder, mute):
    process = render.start("run", "stills.yaml", **mute)
    wait_until(lambda: has_an_intent(folder))
    process.send_signal(signal.SIGTERM)
    assert next(line for line in process.stderr if "SIGTERM" in line)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=50)
    assert process.returncode == 130


def test_a_signal_that_was_ignored_at_the_start_stays_ignored(render, folder, mute):
    command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *RENDER, "run", "stills.yaml"]
    process = subprocess.Popen(command, cwd=folder, env={**render.environment, **mute}, stderr=subprocess.PIPE)
    wait_until(lambda: has_an_intent(folder))
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=50)
    assert process.returncode == 143
    assert b"SIGTERM" in told
    assert b"SIGHUP" not in told


def test_what_cannot_be_cancelled_is_left_behind():
    process = subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "listening\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=50)
    assert process.returncode == 143


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_reader_that_goes_away_ends_no_paid_work(render, server, closed):
    process = render.start("run", "stills.yaml", "--json", **server.variables)
    getattr(process, closed).close()
    other = process.stderr if closed == "stdout" else process.stdout
    other.read()
    other.close()
    assert process.wait(timeout=50) == 0
    assert render.json("run", "stills.yaml", **server.variables)["skipped"] == 2
    assert len(server.ledger()["purchases"]) == 2


def test_a_terminal_that_goes_away_asks_the_run_to_stop(render, folder, mute):
    ours, theirs = pty.openpty()
    # the first terminal that the leader of a session opens becomes its own
    command = ["sh", "-c", 'exec "$@" <"$TERMINAL" >"$TERMINAL" 2>&1', "sh", *RENDER, "run", "stills.yaml"]
    variables = {**render.environment, **mute, "TERM": "xterm", "TERMINAL": os.ttyname(theirs)}
    process = subprocess.Popen(command, cwd=folder, env=variables, start_new_session=True)
    wait_until(lambda: has_an_intent(folder))
    os.close(theirs)
    os.close(ours)
    assert process.wait(timeout=50) == 143
