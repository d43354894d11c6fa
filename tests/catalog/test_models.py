"""The facts of the providers' pages, stated again row by row, against the specs and the schemas made from them."""

import json
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest

from render.catalog.fit import misfit
from render.catalog.load import MODELS, load_catalog
from render.catalog.names import ADDRESSES
from render.schema import params_schema

CATALOG = load_catalog()
LITE, IMAGE, DISTILL, T2V, OTHER = (
    "kandinsky-5-lite",
    "kandinsky-5-image-lite",
    "kandinsky-5-distill",
    "kandinsky-5-t2v",
    "runware-video",
)
SCHEDULERS = json.loads((Path(__file__).parent / "facts" / "schedulers.json").read_text())
SIDES = [512, 528, 544, 560, 576, 608, 624, 640, 672, 704, 720, 736, 768]
TOP_SEED = 9223372036854775807
COMPLETE = {
    LITE: {"prompt": "a fox", "width": 512, "height": 512, "duration": 5},
    IMAGE: {"prompt": "a fox", "width": 1024, "height": 1024},
    DISTILL: {"prompt": "a fox"},
    T2V: {"prompt": "a fox"},
    OTHER: {"prompt": "a fox", "duration": 5},
}

# model, parameter, values at and inside the bounds, values just outside or of another sort
ROWS = [
    (LITE, "prompt", ["ab"], ["", "a", 5, None]),
    (LITE, "negative_prompt", ["", "blurry"], [5]),
    (LITE, "width", SIDES, [496, 592, 656, 688, 752, 784, 520, "512"]),
    (LITE, "height", SIDES, [496, 592, 656, 688, 752, 784, 520, "512"]),
    (LITE, "duration", [5, 10, 5.0], [0, 6, 7.5, "5"]),
    (LITE, "seed", [0, 1, TOP_SEED], [-1, TOP_SEED + 1, 1.5, "1"]),
    (LITE, "steps", [1, 50], [0, 51, True]),
    (LITE, "scheduler", SCHEDULERS[LITE], ["euler", "Euler Trailing", ""]),
    (LITE, "cfg_scale", [1, 7, 5.5, 4.35, 1.01], [0.99, 7.01, 1.005, True]),
    (LITE, "output_format", ["MP4", "WEBM", "MOV"], ["mp4", "GIF", "AVI"]),
    (LITE, "output_quality", [20, 99], [19, 100]),
    (LITE, "ttl", [60, 10**6], [59]),
    (
        LITE,
        "safety",
        [{}, {"check_content": True}, {"mode": "full"}],
        [{"mode": "slow"}, {"check_content": 1}, {"x": 1}],
    ),
    *((model, name, ["https://example.com/x"], [5, None]) for model in (LITE, IMAGE, OTHER) for name in ADDRESSES),
    (IMAGE, "prompt", ["ab", "a" * 32000], ["a", "a" * 32001]),
    (IMAGE, "negative_prompt", ["ab", "a" * 3000], ["", "a", "a" * 3001]),
    (IMAGE, "width", [640, 768, 896, 1024, 1152, 1280, 1408], [512, 656, 1000, 2048]),
    (IMAGE, "height", [640, 768, 896, 1024, 1152, 1280, 1408], [512, 656, 1000, 2048]),
    (IMAGE, "seed", [0, TOP_SEED], [-1, TOP_SEED + 1]),
    (IMAGE, "steps", [10, 50], [9, 51]),
    (IMAGE, "scheduler", SCHEDULERS[IMAGE], ["DPM++ 2M", "Heun"]),
    (IMAGE, "cfg_scale", [2, 10, 7.5, 9.99], [1.99, 10.01, 2.005]),
    (IMAGE, "output_format", ["JPG", "PNG", "WEBP"], ["JPEG", "MP4"]),
    (IMAGE, "output_quality", [20, 99], [19, 100]),
    (IMAGE, "ttl", [60], [59]),
    (IMAGE, "safety", [{"mode": "none"}, {"mode": "fast"}], [{"mode": "full"}]),
    (IMAGE, "lora", [[], [{"model": "a:1@1", "weight": -4}]], [[{}], [{"model": "a:1@1", "x": 1}], {"model": "a:1@1"}]),
    (DISTILL, "prompt", ["a"], [5]),
    (T2V, "prompt", ["a"], [5]),
    (DISTILL, "aspect_ratio", ["3:2", "1:1", "2:3"], ["16:9", 1.5]),
    (DISTILL, "duration", [5, 10], [6, "5"]),
    (DISTILL, "steps", [1, 30, 100, 1000], [0, 1.5]),
    (T2V, "aspect_ratio", ["3:2", "1:1", "2:3"], ["16:9"]),
    (T2V, "duration", [5, 10], [15]),
    (T2V, "steps", [1], [0]),
    (OTHER, "prompt", ["ab"], ["a"]),
    (OTHER, "negative_prompt", [""], [5]),
    (OTHER, "width", [256, 264, 1920], [248, 1928, 260]),
    (OTHER, "height", [256, 1080], [248, 1088, 300.5]),
    (OTHER, "duration", [1, 10, 2.5], [0.9, 10.1]),
    (OTHER, "fps", [15, 24, 60], [14, 61]),
    (OTHER, "steps", [10, 50], [9, 51]),
    (OTHER, "seed", [1, TOP_SEED], [0, TOP_SEED + 1]),
    (OTHER, "cfg_scale", [0, 50, 7.123], [-0.1, 50.1]),
    (OTHER, "output_format", ["MP4", "WEBM"], ["MOV"]),
    (OTHER, "output_quality", [20, 99], [19, 100]),
    (OTHER, "ttl", [60], [59]),
    (OTHER, "acceleration", ["none", "low", "medium", "high"], ["fast"]),
    (OTHER, "scheduler", ["anything"], [5]),
    (OTHER, "safety", [{"mode": "full", "check_content": False}], [{"mode": 1}]),
    (OTHER, "speech", [{"voice": "Emily", "text": "hello"}], [{"speed": 1}, "hello"]),
    (OTHER, "accelerator_options", [{}, {"teaCache": True}], ["fast", []]),
    (OTHER, "advanced_features", [{"any": {"thing": 1}}], [1]),
    (OTHER, "provider_settings", [{"google": {"x": 1}, "pixverse": {}, "vidu": {}}], [{"acme": {}}, {"google": 1}]),
    (OTHER, "frame_images", [[{"image": "a.png", "frame": 48}], [{"image": "a.png"}]], [[{"frame": 0}], "a.png"]),
    (OTHER, "frame_images", [[{"image": "a.png", "frame": "first"}]], [[{"image": "a.png", "frame": "middle"}]]),
    (OTHER, "frame_images", [[]], [[{"image": "a.png", "frame": -1}]]),
    (OTHER, "reference_images", [["a.png", "b.jpg"]], ["a.png", [5], [""]]),
    (OTHER, "reference_videos", [["a.mp4"]], ["a.mp4", [{"video": "a.mp4"}]]),
    (OTHER, "input_audios", [["a.wav"]], ["a.wav", [True]]),
    (OTHER, "lora", [[{"model": "a:1@1", "weight": 0.5, "transformer": "low"}]], [[{"weight": 1}]]),
]
# the contents of Image Lite's accelerator_options and lora, in the same way
INNER_ROWS = [
    ("accelerator_options", "tea_cache", [True, False], [1, "true"]),
    ("accelerator_options", "tea_cache_distance", [0, 1, 0.29], [-0.01, 1.01, 0.005]),
    ("accelerator_options", "fb_cache", [True], [0]),
    ("accelerator_options", "fb_cache_threshold", [0, 1, 0.57], [-0.01, 1.01, 0.255]),
    ("accelerator_options", "db_cache", [True], [0]),
    ("accelerator_options", "db_cache_threshold", [0, 1, 0.58], [-0.01, 1.01, 0.255]),
    ("accelerator_options", "db_cache_skip_interval", [1, 500], [0]),
    ("accelerator_options", "cache_start_step", [0, 49], [-1]),
    ("accelerator_options", "cache_end_step", [1, 50], [0]),
    ("accelerator_options", "cache_start_step_percentage", [0, 99], [-1, 100]),
    ("accelerator_options", "cache_end_step_percentage", [1, 100], [0, 101]),
    ("accelerator_options", "cache_max_consecutive_steps", [1, 5], [0, 6]),
    ("lora", "weight", [-4, 4, -0.29, 1.15], [-4.01, 4.01, 0.005]),
    ("lora", "transformer", ["high", "low", "both"], ["mid"]),
]
DEFAULTS = {
    LITE: {"steps": 20, "cfg_scale": 5, "output_format": "MP4", "output_quality": 95},
    IMAGE: {"steps": 20, "cfg_scale": 7, "output_format": "JPG", "output_quality": 95},
    DISTILL: {"aspect_ratio": "3:2", "duration": 5, "steps": 30},
    T2V: {"aspect_ratio": "3:2", "duration": 5, "steps": 30},
    OTHER: {"fps": 24, "acceleration": "none", "output_format": "MP4", "output_quality": 95},
}
CACHE_DEFAULTS = {
    "tea_cache": False,
    "tea_cache_distance": 0.5,
    "fb_cache": False,
    "fb_cache_threshold": 0.25,
    "db_cache": False,
    "db_cache_threshold": 0.25,
    "db_cache_skip_interval": 5,
    "cache_max_consecutive_steps": 3,
}


