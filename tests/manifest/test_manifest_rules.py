import pytest

from render.catalog.load import catalog_beside, load_catalog
from render.cli import run
from render.errors import UsageError
from render.expand import expand
from render.manifest import outputs
from render.manifest.load import check_manifest, find_manifest, load_manifest, shown_path

CATALOG = load_catalog()
TOP = "version: 1\nproject: p\n"
LITE = "defaults: {model: kandinsky-5-lite, prompt: a fox, width: 512, height: 512, duration: 5}\n"

SPEC = """\
id: acme:1@1
name: Acme One
aliases: [acme]
provider: runware
task: videoInference
medium: video
source: a page
checked: 2026-11-21
params:
  prompt: {wire: positivePrompt, type: string, required: true, about: What is seen.}
  wobble: {type: integer, min: 1, max: 50, default: 20, about: Own word of this model.}
extensions: {MP4: mp4}
"""


def check(folder, text, catalog=CATALOG):
    path = folder / "a.shots.yaml"
    path.write_text(text, encoding="utf-8")
    return check_manifest(path, catalog)


def said(folder, text, catalog=CATALOG):
    return [(problem.line, problem.rule, problem.severity.value) for problem in check(folder, text, catalog).problems]


def test_a_default_that_an_author_would_miss_is_left_out_with_one_warning_a_model(tmp_path):
    text = (
        f"{TOP}defaults: {{model: kandinsky-5-distill, prompt: a fox, seed: 5, negative_prompt: text, cfg_scale: 5}}\n"
        "shots:\n  - {id: a}\n  - {id: b}\n  - {id: c, model: kandinsky-5-t2v}\n"
    )
    checked = check(tmp_path, text)
    assert [(problem.line, problem.rule) for problem in checked.problems] == [(3, "left-out")] * 4
    assert {problem.severity.value for problem in checked.problems} == {"warning"}
    assert len({problem.message for problem in checked.problems}) == 4
    tasks = expand(checked.manifest, CATALOG.find)
    assert [task.params for task in tasks] == [{"prompt": "a fox"}] * 3


@pytest.mark.parametrize("holder", ["presets: {a: {seed: 5}}", "model_defaults: {kandinsky-5-distill: {seed: 5}}"])
def test_what_a_model_does_not_take_is_an_error_outside_defaults(tmp_path, holder):
    text = f"{TOP}{holder}\nshots: [{{id: a, model: kandinsky-5-distill, prompt: a fox"
    preset = ", preset: a" if "presets" in holder else ""
    assert said(tmp_path, f"{text}{preset}}}]\n") == [(3, "not-taken", "error")]


def test_a_disabled_shot_is_checked_with_the_rest(tmp_path):
    assert said(tmp_path, f"{TOP}{LITE}shots: [{{id: a, enabled: false, steps: 99}}]\n") == [(4, "range", "error")]


def test_a_mistake_in_a_shot_that_cannot_be_merged_does_not_make_its_variables_unused(tmp_path):
    text = f"{TOP}vars: {{a: b}}\nshots:\n  - {{id: a, model: nothing, prompt: '${{a}}${{c}}', vars: {{c: d}}}}\n"
    assert said(tmp_path, text) == [(5, "unknown-model", "error")]


def test_models_beside_the_manifest_are_known(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "acme.yaml").write_text(SPEC, encoding="utf-8")
    text = f"{TOP}defaults: {{prompt: a fox, wobble: 7}}\nshots:\n  - {{id: a, model: acme}}\n"
    text += "  - {id: b, model: kandinsky-5-distill}\n"
    catalog = catalog_beside(tmp_path / "a.shots.yaml")
    checked = check(tmp_path, text, catalog)
    assert checked.problems == ()
    tasks = expand(checked.manifest, catalog.find)
    assert [(task.model, task.params) for task in tasks] == [
        ("acme:1@1", {"prompt": "a fox", "wobble": 7}),
        ("sber-ai/kandinsky5-distill-t2v", {"prompt": "a fox"}),
    ]
    assert said(tmp_path, f"{TOP}shots: [{{id: a, model: acme, prompt: x, wobble: 99}}]\n", catalog) == [
        (3, "range", "error")
    ]


