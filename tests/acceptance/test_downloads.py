"""Files on their way home, with the real command and a real server in processes of their own."""

import subprocess
from pathlib import Path

import pytest

from tests import core_dumps
from tests.acceptance.conftest import RENDER, wait_until

BREAKING = """\
- {on: file, nth: 1, action: {cut: {bytes: 900}}}
- {on: file, nth: 2, action: {cut: {bytes: 1}}}
"""


@pytest.fixture
def breaking_server(servers, tmp_path):
    (tmp_path / "faults.yaml").write_text(BREAKING, encoding="utf-8")
    return servers("--faults", tmp_path / "faults.yaml")


def test_files_that_break_off_come_home_whole_and_nothing_is_left_over(render, breaking_server):
    done = render.json("run", "stills.yaml", **breaking_server.variables)
    assert done["saved"] == 2
    folder = render.folder / "renders" / "stills"
    assert len(list(folder.rglob("*.webp"))) == 2
    assert list(folder.rglob(".renderline-*")) == []


def test_a_process_shows_no_key_to_its_neighbours_and_would_not_dump_its_memory(render, server):
    environment = {**render.environment, **server.variables}
    with core_dumps.allowed():
        process = subprocess.Popen(
            [*RENDER, "run", "stills.yaml", "--json"], cwd=render.folder, env=environment, stdout=subprocess.DEVNULL
        )
    log = render.folder / "renders" / "stills" / "render.log"
    try:
        wait_until(log.exists)
        about = Path("/proc", str(process.pid))
        shown = (about / "cmdline").read_bytes() + (about / "comm").read_bytes()
        (core,) = [
            line for line in (about / "limits").read_text().splitlines() if line.startswith("Max core file size")
        ]
    finally:
        process.communicate(timeout=60)
    assert b"canary" not in shown
    assert core.split()[4] == "0"
