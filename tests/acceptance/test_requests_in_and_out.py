"""`render import` and `render export`: what others send becomes a shot list, and a shot list what others send."""

import json

import pytest

from render.store import read_snapshot

CLIP = {
    "taskType": "videoInference",
    "taskUUID": "c1a6704a-b82a-4f25-b645-a79a6b27aa7d",
    "model": "runware:210@1",
    "positivePrompt": "A steam train in a marsh",
    "width": 512,
    "height": 512,
    "duration": 5,
}
SCRIPT = f"""\
curl https://api.runware.ai/v1 -H "Authorization: Bearer $RUNWARE_API_KEY" \\
  --json '{json.dumps([CLIP])}'
"""


def planned(render, manifest):
    return [(task["key"], task["action"]) for task in render.json("plan", manifest, "--offline")["tasks"]]


def test_a_script_becomes_a_manifest_that_renders(render):
    (render.folder / "train.sh").write_text(SCRIPT)
    done = render("import", "train.sh", "--output", "train.shots.yaml")
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "train.shots.yaml: written, 1 shot of 1 request",
        "keys were left out: a run reads its own from the environment",
    ]
    text = (render.folder / "train.shots.yaml").read_text()
    assert text.startswith("version: 1\nproject: train\n")
    render("fmt", "--check", "train.shots.yaml")
    assert render.json("run", "train.shots.yaml", "--offline")["saved"] == 1


def test_a_manifest_is_never_written_over(render):
    (render.folder / "train.json").write_text(json.dumps(CLIP))
    (render.folder / "mine.shots.yaml").write_text("mine\n")
    done = render("import", "train.json", "--output", "mine.shots.yaml", status=2)
    assert "mine.shots.yaml is there already; nothing was written" in done.stderr
    assert (render.folder / "mine.shots.yaml").read_text() == "mine\n"


def test_problems_name_the_file_that_was_read_and_nothing_is_printed(render):
    (render.folder / "train.json").write_text(json.dumps({**CLIP, "width": 513}))
    done = render("import", "train.json", status=2)
    assert done.stdout == ""
    assert f"train.json:1:{json.dumps(CLIP).index('512') + 1}: error[R011]: `width`: 513" in done.stderr


def test_a_key_in_a_script_is_shown_nowhere(render):
    key = "not-a-key-but-as-long-0123456789abcdef"
    script = SCRIPT.replace("$RUNWARE_API_KEY", key).replace('"width": 512', '"width": 513')
    (render.folder / "train.sh").write_text(script.replace(" \\\n ", ""))
    done = render("import", "train.sh", status=2)
    assert key not in done.stdout + done.stderr


@pytest.mark.parametrize(("name", "project"), [("lantern-line", "lantern-line"), ("12", '"12"')])
def test_the_project_may_be_named(render, name, project):
    (render.folder / "train.json").write_text(json.dumps(CLIP))
    assert f"\nproject: {project}\n" in render("import", "train.json", "--project", name).stdout
    assert "cannot name a project" in render("import", "train.json", "--project", "a b", status=2).stderr


def test_what_is_exported_is_what_a_run_sends(render, rendered):
    exported = json.loads(render("export", "stills.yaml", "--offline").stdout)
    attempts = read_snapshot(rendered / "state.db", project="stills", kind="offline").attempts
    assert len({task.pop("taskUUID") for task in exported}) == len(attempts) == 2
    sent = {attempt.params["prompt"]: dict(attempt.request) for attempt in attempts}
    assert {task["positivePrompt"]: task for task in exported} == sent


def test_an_export_sent_twice_is_one_purchase(render):
    first, second = (json.loads(render("export", "stills.yaml").stdout) for _ in range(2))
    assert first == second
    assert len({task["taskUUID"] for task in first}) == 2
    text = (render.folder / "stills.yaml").read_text()
    (render.folder / "stills.yaml").write_text(text.replace("A lamp on a sill", "A lamp in a window"))
    lamp, moth = json.loads(render("export", "stills.yaml").stdout)
    assert lamp["taskUUID"] != first[0]["taskUUID"]
    assert moth == first[1]


def test_an_export_holds_what_is_selected_bought_or_not(render, rendered):
    assert rendered.is_dir()
    assert len(json.loads(render("export", "stills.yaml", "--offline").stdout)) == 2
    (moth,) = json.loads(render("export", "stills.yaml", "--offline", "--only", "moth").stdout)
    assert moth["seed"] == 8
    (first,) = render("export", "stills.yaml", "--lines", "--limit", "1").stdout.splitlines()
    assert json.loads(first)["seed"] == 7


def test_one_array_holds_requests_of_one_provider(render):
    manifest = "manifests/demo.shots.yaml"
    done = render("export", manifest, status=2)
    assert "--provider runware" in done.stderr
    fog = json.loads(render("export", manifest, "--provider", "aimlapi").stdout)
    assert [task["model"] for task in fog] == ["sber-ai/kandinsky5-distill-t2v", "sber-ai/kandinsky5-t2v"]
    assert len(render("export", manifest, "--lines").stdout.splitlines()) == 9


@pytest.mark.parametrize("name", ["demo", "kandinsky", "tide-clock", "moth-lamp", "glass-orchard"])
def test_an_exported_film_can_be_imported(render, name):
    lines = render("export", f"manifests/{name}.shots.yaml", "--lines").stdout
    (render.folder / "lines.json").write_text(lines)
    render("import", "lines.json", "--output", "again.shots.yaml")
    render("validate", "again.shots.yaml", "--strict")
    assert len(planned(render, "again.shots.yaml")) == len(lines.splitlines())


def test_a_value_of_the_environment_is_not_exported(render):
    text = (render.folder / "stills.yaml").read_text()
    hook = 'webhook_url: "https://${env.HOOK_HOST}/in", '
    (render.folder / "stills.yaml").write_text(text.replace("defaults: {", f"defaults: {{{hook}"))
    done = render("export", "stills.yaml", HOOK_HOST="hooks.example.com")
    assert "https://${env.HOOK_HOST}/in" in done.stdout
    assert "hooks.example.com" not in done.stdout
