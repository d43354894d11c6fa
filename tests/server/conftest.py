"""Servers for tests, recorded exchanges, and tasks that are right until a test changes them."""

import json
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from render.server.app import ServerOptions
from render.server.faults.reading import read_faults
from tests.server.rehearsal import TextEngine, start_witness


@pytest.fixture
def serve(tmp_path):
    """Start servers: `serve(key="a-key", **options)`; the engine writes text unless another is named."""
    threads = []

    def start(*, key="a-key", **changes):
        options = {"state_dir": tmp_path / "state", "latency_s": (0.0, 0.0), "engine": TextEngine(), **changes}
        return start_witness(threads, ServerOptions(**options), key=key)

    def stop():
        while threads:
            threads.pop().close()

    start.stop = stop
    yield start
    stop()


@pytest.fixture
def witness(serve):
    return serve()


@pytest.fixture(scope="module")
def shared_witness(tmp_path_factory):
    """One server for all tests of a file that leave no trace another could see."""
    threads = []
    options = ServerOptions(state_dir=tmp_path_factory.mktemp("state"), latency_s=(0.0, 0.0), engine=TextEngine())
    yield start_witness(threads, options)
    threads.pop().close()


@pytest.fixture
def recorded():
    """Read a recorded exchange by name."""
    folder = Path(__file__).parent / "wire"
    return lambda name: json.loads((folder / f"{name}.json").read_text())


@pytest.fixture
def a_clip():
    def build(**changes):
        return _without_none({
            "taskType": "videoInference",
            "taskUUID": str(uuid4()),
            "model": "runware:210@1",
            "positivePrompt": "a dragon above a mountain",
            "width": 512,
            "height": 512,
            "duration": 5,
            **changes,
        })  # fmt: skip

    return build


@pytest.fixture
def a_picture():
    def build(**changes):
        return _without_none({
            "taskType": "imageInference",
            "taskUUID": str(uuid4()),
            "model": "runware:kandinsky-5.0-image-lite@1",
            "positivePrompt": "a dragon above a mountain",
            "width": 1024,
            "height": 1024,
            **changes,
        })  # fmt: skip

    return build


@pytest.fixture
def a_general_clip(a_clip):
    return lambda **changes: a_clip(**{"model": "klingai:3@2", "duration": 1, "width": 256, "height": 256, **changes})


def _without_none(task):
    return {name: value for name, value in task.items() if value is not None}


@pytest.fixture
def serve_script(serve):
    """Start a server that follows a script, as it would stand in a file."""
    return lambda *script, **options: serve(faults=read_faults(list(script), where="script"), **options)


@pytest.fixture
def victim():
    """A process that waits to be killed."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()
