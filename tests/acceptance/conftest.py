"""The product as a user meets it: the command `render` in a process of its own, and a server in another.

The processes are forked from one that has imported the product already; `RENDER` starts one from nothing.
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.canary import KEY
from tests.warm import Warm

#: quick to draw: two small stills, and nothing to pay attention to
STILLS = """\
version: 1
project: stills
defaults: {model: kandinsky-5-image-lite, width: 640, height: 1408, output_format: WEBP, output_quality: 20}
shots:
  - {id: lamp, prompt: A lamp on a sill, seed: 7}
  - {id: moth, prompt: A moth at the glass, seed: 8}
"""

RENDER = [sys.executable, "-m", "render"]
MANIFESTS = Path(__file__).parents[2] / "manifests"
_PATIENCE_S = 60


@dataclass
class Command:
    """Runs `render` in a folder, with an environment that holds nothing of ours unless it is given."""

    folder: Path
    environment: dict
    warm: Warm

    def __call__(self, *arguments, cwd=None, status=0, **variables):
        environment = {**self.environment, **variables}
        run = self.warm.run if self.warm.suits(environment) else _run_from_nothing
        done = run(arguments, cwd=cwd or self.folder, env=environment, timeout=_PATIENCE_S)
        assert status is None or done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments, **options):
        return json.loads(self(*arguments, "--json", **options).stdout)

    def start(self, *arguments, **variables):
        return self.warm.start(arguments, cwd=self.folder, env={**self.environment, **variables})


def _run_from_nothing(arguments, **options):
    command = [*RENDER, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@dataclass
class Server:
    base_url: str

    @property
    def variables(self):
        return {
            "RUNWARE_BASE_URL": f"{self.base_url}/v1",
            "RUNWARE_API_KEY": KEY,
            "AIMLAPI_BASE_URL": self.base_url,
            "AIMLAPI_API_KEY": KEY,
        }

    def ask(self, path):
        with closing(http.client.HTTPConnection(self.base_url.removeprefix("http://"), timeout=10)) as connection:
            connection.request("GET", path)
            return json.load(connection.getresponse())

    def ledger(self):
        return self.ask("/admin/ledger")


def fill(folder):
    """Make a project folder: manifests in `manifests/`, and a mark that says where its root is."""
    shutil.copytree(MANIFESTS, folder / "manifests")
    (folder / "pyproject.toml").touch()
    (folder / "stills.yaml").write_text(STILLS, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    return fill(tmp_path / "project")


def command_in(folder, warm):
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "TERM": "dumb"}
    return Command(folder=folder, environment=environment, warm=warm)


@pytest.fixture
def render(folder, warm):
    return command_in(folder, warm)


@pytest.fixture(scope="module")
def stills_once(tmp_path_factory, warm):
    """What a run of two stills leaves, for nothing; to be copied and not to be changed."""
    folder = fill(tmp_path_factory.mktemp("stills") / "project")
    command_in(folder, warm)("run", "stills.yaml", "--offline")
    return folder / "renders-offline"


@pytest.fixture
def rendered(render, stills_once):
    """The output folder of two stills that were rendered offline."""
    shutil.copytree(stills_once, render.folder / "renders-offline")
    return render.folder / "renders-offline" / "stills"


@pytest.fixture
def servers(render, tmp_path):
    """Start `render serve` with options, each in a process of its own; all with one state keep one ledger."""
    processes = []

    def start(*options, state=tmp_path / "server"):
        process = render.start("serve", "--port", "0", "--state", state, *options)
        processes.append(process)
        line = process.stdout.readline()
        assert line.startswith("serving on http://127.0.0.1:"), line + process.stderr.read()
        return Server(base_url=line.split()[2].rstrip(";"))

    yield start
    for process in processes:
        end(process)


@pytest.fixture
def server(servers):
    """One that is quick enough for tests and slow enough to be interrupted."""
    return servers("--latency", "0.3", "0.6", "--engine", "fixed")


def end(process, number=signal.SIGTERM):
    process.send_signal(number)
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


def wait_until(condition):
    """Ask again and again until `condition()` is true, a bounded number of times."""
    for _ in range(int(_PATIENCE_S / 0.02)):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("what was waited for did not happen")
