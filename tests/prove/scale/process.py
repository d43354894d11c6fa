"""The command in a process of its own: started against a server, watched, stopped, and measured.

Its memory is read from /proc while it lives: what the kernel tells of a process after its end counts the parent in,
from before the command was loaded.
"""

import json
import os
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from render.server.app import ServerOptions
from tests.canary import KEY
from tests.server.rehearsal import start_witness

_KEYS = {"RUNWARE_API_KEY": KEY, "AIMLAPI_API_KEY": KEY}
_PATIENCE_S = 60
_GLANCE_S = 0.02
_MEMORY_GLANCE_S = 0.005


@contextmanager
def a_server(folder, **options):
    """A server with the fixed engine in a thread, for the length of the block."""
    threads = []
    witness = start_witness(threads, ServerOptions(**{"state_dir": folder, "engine": "fixed", **options}))
    try:
        yield witness
    finally:
        threads.pop().close()


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What is left of a process: how it ended, and the most memory it held."""

    status: int
    peak_kib: int
    took_s: float
    printed: str
    complained: str

    @property
    def summary(self):
        return json.loads(self.printed)


class Process:
    """One `render run --json`."""

    def __init__(self, manifest, witness, *options):
        self._printed, self._complained = manifest.with_suffix(".out"), manifest.with_suffix(".err")
        command = [sys.executable, "-m", "render", "run", str(manifest), "--json", *options]
        self._began = time.monotonic()
        self.pid = os.posix_spawn(
            sys.executable, command, _environment(manifest, witness),
            file_actions=[_into(1, self._printed), _into(2, self._complained)],
        )  # fmt: skip
        self._ended, self._peak_kib = threading.Event(), 0
        threading.Thread(target=self._wait, daemon=True).start()

    def send(self, number):
        if not self._ended.is_set():
            os.kill(self.pid, number)

    def is_running(self):
        return not self._ended.is_set()

    def end(self, *, within_s):
        """Wait for its end; a process that does not come to it is killed and told as such."""
        if not self._ended.wait(within_s):
            os.kill(self.pid, 9)
            self._ended.wait()
        return Ended(
            status=self._status,
            peak_kib=self._peak_kib,
            took_s=self._took_s,
            printed=self._printed.read_text(),
            complained=self._complained.read_text(),
        )

    def _wait(self):
        pid, status = 0, 0
        while not pid:
            self._peak_kib = max(self._peak_kib, _peak_kib(self.pid))
            time.sleep(_MEMORY_GLANCE_S)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        self._took_s = time.monotonic() - self._began
        self._status = os.waitstatus_to_exitcode(status)
        self._ended.set()


def _peak_kib(pid):
    """The most memory that a running process held; 0 once it is gone."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM:")), 0)


def until(condition, process):
    """Wait until `condition()` holds; False where the process ended first or it took too long."""
    for _ in range(int(_PATIENCE_S / _GLANCE_S)):
        if condition():
            return True
        if not process.is_running():
            return False
        time.sleep(_GLANCE_S)
    return False


def _environment(manifest, witness):
    return {
        **_KEYS,
        "PATH": os.environ["PATH"],
        "HOME": str(manifest.parent),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "RUNWARE_BASE_URL": f"{witness.base_url}/v1",
        "AIMLAPI_BASE_URL": witness.base_url,
    }


def _into(descriptor, path):
    return os.POSIX_SPAWN_OPEN, descriptor, str(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600
