"""What the command line promises: exit statuses, JSON alone on stdout, and messages that say what to do."""

import json
import socket
import subprocess
import sys
import tempfile

import pytest

from render import cli
from render.runner import poller
from render.store import open_store
from tests.canary import KEY

DEMO = "manifests/demo.shots.yaml"
KANDINSKY = "manifests/kandinsky.shots.yaml"
STILLS = "stills.yaml"


def test_without_a_key_nothing_is_sent_and_the_way_out_is_named(render, server):
    variables = {name: value for name, value in server.variables.items() if not name.endswith("_KEY")}

    done = render("run", KANDINSKY, status=3, **variables)

    assert "RUNWARE_API_KEY" in done.stderr
    assert "--offline" in done.stderr
    assert server.ledger()["total_requests"] == 0
    assert not (render.folder / "renders").exists()


def test_a_key_may_come_from_a_file(render, server, tmp_path):
    key = tmp_path / "key"
    key.write_text("a-key-from-a-file\n")
    variables = {"RUNWARE_BASE_URL": server.variables["RUNWARE_BASE_URL"], "RUNWARE_API_KEY_FILE": str(key)}

    assert render.json("run", STILLS, **variables)["saved"] == 2


def test_a_plan_needs_no_key_and_no_network(render):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        plan = render.json("plan", KANDINSKY, RUNWARE_BASE_URL=f"{url}/v1", AIMLAPI_BASE_URL=url)

    assert plan["totals"] == {"submit": 8}
    assert plan["tasks"][0] == {
        "key": "lantern-train.t01",
        "shot": "lantern-train",
        "model": "runware:210@1",
        "lane": "runware",
        "action": "submit",
        "reason": "new",
        "path": "lantern-train/lantern-train_t01.mp4",
    }


def test_run_and_status_print_their_document_and_nothing_else(render, server):
    run = render("run", STILLS, "--json", **server.variables)
    status = render.json("status", STILLS, **server.variables)

    assert set(json.loads(run.stdout)) == {
        "tasks", "saved", "skipped", "failed", "left", "ambiguous", "held", "parked", "lost", "requests", "cost_usd",
        "committed_usd", "reserved_usd", "budget_usd", "unpriced", "failures",
    }  # fmt: skip
    assert {frozenset(task) for task in status["tasks"]} == {
        frozenset({"key", "lane", "status", "rests", "path", "is_here", "in_the_way", "remote_id", "cost_usd", "seed"})
    }
    assert all(task["status"] == "saved" and task["rests"] is None for task in status["tasks"])


BOTH_PROVIDERS = """\
version: 1
project: both
shots:
  - {id: lamp, model: kandinsky-5-image-lite, prompt: A lamp, width: 640, height: 1408, output_format: WEBP}
  - {id: fog, model: kandinsky-5-distill, aspect_ratio: "1:1", prompt: Fog over a lake}
"""


def test_keys_stand_in_nothing_that_was_written(render, server):
    (render.folder / "both.shots.yaml").write_text(BOTH_PROVIDERS, encoding="utf-8")

    done = render("run", "both.shots.yaml", **server.variables)

    output = render.folder / "renders" / "both"
    written = [path.read_bytes() for path in output.rglob("*") if path.is_file()]
    assert len(written) >= 5
    assert not any(KEY.encode() in content for content in written)
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["validate", "plan", "run", "status", "state", "models", "schema", "serve"])
def test_every_command_explains_itself(render, name):
    assert f"Usage: render {name}" in render(name, "--help").stdout.replace("python -m render", "render")


def test_a_manifest_is_found_without_being_named(render):
    for other in (render.folder / "manifests").glob("*.shots.yaml"):
        if other.name != "kandinsky.shots.yaml":
            other.unlink()
    assert render.json("plan")["totals"] == {"submit": 8}


def test_two_manifests_ask_to_be_named(render):
    done = render("plan", status=2)
    assert "demo.shots.yaml" in done.stderr
    assert "kandinsky.shots.yaml" in done.stderr


def test_a_second_run_at_the_same_time_is_refused_with_the_first_ones_name(render, server):
    state = render.folder / "renders" / "kandinsky-examples" / "state.db"
    with open_store(state, project="kandinsky-examples", kind="paid"):
        done = render("run", KANDINSKY, status=4, **server.variables)

    assert "another run is writing" in done.stderr
    assert server.ledger()["total_requests"] == 0


def test_offline_and_paid_records_are_never_mixed(render):
    render("run", STILLS, "--offline", "--out", "both")
    done = render("run", STILLS, "--out", "both", status=4, RUNWARE_API_KEY="k")
    assert "offline" in done.stderr


