import copy
import json
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest
import yaml

from render.catalog.fit import is_multiple
from render.catalog.load import load_catalog
from render.catalog.names import RUNNER_OWNED, VOCABULARY
from render.schema import (
    OWN_KEYS,
    floats_for_integers,
    manifest_schema,
    params_schema,
    schema_text,
)

ROOT = Path(__file__).parent.parent
CATALOG = load_catalog()
COMMITTED = json.loads((ROOT / "schemas" / "manifest.schema.json").read_text(encoding="utf-8"))
WHOLE = jsonschema_rs.Draft7Validator(COMMITTED)

LITE_SHOT = {"id": "a", "model": "kandinsky-5-lite", "prompt": "a fox", "width": 512, "height": 512, "duration": 5}
IMAGE_SHOT = {"id": "b", "model": "kandinsky-5-image-lite", "prompt": "a fox", "width": 1024, "height": 1024}


def manifest(*shots, **root):
    return {"version": 1, "project": "p", **root, "shots": list(shots)}


def places(document, validator=WHOLE):
    return sorted(".".join(map(str, error.instance_path)) for error in validator.iter_errors(document))


def test_the_committed_schema_is_what_the_catalog_gives():
    assert (ROOT / "schemas" / "manifest.schema.json").read_text(encoding="utf-8") == schema_text(CATALOG.specs)


def test_all_schemas_are_valid_draft_7():
    jsonschema.Draft7Validator.check_schema(COMMITTED)
    for spec in CATALOG.specs:
        jsonschema.Draft7Validator.check_schema(params_schema(spec))
    jsonschema.Draft7Validator.check_schema(manifest_schema(()))


def test_every_reference_leads_somewhere():
    def walk(value):
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            for inner in value.values():
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    for reference in set(walk(COMMITTED)):
        found = COMMITTED
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


@pytest.mark.parametrize("name", ["kandinsky.shots.yaml", "demo.shots.yaml"])
def test_the_example_manifests_are_accepted(name):
    document = yaml.safe_load((ROOT / "manifests" / name).read_text(encoding="utf-8"))
    assert places(document) == []
    used = {document["defaults"]["model"], *(shot["model"] for shot in document["shots"] if "model" in shot)}
    small = jsonschema_rs.Draft7Validator(manifest_schema(CATALOG.specs_for(used)))
    assert places(document, small) == []


@pytest.mark.parametrize(
    "shot",
    [
        LITE_SHOT,
        IMAGE_SHOT,
        {**LITE_SHOT, "model": "runware:210@1"},
        {**LITE_SHOT, "scheduler": "${scheduler}"},
        {**LITE_SHOT, "prompt": "${x}"},
        {**LITE_SHOT, "id": "sq_${seq}.a-1"},
        {**LITE_SHOT, "preset": ["draft", "wide"], "tags": ["hero"], "takes": 99, "enabled": False},
        {**LITE_SHOT, "vars": {"x": "y"}, "title": "t", "notes": "n", "output": "{shot}.{ext}"},
        {"id": "c", "model": "klingai:3@2", "prompt": "a fox", "duration": 2.5, "fps": 30, "speech": {"text": "hello"}},
        {"id": "d", "model": "kandinsky-5-distill", "prompt": "a fox", "aspect_ratio": "2:3", "steps": 500},
        {**LITE_SHOT, "matrix": {"seed": {"from": 1, "to": 9}, "cfg_scale": [4, 5.5]}, "zip": {"mood": ["a", 5]}},
        {**LITE_SHOT, "matrix": {"preset": ["a", ["a", "b"]]}, "zip": {"steps": {"from": 28, "to": 20, "step": -4}}},
    ],
)
def test_a_shot_as_it_should_be_is_accepted(shot):
    assert places(manifest(shot)) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"width": 656}, "width"),
        ({"width": "512"}, "width"),
        ({"duration": 6}, "duration"),
        ({"steps": 51}, "steps"),
        ({"cfg_scale": 1.005}, "cfg_scale"),
        ({"seed": 2**63}, "seed"),
        ({"seed": -1}, "seed"),
        ({"scheduler": "Eulr"}, "scheduler"),
        ({"prompt": 5}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"prompt": {"text": "a.txt"}}, "prompt"),
        ({"prompt": {"file": 5}}, "prompt.file"),
        ({"prompt": {"file": "a.txt", "lines": 2}}, "prompt"),
        ({"scheduler": {"file": "a.txt"}}, "scheduler"),
        ({"safety": {"mode": "slow"}}, "safety.mode"),
        ({"safety": {"moode": "fast"}}, "safety"),
        ({"durration": 5}, ""),
        ({"aspect_ratio": "3:2"}, ""),
        ({"fps": 24}, ""),
        ({"positivePrompt": "a"}, ""),
        ({"numberResults": 2}, ""),
        ({"matrix": {"seed": []}}, "matrix.seed"),
        ({"matrix": {"seed": 5}}, "matrix.seed"),
        ({"matrix": {"seed": [1, -1]}}, "matrix.seed.1"),
        ({"matrix": {"seed": {"from": 1}}}, "matrix.seed"),
        ({"matrix": {"seed": {"from": 1, "to": "9"}}}, "matrix.seed.to"),
        ({"zip": {"mood": {"from": 1, "to": 9, "by": 2}}}, "zip.mood"),
        ({"zip": {"model": ["nonsense"]}}, "zip.model.0"),
        ({"zip": {"preset": [5]}}, "zip.preset.0"),
        ({"id": "-a"}, "id"),
        ({"id": "a b"}, "id"),
        ({"id": ""}, "id"),
        ({"model": "nonsense"}, "model"),
        ({"model": 5}, "model"),
        ({"takes": 0}, "takes"),
        ({"takes": 100}, "takes"),
        ({"tags": ["two words"]}, "tags.0"),
        ({"tags": "hero"}, "tags"),
        ({"enabled": "yes"}, "enabled"),
        ({"vars": {"1x": "a"}}, "vars"),
        ({"vars": {"x": 5}}, "vars.x"),
    ],
)
def test_a_wrong_shot_is_refused_where_it_is_wrong(changes, place):
    assert f"shots.0.{place}".rstrip(".") in places(manifest({**LITE_SHOT, **changes}))


