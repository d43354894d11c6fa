import pytest

from render.catalog.load import load_catalog
from render.reasons import changes, other_endpoint
from tests.builders import SPEC, a_task, an_attempt

BASE = {"prompt": "fog", "width": 768, "height": 512, "duration": 5}
CATALOG = load_catalog()


def reason(before, after, *, spec=SPEC):
    return changes(an_attempt(a_task(params=before)), a_task(params=after), spec)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"width": 512}, "width 768 -> 512"),
        ({"duration": 10.0}, "duration 5 -> 10"),
        ({"prompt": "rain"}, "prompt fog -> rain"),
        ({"prompt": "A steam train glides through a cypress marsh"}, "prompt changed"),
        ({"prompt": "two\nlines"}, "prompt changed"),
        ({"prompt": "red\x1b[31m"}, "prompt changed"),
        ({"seed": 7}, "seed unset -> 7"),
        ({"steps": 28}, "steps 50 -> 28"),
        ({"accelerator_options": {"tea_cache": True}}, "accelerator_options.tea_cache unset -> true"),
        ({"lora": [{"model": "a"}]}, "lora unset -> [{'model': 'a'}]"),
        ({"width": 512, "height": 768}, "width 768 -> 512, height 512 -> 768"),
        (
            {"prompt": "x", "width": 1, "height": 2, "duration": 3, "seed": 4, "steps": 5},
            "prompt fog -> x, width 768 -> 1, height 512 -> 2, duration 5 -> 3, and 2 more",
        ),
    ],
)
def test_an_edit_is_told_field_by_field(change, told):
    assert reason(BASE, {**BASE, **change}) == told


@pytest.mark.parametrize(
    ("params", "told"),
    [({"seed": 7}, "seed 7 -> unset"), ({"steps": 28}, "steps 28 -> 50"), ({"cfg_scale": 5.5}, "cfg_scale 5.5 -> 5")],
)
def test_what_is_taken_away_falls_back_to_the_default(params, told):
    assert reason({**BASE, **params}, BASE) == told


def test_delivery_and_restated_defaults_are_not_worth_a_word():
    assert reason(BASE, {**BASE, "ttl": 60, "steps": 50, "width": 512}) == "width 768 -> 512"


def test_another_model_says_it_all():
    before = an_attempt(a_task(params={"prompt": "fog"}), model="acme:old@1")
    assert changes(before, a_task(), SPEC) == "model acme:old@1 -> acme:film@1"


def test_without_a_spec_the_values_are_compared_as_they_are():
    assert reason({"steps": 20}, {"steps": 28}, spec=None) == "steps 20 -> 28"


def test_a_change_that_no_field_shows_is_still_a_change():
    assert reason(BASE, BASE) == "changed"


def test_a_real_model_is_told_in_our_words():
    spec = CATALOG.find("kandinsky-5-lite")
    assert reason({"cfg_scale": 5.5, "prompt": "p"}, {"cfg_scale": 4, "prompt": "p"}, spec=spec) == "cfg_scale 5.5 -> 4"


def test_another_server_is_named():
    assert other_endpoint(an_attempt()) == "new here: made before at https://api.example.test/v1, which does not count"


def plate(name, digit):
    return {"file": name, "sha256": digit * 64, "bytes": 9, "kind": "image/png"}


def of_inputs(*files, **more):
    return {**BASE, "frame_images": [{"image": file} for file in files], **more}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (of_inputs(plate("a.png", "1")), of_inputs(plate("a.png", "2")), "input a.png changed"),
        (
            of_inputs(plate("a.png", "1")),
            of_inputs(plate("a.png", "2"), width=512),
            "input a.png changed, width 768 -> 512",
        ),
        (of_inputs(plate("a.png", "1")), of_inputs(plate("b.png", "2")), "frame_images changed"),
        (of_inputs(plate("a.png", "1")), of_inputs(plate("a.png", "1"), plate("b.png", "2")), "frame_images changed"),
        (of_inputs(), of_inputs(plate("a.png", "1")), "frame_images changed"),
        (of_inputs("https://example.com/a"), of_inputs(plate("a.png", "1")), "frame_images changed"),
    ],
)
def test_an_input_that_was_edited_is_named(before, after, told):
    assert reason(before, after, spec=CATALOG.find("klingai:3@2")) == told
