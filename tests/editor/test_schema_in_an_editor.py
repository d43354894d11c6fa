"""The committed schema in the language server that editors run: what an author is offered, shown and told."""

import pytest

from render.catalog.load import load_catalog
from tests.editor.language_server import ROOT, running_editor

pytestmark = pytest.mark.node

CATALOG = load_catalog()
MODELINE = "# yaml-language-server: $schema=../schemas/manifest.schema.json\n"
LITE, IMAGE, DISTILL = "kandinsky-5-lite", "kandinsky-5-image-lite", "kandinsky-5-distill"
HEAD = f"{MODELINE}version: 1\nproject: p\ndefaults:\n  model: {LITE}\nshots:\n"
EXAMPLES = sorted(
    [*(ROOT / "manifests").rglob("*.shots.yaml"), *(ROOT / "tests/manifests/valid").rglob("*.shots.yaml")]
)


@pytest.fixture(scope="module")
def editor():
    with running_editor() as started:
        yield started


@pytest.fixture
def at(editor):
    """Open a text with the cursor at `|`; return its URI, line and column."""

    def opened(text):
        before = text[: text.index("|")]
        uri = editor.open(text.replace("|", "", 1))
        return uri, before.count("\n") + 1, len(before) - before.rfind("\n")

    return opened


def allowed(model, name):
    return {str(value) for value in CATALOG.find(model).param(name).allowed}


@pytest.mark.parametrize("model", [LITE, IMAGE])
def test_the_widths_offered_are_those_of_the_shots_model(editor, at, model):
    offered = editor.completions(*at(f"{HEAD}  - id: a\n    model: {model}\n    width: |\n"))
    assert set(offered) == allowed(model, "width")


def test_a_shot_without_a_model_is_offered_the_values_of_the_default_one(editor, at):
    assert set(editor.completions(*at(f"{HEAD}  - id: a\n    width: |\n"))) == allowed(LITE, "width")


def test_the_keys_offered_are_those_that_the_model_takes(editor, at):
    distill = editor.completions(*at(f"{HEAD}  - id: a\n    model: {DISTILL}\n    |\n"))
    assert {"prompt", "aspect_ratio", "duration", "takes", "tags"} <= set(distill)
    assert not {"width", "seed", "cfg_scale", "id", "model"} & set(distill)
    assert "cfg_scale" in editor.completions(*at(f"{HEAD}  - id: a\n    model: {LITE}\n    |\n"))


def test_every_alias_and_id_is_offered_as_a_model(editor, at):
    known = {name for spec in CATALOG.specs if not spec.matches for name in (*spec.aliases, spec.id)}
    assert known == set(editor.completions(*at(f"{HEAD}  - id: a\n    model: |\n")))
    assert known <= set(editor.completions(*at(f"{MODELINE}version: 1\nproject: p\nmodel_defaults:\n  |\nshots: []\n")))


def test_defaults_are_offered_what_any_model_takes(editor, at):
    offered = editor.completions(*at(f"{MODELINE}version: 1\nproject: p\ndefaults:\n  width: |\nshots: []\n"))
    assert set(offered) == allowed(LITE, "width") | allowed(IMAGE, "width")


def test_schedulers_formats_and_shapes_are_offered_by_name(editor, at):
    for model, name in ((IMAGE, "scheduler"), (LITE, "output_format"), (DISTILL, "aspect_ratio")):
        offered = editor.completions(*at(f"{HEAD}  - id: a\n    model: {model}\n    {name}: |\n"))
        assert {label.strip('"') for label in offered} == allowed(model, name)


def test_an_empty_file_and_a_new_shot_are_offered_snippets(editor, at):
    assert "shot list" in editor.completions(*at(f"{MODELINE}|\n"))
    snippet = editor.completions(*at(f"{HEAD}  - |\n"))["video shot"]["insertText"]
    assert "width: " in snippet
    assert "prompt: " in snippet


