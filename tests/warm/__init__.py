"""Starts the command `render` in processes that need not import it first.

One process imports the product once and forks a child for each command: a child has its own memory, folder,
environment, signals and exit status, as if it had been started afresh, at a tenth of the price. What is about start-up
itself, or about variables that an interpreter reads when it starts, is not for here.
"""

import array
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

#: an interpreter reads these once, when it starts; here it started before they were given
_READ_AT_START = ("PYTHON", "LC_", "LANG", "MALLOC_")
_OURS = {"LANG": "C.UTF-8"}
ROOT = Path(__file__).parents[2]


@dataclass
class Started:
    """A command that was started; to be used like the process of `subprocess`."""

    arguments: list
    #: tells its id, and later its wait status, one a line
    news: int
    stdout: object = None
    stderr: object = None
    pid: int = 0
    returncode: int | None = None
    _told: bytes = field(default=b"", repr=False)

    def __post_init__(self):
        while b"\n" not in self._told:
            self._told += self._heard()
        line, _, self._told = self._told.partition(b"\n")
        self.pid = int(line)
        os.set_blocking(self.news, False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stdout.close()
        self.stderr.close()
        self.wait()

    def _heard(self):
        heard = os.read(self.news, 64)
        if not heard:
            raise RuntimeError("the process that starts commands has gone")
        return heard

    def poll(self):
        """Return the exit status, or None while there is none."""
        if self.returncode is None:
            with suppress(BlockingIOError):
                while not self._told.endswith(b"\n"):
                    self._told += self._heard()
                self.returncode = os.waitstatus_to_exitcode(int(self._told))
                os.close(self.news)
        return self.returncode

    def wait(self, timeout=None):
        """Return the exit status when there is one."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired(self.arguments, timeout)
            select.select([self.news], [], [], left)
        return self.returncode

    def communicate(self, timeout=None):
        """Return what is still to be read of stdout and stderr, when the process has ended."""
        texts = {}
        readers = [
            Thread(target=lambda stream=stream: texts.update({stream: stream.read()}), daemon=True)
            for stream in (self.stdout, self.stderr)
            if not stream.closed
        ]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
            if reader.is_alive():
                raise subprocess.TimeoutExpired(self.arguments, timeout)
        told = texts.get(self.stdout, ""), texts.get(self.stderr, "")
        self.stdout.close()
        self.stderr.close()
        return told

    def send_signal(self, number):
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self):
        """End the process at once."""
        self.send_signal(signal.SIGKILL)


class Warm:
    """The process that has imported the product already, from its start to `close`."""

    def __init__(self):
        self._ours, theirs = socket.socketpair()
        environment = {"PATH": os.environ["PATH"], **_OURS, "OPENBLAS_NUM_THREADS": "1"}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
                env=environment,
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def suits(self, variables):
        """Say whether a process with these variables is what a child of ours would be."""
        return not any(name.startswith(_READ_AT_START) for name, _ in variables.items() - _OURS.items())

    def start(self, arguments, **options):
        """Start `render` with these arguments; its output is text that can be read while it runs."""
        out, their_out = os.pipe()
        err, their_err = os.pipe()
        try:
            started = self.start_on(their_out, their_err, arguments, **options)
        finally:
            os.close(their_out)
            os.close(their_err)
        started.stdout, started.stderr = (os.fdopen(one, encoding="utf-8") for one in (out, err))
        return started

    def start_on(self, stdout, stderr, arguments, *, cwd, env, memory_bytes=None):
        """Start `render` with output to these descriptors, which stay open here."""
        news, their_news = os.pipe()
        order = {"arguments": list(map(str, arguments)), "cwd": str(cwd), "env": env, "memory_bytes": memory_bytes}
        line = json.dumps(order).encode() + b"\n"
        given = array.array("i", [stdout, stderr, their_news])
        try:
            sent = self._ours.sendmsg([line], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, given)])
            self._ours.sendall(line[sent:])
        finally:
            os.close(their_news)
        return Started(list(arguments), news)

    def run(self, arguments, *, timeout, **options):
        """Run `render` to its end."""
        started = self.start(arguments, **options)
        try:
            stdout, stderr = started.communicate(timeout)
        except subprocess.TimeoutExpired:
            started.kill()
            started.communicate()
            raise
        return subprocess.CompletedProcess(started.arguments, started.returncode, stdout, stderr)

    def close(self):
        """Let the process end."""
        self._ours.close()
        self._process.wait()