def accepts(model, params):
    spec = CATALOG.page(model)
    return jsonschema_rs.Draft7Validator(params_schema(spec)).is_valid(params)


@pytest.mark.parametrize(("model", "name", "good", "bad"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_a_parameter_takes_what_its_page_says_and_no_more(model, name, good, bad):
    for value in good:
        assert accepts(model, {**COMPLETE[model], name: value}), value
    for value in bad:
        assert not accepts(model, {**COMPLETE[model], name: value}), value


def is_plain(param):
    return not param.fields and not param.media


PLAIN_ROWS = [row for row in ROWS if is_plain(CATALOG.page(row[0]).param(row[1]))]


@pytest.mark.parametrize(("model", "name", "good", "bad"), PLAIN_ROWS, ids=[f"{row[0]}-{row[1]}" for row in PLAIN_ROWS])
def test_schema_and_words_agree_on_a_plain_value(model, name, good, bad):
    param = CATALOG.page(model).param(name)
    assert [value for value in good if misfit(param, value)] == []
    assert [value for value in bad if not misfit(param, value)] == []


@pytest.mark.parametrize(("outer", "name", "good", "bad"), INNER_ROWS, ids=[f"{row[0]}.{row[1]}" for row in INNER_ROWS])
def test_a_nested_parameter_takes_what_its_page_says_and_no_more(outer, name, good, bad):
    def within(value):
        inner = {name: value}
        return {**COMPLETE[IMAGE], outer: [{"model": "a:1@1", **inner}] if outer == "lora" else inner}

    for value in good:
        assert accepts(IMAGE, within(value)), value
    for value in bad:
        assert not accepts(IMAGE, within(value)), value


@pytest.mark.parametrize("model", COMPLETE)
def test_every_parameter_that_is_built_has_its_row_of_facts(model):
    told = {row[1] for row in ROWS if row[0] == model}
    nested = {row[0] for row in INNER_ROWS} if model == IMAGE else set()
    built = {param.name for param in CATALOG.page(model).params if not param.is_not_yet}
    assert told | nested == built


@pytest.mark.parametrize("model", COMPLETE)
def test_a_model_needs_what_its_page_requires_and_nothing_more(model):
    assert accepts(model, COMPLETE[model])
    for name in COMPLETE[model]:
        assert not accepts(model, {key: value for key, value in COMPLETE[model].items() if key != name}), name
    assert not accepts(model, {**COMPLETE[model], "durration": 5})


@pytest.mark.parametrize("model", COMPLETE)
def test_defaults_are_those_of_the_page(model):
    params = CATALOG.page(model).params
    plain = {param.name: param.default for param in params if param.default is not None}
    assert plain == DEFAULTS[model]


def test_nested_defaults_are_those_of_the_page():
    fields = {field.name: field for param in CATALOG.find(IMAGE).params for field in param.fields}
    assert {name: fields[name].default for name in CACHE_DEFAULTS} == CACHE_DEFAULTS
    assert fields["weight"].default == 1
    assert fields["transformer"].default == "both"
    for model in (LITE, IMAGE, OTHER):
        safety = {field.name: field.default for field in CATALOG.page(model).param("safety").fields}
        assert safety == {"check_content": False, "mode": "none"}


def test_the_schedulers_are_75_and_12_in_the_providers_order():
    assert list(CATALOG.find(LITE).param("scheduler").allowed) == SCHEDULERS[LITE]
    assert list(CATALOG.find(IMAGE).param("scheduler").allowed) == SCHEDULERS[IMAGE]
    assert (len(SCHEDULERS[LITE]), len(SCHEDULERS[IMAGE])) == (75, 12)


def test_excluded_sizes_are_kept_as_facts_and_gone_from_the_allowed_ones():
    width = CATALOG.find(LITE).param("width")
    assert width.excluded == (592, 656, 688, 752)
    assert list(width.allowed) == SIDES


def test_image_lite_has_its_seven_sizes():
    sizes = {(1024, 1024), (640, 1408), (1408, 640), (768, 1280), (1280, 768), (896, 1152), (1152, 896)}
    assert set(CATALOG.find(IMAGE).sizes) == sizes


def test_results_the_runner_asks_for_are_bounded_as_on_the_pages():
    bounds = {}
    for model in (LITE, IMAGE, OTHER):
        owned = {field.wire: field for field in CATALOG.page(model).owned}
        bounds[model] = (owned["numberResults"].maximum, owned["outputType"].allowed, owned["deliveryMethod"].default)
    assert bounds == {
        LITE: (4, ("URL",), "async"),
        IMAGE: (20, ("URL", "base64Data", "dataURI"), "sync"),
        OTHER: (4, ("URL",), "async"),
    }


def test_wire_names_are_those_of_the_pages():
    assert {param.name: param.wire for param in CATALOG.find(LITE).params if param.name != param.wire} == {
        "prompt": "positivePrompt",
        "negative_prompt": "negativePrompt",
        "cfg_scale": "CFGScale",
        "output_format": "outputFormat",
        "output_quality": "outputQuality",
        "upload_endpoint": "uploadEndpoint",
        "webhook_url": "webhookURL",
    }
    assert CATALOG.find(DISTILL).param("steps").wire == "num_inference_steps"


def test_observed_prices_are_those_of_the_published_examples():
    lite = [(price.usd_low, price.usd_high) for price in CATALOG.find(LITE).prices]
    image = sorted(price.usd_low for price in CATALOG.find(IMAGE).prices)
    assert lite == [(0.2471, 0.2567), (0.2624, 0.2733)]
    assert image == [0.0077, 0.0096, 0.0102, 0.0109]


@pytest.mark.parametrize("spec", CATALOG.specs, ids=lambda spec: spec.aliases[0])
def test_every_spec_says_where_and_when_its_facts_are_from(spec):
    assert spec.source
    assert date.fromisoformat(spec.checked) <= date(2100, 1, 1)
    assert all(param.about.endswith(".") for param in spec.params)


@pytest.mark.parametrize("spec", CATALOG.specs, ids=lambda spec: spec.aliases[0])
def test_no_two_parameters_of_a_model_share_a_wire_name(spec):
    wires = [param.wire for param in (*spec.params, *spec.owned)]
    assert len(wires) == len(set(wires))


@pytest.mark.parametrize("spec", CATALOG.specs, ids=lambda spec: spec.aliases[0])
def test_delivery_is_what_does_not_change_the_picture(spec):
    delivery = {param.name for param in spec.params if param.is_delivery}
    assert delivery == ({"ttl", "upload_endpoint", "webhook_url"} if spec.provider == "runware" else set())


def test_input_media_stands_where_the_page_says_and_is_of_its_kinds():
    taken = {param.name: param for param in CATALOG.page(OTHER).params}
    assert taken["frame_images"].fields[0].media_types == ("image/png", "image/jpeg", "image/webp")
    assert taken["reference_images"].media_types == ("image/png", "image/jpeg", "image/webp")
    assert taken["reference_videos"].media_types == ("video/mp4", "video/quicktime", "video/webm")
    assert taken["input_audios"].media_types == ("audio/mpeg", "audio/wav", "audio/flac")
    assert {param.name for spec in CATALOG.specs for param in spec.params if param.is_not_yet} == set()


def test_every_file_of_the_folder_is_a_model_of_the_catalog():
    assert sorted(spec.aliases[0] for spec in CATALOG.specs) == sorted(file.stem for file in MODELS.glob("*.yaml"))