@pytest.mark.parametrize("url", ["http://example.com/v1", "ftp://127.0.0.1", "https://user:secret@example.com", "x"])
def test_a_base_url_that_could_leak_is_refused(render, url):
    done = render("run", DEMO, status=3, RUNWARE_BASE_URL=url, RUNWARE_API_KEY="k", AIMLAPI_API_KEY="k")
    assert "RUNWARE_BASE_URL" in done.stderr
    assert "secret" not in done.stderr


def test_without_the_media_extra_offline_names_the_line_that_installs_it(render, tmp_path):
    (tmp_path / "av.py").write_text("raise ImportError('no av here')\n")

    done = render("run", DEMO, "--offline", status=3, PYTHONPATH=str(tmp_path))

    assert "pip install 'renderline[media]'" in done.stderr


def test_several_manifests_are_validated_at_once(render):
    (render.folder / "bad.shots.yaml").write_text("version: 1\nproject: bad\nshots:\n  - {id: a, modell: x}\n")

    document = json.loads(render("validate", DEMO, "bad.shots.yaml", "--json", status=2).stdout)

    assert {problem["file"] for problem in document["problems"]} == {"bad.shots.yaml"}
    assert set(document["problems"][0]) == {"file", "line", "column", "severity", "rule", "name", "message", "hint"}


def test_colour_is_a_wish(render):
    assert "\x1b[" not in render("plan", DEMO).stdout
    assert "\x1b[" in render("plan", DEMO, FORCE_COLOR="1").stdout
    assert "\x1b[" not in render("plan", DEMO, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_files_go_where_they_are_told_to(render, tmp_path):
    render("run", STILLS, "--offline", "--out", tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "stills" / "lamp" / "lamp_t01.webp").exists()
    assert not (render.folder / "renders-offline").exists()


@pytest.mark.parametrize("tail", ["| true", ">&-", "2>&-"])
def test_a_reader_that_is_not_there_does_not_change_how_a_command_ends(render, tail):
    script = f"set -o pipefail; {sys.executable} -m render models kandinsky-5-lite {tail}"

    done = subprocess.run(
        ["bash", "-c", script], cwd=render.folder, env=render.environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_under_the_output_is_told_and_is_no_bug(render):
    script = f"{sys.executable} -m render models > /dev/full"

    done = subprocess.run(
        ["bash", "-c", script], cwd=render.folder, env=render.environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 3
    assert done.stderr == "error: cannot write to stdout: No space left on device\n"


def test_a_record_that_is_gone_is_not_bought_anew_in_silence(render):
    render("run", STILLS, "--offline")
    state = render.folder / "renders-offline" / "stills" / "state.db"
    state.unlink()

    for command in ("plan", "run"):
        assert "is gone: " in render(command, STILLS, "--offline", status=4).stderr

    state.with_name("state.lock").unlink()
    assert render.json("plan", STILLS, "--offline")["totals"] == {"submit": 2}


def test_a_record_that_run_refuses_is_refused_by_plan_and_status_too(render):
    render("run", STILLS, "--offline")
    state = render.folder / "renders-offline" / "stills" / "state.db"
    content = bytearray(state.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    state.write_bytes(content)

    for command in ("plan", "status", "run"):
        assert "damaged" in render(command, STILLS, "--offline", status=4).stderr


def test_the_summary_is_printed_for_a_manifest_that_is_not_in_order(render):
    (render.folder / "bad.yaml").write_text("version: 1\nproject: bad\nshots: [{id: a}]\n", encoding="utf-8")

    summary = json.loads(render("run", "bad.yaml", "--json", status=2).stdout)

    assert summary["tasks"] == summary["left"] == summary["requests"] == 0


def test_the_summary_of_a_run_that_ends_in_a_bug_says_what_was_done(folder, monkeypatch, capsys):
    def break_down(*_, **__):
        raise ZeroDivisionError

    stills = ["run", str(folder / STILLS), "--offline", "--out", str(folder / "out"), "--json"]
    assert cli.run([*stills, "--only", "lamp"]) == 0
    monkeypatch.setattr(poller, "judge", break_down)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    capsys.readouterr()

    assert cli.run(stills) == 70

    summary = json.loads(capsys.readouterr().out)
    assert {name: summary[name] for name in ("tasks", "skipped", "parked")} == {"tasks": 2, "skipped": 1, "parked": 1}
    assert summary["requests"] >= 2
