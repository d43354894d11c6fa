"""`render fetch`: what is paid for comes home, and whatever is recorded, nothing is bought."""

import json
import os
import signal
import stat
import subprocess

import pytest

from render.store import open_store
from tests.acceptance.conftest import RENDER, end, wait_until

STILLS = "stills.yaml"
CLIP = """\
version: 1
project: fog
shots: [{id: fog, model: kandinsky-5-distill, aspect_ratio: "1:1", prompt: Fog over a lake}]
"""


@pytest.fixture
def serve(servers, tmp_path):
    """Start servers with a configuration; all of them keep one ledger."""

    def start(config="", latency=("0.1", "0.2")):
        (tmp_path / "config.yaml").write_text(config or "{}", encoding="utf-8")
        return servers("--config", tmp_path / "config.yaml", "--latency", *latency, "--engine", "fixed")

    return start


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


def counts(done):
    document = json.loads(done.stdout)
    return document["tasks"], document["skipped"], document["left"], document["parked"]


def test_a_summary_is_printed_however_a_fetch_ends(render, server):
    render("run", STILLS, **server.variables)
    film(render).unlink()
    log = render.folder / "renders" / "stills" / "render.log"
    log.rename(log.with_name("earlier.log"))
    log.mkdir()
    assert counts(render("fetch", STILLS, "--json", status=3, **server.variables)) == (2, 1, 0, 1)
    with open_store(log.with_name("state.db"), project="stills", kind="paid"):
        assert counts(render("fetch", STILLS, "--json", status=4, **server.variables)) == (2, 0, 2, 0)
    assert counts(render("fetch", STILLS, "--only", "nobody", "--json", status=2, **server.variables)) == (0, 0, 0, 0)
    (render.folder / STILLS).write_text("version: 1\n", encoding="utf-8")
    assert counts(render("fetch", STILLS, "--json", status=2, **server.variables)) == (0, 0, 0, 0)


@pytest.mark.parametrize("number", ["nan", "inf", "-1"])
def test_a_wait_that_would_never_end_is_refused(render, number):
    assert "--wait" in render("fetch", STILLS, "--wait", number, status=2).stderr


def log_of(render, project):
    log = render.folder / "renders" / project / "render.log"
    return log.read_text(encoding="utf-8") if log.exists() else ""


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
