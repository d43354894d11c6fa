"""A run that is killed is carried on by the next: every file is there, and nothing was bought twice."""

import json
import signal
from collections import Counter

import pytest

from render.containers.measure import measure
from tests.acceptance.conftest import Server, end, wait_until

KANDINSKY = "manifests/kandinsky.shots.yaml"

#: eight files that are quick to draw
EIGHT = """\
version: 1
project: eight
model_defaults:
  "klingai:3@2": {width: 256, height: 256, duration: 1}
  kandinsky-5-image-lite: {width: 640, height: 1408}
defaults: {model: "klingai:3@2", prompt: Fog over a lake}
shots:
  - {id: clip, takes: 6}
  - {id: still, model: kandinsky-5-image-lite, takes: 2}
"""


def bought(ledger):
    return Counter(purchase["id"] for purchase in ledger["purchases"])


def assert_eight_whole_files(status, folder):
    assert [task["status"] for task in status["tasks"]] == ["saved"] * 8
    for task in status["tasks"]:
        path = folder / task["path"]
        with path.open("rb") as file:
            measure(file, path.stat().st_size)


def changed_at(folder):
    return {path: path.stat().st_mtime_ns for path in folder.glob("*/*.*")}


def test_a_killed_run_is_carried_on_and_each_task_is_bought_once(render, server, tmp_path):
    process = render.start("run", KANDINSKY, **server.variables)
    wait_until(lambda: len(server.ledger()["purchases"]) >= 3)
    end(process, signal.SIGKILL)
    assert 3 <= len(server.ledger()["purchases"]) <= 8

    second = render.json("run", KANDINSKY, **server.variables)

    assert second["saved"] + second["skipped"] == second["tasks"] == 8
    output = render.folder / "renders" / "kandinsky-examples"
    assert_eight_whole_files(render.json("status", KANDINSKY, **server.variables), output)
    counts = bought(server.ledger())
    assert len(counts) == 8
    assert set(counts.values()) == {1}

    requests, files = server.ledger()["total_requests"], changed_at(output)
    manifest = render.folder / KANDINSKY
    third = render.json("run", KANDINSKY, **server.variables)
    elsewhere = render.json("run", manifest, cwd=tmp_path, **server.variables)

    assert third["requests"] == elsewhere["requests"] == 0
    assert third["skipped"] == elsewhere["skipped"] == 8
    assert server.ledger()["total_requests"] == requests
    assert changed_at(output) == files


@pytest.fixture
def eight(render):
    """A manifest of eight, by its name."""
    (render.folder / "eight.yaml").write_text(EIGHT, encoding="utf-8")
    return "eight.yaml"


def test_a_kill_that_takes_the_embedded_server_too_is_carried_on(render, eight, tmp_path):
    log = render.folder / "renders-offline" / "eight" / "render.log"
    process = render.start("run", eight, "--offline")
    wait_until(lambda: log.exists() and log.read_text().count('"attempt.submitted"') >= 3)
    end(process, signal.SIGKILL)

    second = render.json("run", eight, "--offline")

    assert second["saved"] + second["skipped"] == second["tasks"] == 8
    output = render.folder / "renders-offline" / "eight"
    status = render.json("status", eight, "--offline")
    assert_eight_whole_files(status, output)
    accepted = [json.loads(line)["remote_id"] for line in log.read_text().splitlines() if '"attempt.submitted"' in line]
    # what was recorded an instant before the kill may lack its line in the log
    assert {task["remote_id"] for task in status["tasks"]} >= set(accepted)
    counts = bought(ledger_on_disk(render, render.folder / "renders-offline" / ".server"))
    assert len(counts) == 8
    assert set(counts.values()) == {1}

    third = render.json("run", render.folder / eight, "--offline", cwd=tmp_path)
    assert (third["requests"], third["skipped"]) == (0, 8)


def ledger_on_disk(render, state):
    """Ask a server that carries on from the embedded one's folder what was bought."""
    process = render.start("serve", "--port", "0", "--state", state)
    base_url = process.stdout.readline().split()[2].rstrip(";")
    try:
        return Server(base_url=base_url).ledger()
    finally:
        end(process)


def test_a_file_made_by_an_embedded_server_that_has_gone_is_fetched_from_the_next_one(render, rendered):
    (rendered / "lamp" / "lamp_t01.webp").unlink()

    summary = render.json("run", "stills.yaml", "--offline")

    assert (summary["saved"], summary["skipped"]) == (1, 1)
    assert (rendered / "lamp" / "lamp_t01.webp").exists()
    assert len(ledger_on_disk(render, render.folder / "renders-offline" / ".server")["purchases"]) == 2


def test_a_kill_after_the_render_and_before_the_file_is_carried_on_offline_too(render, eight):
    log = render.folder / "renders-offline" / "eight" / "render.log"
    process = render.start("run", eight, "--offline")
    wait_until(lambda: log.exists() and '"task.rendered"' in log.read_text())
    end(process, signal.SIGKILL)

    second = render.json("run", eight, "--offline")

    assert second["saved"] + second["skipped"] == 8
    assert len(ledger_on_disk(render, render.folder / "renders-offline" / ".server")["purchases"]) == 8