@pytest.mark.parametrize("group", ["matrix", "zip"])
def test_a_shot_whose_models_are_an_axis_is_not_held_to_the_model_of_the_defaults(group):
    shot = {"id": "a", "prompt": "a fox", "aspect_ratio": "2:3"}
    defaults = {"model": "kandinsky-5-lite", "width": 512, "height": 512, "duration": 5}
    assert places({**manifest(shot), "defaults": defaults}) == ["shots.0"]
    assert places({**manifest({**shot, group: {"model": ["kandinsky-5-distill"]}}), "defaults": defaults}) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"version": 2}, "version"),
        ({"version": "1"}, "version"),
        ({"project": ""}, "project"),
        ({"project": "a/b"}, "project"),
        ({"shot": []}, ""),
        ({"include": "a.shots.yaml"}, "include"),
        ({"budget_usd": -1}, "budget_usd"),
        ({"budget_usd": "5"}, "budget_usd"),
        ({"providers": {"runware": {"price": {"kandinsky-5-lite": -1}}}}, "providers.runware.price.kandinsky-5-lite"),
        ({"providers": {"runware": {"price": {"kandinsky-6": 1}}}}, "providers.runware.price"),
        ({"providers": {"runware": {"poll_batch": 1001}}}, "providers.runware.poll_batch"),
        ({"providers": {"runware": {"free": "yes"}}}, "providers.runware.free"),
        ({"shots": {}}, "shots"),
        ({"vars": []}, "vars"),
        ({"defaults": {"durration": 5}}, "defaults"),
        ({"defaults": {"steps": "20"}}, "defaults.steps"),
        ({"defaults": {"steps": 0}}, "defaults.steps"),
        ({"defaults": {"width": 100000}}, "defaults.width"),
        ({"defaults": {"output_format": "GIF"}}, "defaults.output_format"),
        ({"model_defaults": {"kandinsky-5-lite": {"width": 656}}}, "model_defaults.kandinsky-5-lite.width"),
        ({"model_defaults": {"runware:210@1": {"fps": 24}}}, "model_defaults.runware:210@1"),
        ({"model_defaults": {"klingai:3@2": {"fps": 10}}}, "model_defaults.klingai:3@2.fps"),
        ({"model_defaults": {"nonsense": {}}}, "model_defaults"),
        ({"presets": {"a b": {}}}, "presets"),
        ({"presets": {"a": {"durration": 5}}}, "presets.a"),
        ({"presets": {"a": {"model": "kandinsky-5-lite", "width": 656}}}, "presets.a.width"),
        ({"presets": {"a": {"model": "kandinsky-5-lite", "fps": 24}}}, "presets.a"),
        ({"providers": {"runware": {"concurrency": 0}}}, "providers.runware.concurrency"),
        ({"providers": {"runware": {"kind": "aimlapi"}}}, "providers.runware.kind"),
        ({"providers": {"own": {"kind": "comfy"}}}, "providers.own.kind"),
        ({"providers": {"Own": {"kind": "runware"}}}, "providers"),
        ({"providers": {"acme": {}}}, "providers.acme"),
        ({"output": 5}, "output"),
    ],
)
def test_a_wrong_manifest_is_refused_where_it_is_wrong(changes, place):
    assert place in places({**manifest(LITE_SHOT), **changes})


