import json

import pytest

from render.catalog.load import load_catalog
from render.report.models import model_json, model_text, models_json, models_text

CATALOG = load_catalog()
NAMES = [spec.aliases[0] for spec in CATALOG.specs]


def test_the_table_names_every_model_with_its_id_and_price():
    text = models_text(CATALOG.specs, 160)
    header, *rows = text.splitlines()
    assert header.split() == ["ALIAS", "MEDIUM", "PROVIDER", "PRICE", "OBSERVED", "ID"]
    lite = next(row for row in rows if row.startswith("kandinsky-5-lite "))
    assert "$0.2471 to $0.2733 per 10 s clip" in lite
    assert lite.endswith("runware:210@1")
    assert sum(row.startswith(tuple(NAMES)) for row in rows) == len(NAMES)


@pytest.mark.parametrize("width", [80, 200])
def test_the_table_fits_its_width_and_loses_nothing(width):
    text = models_text(CATALOG.specs, width)
    assert max(map(len, text.splitlines())) <= width
    assert all(spec.aliases[0] in text and (spec.matches or spec.id in text) for spec in CATALOG.specs)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [72, 80, 200])
def test_a_page_fits_its_width(name, width):
    text = model_text(CATALOG.page(name), width)
    too_long = [line for line in text.splitlines() if len(line) > width and " " in line.strip()]
    assert too_long == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_every_parameter_with_its_wire_name_and_source(name):
    spec = CATALOG.page(name)
    text = " ".join(model_text(spec, 100).split())
    nested = [field for param in spec.params for field in param.fields]
    for param in (*spec.params, *nested):
        wire = "" if param.wire == param.name else f" (sent as {param.wire})"
        assert f"{param.name}{wire}" in text
        assert " ".join(param.source.split()) in text
        assert param.about in text
    assert spec.source in text
    assert spec.checked in text


def test_a_page_shows_bounds_default_excluded_values_sizes_rules_and_prices():
    lite = " ".join(model_text(CATALOG.find("kandinsky-5-lite"), 200).split())
    assert "number, 1 to 7 in steps of 0.01; default 5" in lite
    assert "whole number, 1 to 50; default 20" in lite
    assert "without 592, 656, 688, 752" in lite
    assert "one of 75 values" in lite
    assert "$0.2471 to $0.2567 for width 768, height 512, duration 10, steps 28" in lite
    image = " ".join(model_text(CATALOG.find("kandinsky-5-image-lite"), 200).split())
    assert "1024x1024, 640x1408, 1408x640" in image
    assert "width and height go together" in image


def test_all_75_schedulers_stand_whole_on_a_narrow_page():
    spec = CATALOG.find("kandinsky-5-lite")
    lines = model_text(spec, 80).splitlines()
    listed = [value.strip() for line in lines for value in line.split(",")]
    assert set(spec.param("scheduler").allowed) <= set(listed)


def test_fields_the_runner_fills_in_are_shown_apart():
    page = model_text(CATALOG.find("kandinsky-5-image-lite"), 100)
    owned = page.partition("Set by renderline")[2]
    assert "numberResults: whole number, 1 to 20; default 1" in owned


@pytest.mark.parametrize("name", NAMES)
def test_a_model_as_data_is_json_with_every_parameter(name):
    spec = CATALOG.page(name)
    data = json.loads(json.dumps(model_json(spec)))
    assert data["id"] == spec.id
    assert [param["name"] for param in data["params"]] == [param.name for param in spec.params]
    assert [param.get("allowed", []) for param in data["params"]] == [list(param.allowed) for param in spec.params]


def test_a_default_of_false_or_zero_is_not_lost_as_empty():
    (safety,) = (param for param in model_json(CATALOG.find("runware:210@1"))["params"] if param["name"] == "safety")
    fields = {field["name"]: field for field in safety["fields"]}
    assert fields["check_content"]["default"] is False
    seed = next(param for param in model_json(CATALOG.find("runware:210@1"))["params"] if param["name"] == "seed")
    assert seed["minimum"] == 0


def test_all_models_as_data_come_in_the_order_of_the_catalog():
    assert [model["id"] for model in models_json(CATALOG.specs)["models"]] == [spec.id for spec in CATALOG.specs]