def test_a_faulty_model_beside_the_manifest_is_told_with_status_2(tmp_path, capsys):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "acme.yaml").write_text(SPEC.replace("integer", "integr"), encoding="utf-8")
    (tmp_path / "a.shots.yaml").write_text(f"{TOP}shots: []\n", encoding="utf-8")
    assert run(["validate", str(tmp_path / "a.shots.yaml")]) == 2
    assert "acme.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "aB3dE5gH7jK9mN1pQ3sT5vW7xZ9bC1dE",
        "0123456789abcdef0123456789abcdef",
        "sk-abcdefghijklmnopqrstuvwx",
        "a fox, key aB3dE5gH7jK9mN1pQ3sT5vW7xZ9bC1dE.",
    ],
)
def test_a_key_in_a_manifest_is_refused_and_not_repeated(tmp_path, text):
    (problem,) = check(tmp_path, f"{TOP}{LITE}shots: [{{id: a, prompt: '{text}'}}]\n").problems
    assert problem.rule == "secret"
    assert text not in problem.message + problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "Donaudampfschifffahrtsgesellschaft under a red sky",
        "a painterly_cinematic_style_without_end in 1907",
        "5f0c1ff0-6d0c-4d93-8c5a-3d0d3a8f8a11",
        "https://example.com/aB3dE5gH7jK9mN1pQ3sT5vW7xZ9bC1dE.png",
        "--------------------------------",
    ],
)
def test_long_words_of_prompts_are_no_keys(tmp_path, text):
    assert said(tmp_path, f"{TOP}{LITE}shots: [{{id: a, prompt: '{text}'}}]\n") == []


def test_every_scheduler_of_the_catalog_can_be_written(tmp_path):
    schedulers = CATALOG.find("kandinsky-5-lite").param("scheduler").allowed
    shots = "".join(f'  - {{id: s{n}, scheduler: "{name}"}}\n' for n, name in enumerate(schedulers))
    assert said(tmp_path, f"{TOP}{LITE}shots:\n{shots}") == []


def test_lane_settings_are_frozen_with_the_manifest(tmp_path):
    manifest = check(tmp_path, f"{TOP}providers: {{runware: {{concurrency: 8}}, aimlapi: {{}}}}\nshots: []\n").manifest
    assert [(lane.name, lane.concurrency) for lane in manifest.lanes] == [("runware", 8), ("aimlapi", None)]


def test_too_many_tasks_are_refused(tmp_path, monkeypatch):
    assert outputs.MAX_TASKS == 100_000
    monkeypatch.setattr(outputs, "MAX_TASKS", 1_000)
    shots = "".join(f"  - {{id: s{n}, takes: 99}}\n" for n in range(10))
    assert said(tmp_path, f"{TOP}{LITE}shots:\n{shots}") == []
    rules = [rule for _, rule, _ in said(tmp_path, f"{TOP}{LITE}shots:\n{shots}  - {{id: t, takes: 11}}\n")]
    assert rules == ["too-many-tasks"]


@pytest.mark.slow
def test_a_hundred_thousand_tasks_are_too_many(tmp_path):
    shots = "".join(f"  - {{id: s{n}, takes: 99}}\n" for n in range(1011))
    assert [rule for _, rule, _ in said(tmp_path, f"{TOP}{LITE}shots:\n{shots}")] == ["too-many-tasks"]


def test_the_only_manifest_here_or_in_manifests_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no \*.shots.yaml"):
        find_manifest(tmp_path)
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "b.shots.yaml").touch()
    assert find_manifest(tmp_path).name == "b.shots.yaml"
    (tmp_path / "a.shots.yaml").touch()
    assert find_manifest(tmp_path).name == "a.shots.yaml"
    (tmp_path / "c.shots.yaml").touch()
    with pytest.raises(UsageError, match="2 manifests") as caught:
        find_manifest(tmp_path)
    assert caught.value.hint == "name one: a.shots.yaml, c.shots.yaml"


def test_a_path_is_shown_as_it_would_be_typed_here(tmp_path, monkeypatch):
    (tmp_path / "deep" / "folder").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep")
    assert shown_path(tmp_path / "deep" / "folder" / "a.shots.yaml") == "folder/a.shots.yaml"
    assert shown_path(tmp_path / "a.shots.yaml") == "../a.shots.yaml"


def test_a_warning_leaves_the_manifest_usable(tmp_path):
    path = tmp_path / "a.shots.yaml"
    path.write_text(f"{TOP}vars: {{place: island}}\n{LITE}shots: [{{id: a}}]\n", encoding="utf-8")
    manifest, problems = load_manifest(path, CATALOG)
    assert [shot.id for shot in manifest.shots] == ["a"]
    assert [problem.rule for problem in problems] == ["unused-variable"]