@pytest.mark.parametrize("missing", ["version", "shots"])
def test_a_manifest_needs_its_version_and_its_shots(missing):
    document = manifest(LITE_SHOT)
    del document[missing]
    assert places(document) == [""]


def test_a_file_that_includes_others_needs_no_shots_and_one_that_is_included_no_project():
    assert places({"version": 1, "include": ["sq020.shots.yaml", "sequences/*.shots.yaml"]}) == []
    assert places({"version": 1, "shots": [LITE_SHOT]}) == []
    assert places({"version": 1, "include": [5]}) == ["include.0"]


def test_a_text_may_stand_in_a_file_of_its_own():
    text = {"file": "prompts/fox.txt"}
    shot = {**LITE_SHOT, "prompt": text, "negative_prompt": text}
    assert places({**manifest(shot), "defaults": {"prompt": text}, "presets": {"fox": {"prompt": text}}}) == []


def test_a_shot_needs_an_id():
    assert "shots.0" in places(manifest({key: LITE_SHOT[key] for key in LITE_SHOT if key != "id"}))


def test_a_shot_without_a_model_is_held_to_the_one_of_defaults():
    bare = {"id": "a", "prompt": "a fox", "width": 656, "height": 512, "duration": 5}
    assert places(manifest(bare, defaults={"model": "kandinsky-5-lite"})) == ["shots.0.width"]
    assert places(manifest(bare, defaults={"model": "klingai:3@2"})) == []
    assert places(manifest(bare)) == []
    assert places(manifest({**bare, "durration": 5})) == ["shots.0"]


def test_a_shot_with_a_model_of_its_own_is_not_held_to_defaults():
    assert places(manifest(IMAGE_SHOT, defaults={"model": "kandinsky-5-lite"})) == []


def test_a_preset_may_set_the_model_so_its_shot_is_held_to_the_vocabulary():
    shot = {"id": "a", "prompt": "a fox", "preset": "still", "width": 1024, "height": 1024}
    document = manifest(
        shot, defaults={"model": "kandinsky-5-lite"}, presets={"still": {"model": "kandinsky-5-image-lite"}}
    )
    assert places(document) == []
    document["shots"][0]["durration"] = 5
    assert places(document) == ["shots.0"]


def test_a_default_of_another_medium_or_provider_passes():
    defaults = {"model": "kandinsky-5-lite", "aspect_ratio": "3:2", "width": 1024, "lora": [], "fps": 30}
    assert places(manifest(IMAGE_SHOT, defaults=defaults)) == []


def test_a_smaller_schema_refuses_the_same():
    small = jsonschema_rs.Draft7Validator(manifest_schema(CATALOG.specs_for(["kandinsky-5-lite"])))
    for changes in ({"width": 656}, {"durration": 5}, {"aspect_ratio": "3:2"}, {"scheduler": "Eulr"}, {"model": "x"}):
        document = manifest({**LITE_SHOT, **changes}, defaults={"aspect_ratio": "3:2"})
        assert places(document, small) == places(document), changes


def test_all_601_guidance_values_pass_and_a_finer_one_does_not():
    one = jsonschema_rs.Draft7Validator(params_schema(CATALOG.find("kandinsky-5-lite")))
    params = {key: LITE_SHOT[key] for key in LITE_SHOT if key not in {"id", "model"}}
    legal = [hundredths / 100 for hundredths in range(100, 701)]
    assert [value for value in legal if not one.is_valid({**params, "cfg_scale": value})] == []
    assert [value for value in legal if not WHOLE.is_valid(manifest({**LITE_SHOT, "cfg_scale": value}))] == []
    assert [value for value in legal if not is_multiple(value, step="0.01")] == []
    for value in (1.005, 4.3499999, 6.999, 1.0000000000000002):
        assert not one.is_valid({**params, "cfg_scale": value})
        assert not WHOLE.is_valid(manifest({**LITE_SHOT, "cfg_scale": value}))