@pytest.mark.parametrize("name", ["width", "duration", "cfg_scale", "steps", "seed", "output_quality"])
def test_the_help_of_a_parameter_names_unit_bounds_and_default(editor, at, name):
    shown = editor.hover(*at(f"{HEAD}  - id: a\n    {name[:2]}|{name[2:]}: 1\n"))
    param = CATALOG.find(LITE).param(name)
    assert "Kandinsky 5.0 Lite" in shown
    assert param.about[:15] in shown
    facts = [param.unit, *(param.allowed or (param.minimum, param.maximum, param.step))]
    assert [fact for fact in facts if fact is not None and str(fact) not in shown] == []
    assert param.default is None or f"default {param.default}" in shown


def test_the_help_of_one_name_differs_between_models(editor, at):
    shown = [editor.hover(*at(f"{HEAD}  - id: a\n    model: {model}\n    wi|dth: 768\n")) for model in (LITE, IMAGE)]
    assert "512" in shown[0]
    assert "1408" in shown[1]
    assert "1408" not in shown[0]


def test_the_help_of_a_key_of_ours_names_its_bounds(editor, at):
    assert "1 to 99, default 1" in editor.hover(*at(f"{HEAD}  - id: a\n    ta|kes: 2\n"))
    lane = f"{MODELINE}version: 1\nproject: p\nproviders:\n  runware:\n    conc|urrency: 2\nshots: []\n"
    assert "default 4" in editor.hover(*at(lane))


def told(editor, text):
    return [(line, column) for line, column, _ in editor.diagnostics(editor.open(text))]


def test_a_wrong_width_is_told_at_its_place(editor):
    for model in (LITE, IMAGE):
        found = editor.diagnostics(
            editor.open(f"{HEAD}  - id: a\n    model: {model}\n    prompt: abc\n    width: 656\n")
        )
        assert [(line, column) for line, column, _ in found] == [(10, 12)]
        assert all(value in found[0][2] for value in allowed(model, "width"))


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ("    cfg_scale: 7.5\n", (8, 16)),
        ("    cfg_scale: 1.005\n", (8, 16)),
        ("    steps: 51\n", (8, 12)),
        ("    steps: many\n", (8, 12)),
        ("    durration: 5\n", (8, 5)),
        ("    positivePrompt: a fox\n", (8, 5)),
        ("    aspect_ratio: '3:2'\n", (8, 5)),
        ("    model: kandinsky-6\n", (8, 12)),
        ("    scheduler: Eulr\n", (8, 16)),
        ("    takes: 100\n", (8, 12)),
        ("    tags: hero\n", (8, 11)),
        ("    enabled: maybe\n", (8, 14)),
        ("    safety: {moode: fast}\n", (8, 14)),
    ],
)
def test_a_mistake_in_a_shot_is_told_at_its_place(editor, lines, place):
    assert told(editor, f"{HEAD}  - id: a\n{lines}") == [place]


def test_a_mistake_outside_the_shots_is_told_at_its_place(editor):
    head = f"{MODELINE}version: 1\nproject: p\nshots: []\n"
    assert told(editor, f"{head}budget_usd: lots\n") == [(5, 13)]
    assert told(editor, f"{head}providers:\n  runware: {{poll_batch: 0}}\n") == [(6, 25)]
    assert told(editor, f"{head}model_defaults:\n  {IMAGE}: {{width: 512}}\n") == [(6, 35)]
    assert told(editor, f"{head}presets:\n  wide: {{model: {LITE}, width: 1408}}\n") == [(6, 42)]


def test_every_legal_guidance_value_passes_in_an_editor(editor):
    shots = "".join(f"  - {{id: s{count}, prompt: abc, cfg_scale: {count / 100:.2f}}}\n" for count in range(100, 701))
    assert told(editor, HEAD + shots) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_a_manifest_that_is_in_order_gives_no_alarm_in_an_editor(editor, path):
    text = path.read_text(encoding="utf-8")
    if "yaml-language-server" not in text:
        up = "../" * len(path.parent.relative_to(ROOT).parts)
        text = f"# yaml-language-server: $schema={up}schemas/manifest.schema.json\n{text}"
    uri = editor.open(text, folder=path.parent.relative_to(ROOT), name=path.name)
    assert editor.diagnostics(uri) == []
