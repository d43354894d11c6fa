"""The process that starts commands: it ends when nobody is there to give orders, wherever that meets it."""

import socket
import subprocess
import sys

import pytest

from tests.warm import ROOT

_PATIENCE_S = 60


@pytest.mark.parametrize("said", [b"", b'{"arguments": ["--help"], "cwd"'], ids=["between orders", "within an order"])
def test_it_ends_with_those_who_give_orders(said):
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
    with ours:
        ours.sendall(said)
    try:
        assert process.wait(timeout=_PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