def test_the_explaining_validator_agrees_once_it_counts_exactly():
    def multiple_of(_validator, divisor, value, _schema):
        if isinstance(value, int | float) and not is_multiple(value, step=str(divisor)):
            yield jsonschema.ValidationError(f"{value} is not a multiple of {divisor}")

    exact = jsonschema.validators.extend(jsonschema.Draft7Validator, {"multipleOf": multiple_of})
    wanted = {"multipleOf": 0.01}
    naive_refusals = sum(not jsonschema.Draft7Validator(wanted).is_valid(count / 100) for count in range(100, 701))
    exact_refusals = sum(not exact(wanted).is_valid(count / 100) for count in range(100, 701))
    assert naive_refusals > 0
    assert exact_refusals == 0
    assert not exact(wanted).is_valid(1.005)


def test_a_decimal_where_a_whole_number_belongs_is_found_at_any_depth():
    params = CATALOG.find("kandinsky-5-image-lite").params
    given = {
        "width": 1024.0,
        "cfg_scale": 7.0,
        "steps": 20,
        "accelerator_options": {"cache_end_step": 5.0},
        "lora": [{"model": "a:1@1", "weight": 1.0}],
    }
    assert floats_for_integers(params, given) == ("width", "accelerator_options.cache_end_step")


# every key the pages of the manifest language name, by path
LANGUAGE = [
    *("version", "project", "vars", "defaults", "model_defaults", "presets", "providers", "output", "shots"),
    *("include", "budget_usd", "defaults.model", "presets.x.model"),
    *(f"shots.0.{key}" for key in ("id", "model", "vars", "title", "notes", "tags", "enabled", "preset", "takes")),
    *("shots.0.output", "shots.0.matrix", "shots.0.zip", "shots.0.prompt.file", "defaults.prompt.file"),
    *(f"providers.runware.{key}" for key in ("kind", "concurrency", "poll_batch", "adopt_from_log", "allow_hosts")),
    *("providers.runware.free", "providers.runware.price"),
    *(f"shots.0.{name}" for name in VOCABULARY),
    *(f"defaults.{name}" for name in VOCABULARY),
    *(f"model_defaults.klingai:3@2.{name}" for name in VOCABULARY),
    *(f"presets.x.{name}" for name in VOCABULARY),
]


def is_in_schema(path):
    """Whether the schema of a shot, a default … names this key."""
    definitions = COMMITTED["definitions"]
    holder, _, key = path.rpartition(".")
    known = {
        "": COMMITTED["properties"],
        "shots.0": definitions["any.shot"]["properties"],
        "defaults": definitions["defaults"]["properties"],
        "presets.x": definitions["any.preset"]["properties"],
        "providers.runware": definitions["lane"]["properties"],
        "shots.0.prompt": definitions["any"]["properties"]["prompt"]["properties"],
        "defaults.prompt": definitions["any"]["properties"]["prompt"]["properties"],
        "model_defaults.klingai:3@2": {
            name: True for entry in definitions if "." not in entry for name in definitions[entry].get("properties", {})
        },
    }
    return key in known.get(holder, {})


@pytest.mark.parametrize("path", LANGUAGE)
def test_every_key_of_the_language_is_in_the_schema(path):
    assert is_in_schema(path)


def test_no_key_of_ours_is_a_parameter_or_the_runners():
    assert not set(OWN_KEYS) & (set(VOCABULARY) | set(RUNNER_OWNED))


def test_an_editor_is_told_type_bounds_default_and_source():
    cfg = COMMITTED["definitions"]["kandinsky-5-lite"]["properties"]["cfg_scale"]
    assert "number, 1 to 7 in steps of 0.01, default 5" in cfg["markdownDescription"]
    assert "Sent as `CFGScale`" in cfg["markdownDescription"]
    assert "2026-11-21" in cfg["markdownDescription"]
    assert cfg["default"] == 5
    steps = COMMITTED["definitions"]["kandinsky-5-lite"]["properties"]["output_format"]
    listed = steps["anyOf"][0]
    assert len(listed["enum"]) == len(listed["enumDescriptions"]) == 3


def test_deriving_a_schema_leaves_the_shared_parts_as_they_were():
    before = copy.deepcopy(OWN_KEYS)
    assert manifest_schema(CATALOG.specs) == manifest_schema(CATALOG.specs)
    assert before == OWN_KEYS


def test_the_example_manifest_holds_the_published_texts_word_for_word():
    requests = json.loads((ROOT / "tests" / "published" / "requests.json").read_text(encoding="utf-8"))["requests"]
    document = yaml.safe_load((ROOT / "manifests" / "kandinsky.shots.yaml").read_text(encoding="utf-8"))
    shots = [(shot["prompt"], shot["negative_prompt"], shot["seed"]) for shot in document["shots"]]
    assert shots == [(task["positivePrompt"], task["negativePrompt"], task["seed"]) for task in requests]
