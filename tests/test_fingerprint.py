import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.catalog.spec import Kind, Param
from render.fingerprint import fingerprint
from tests.builders import SPEC, a_spec

PARAMS = {
    "prompt": "Fog over a lake, 湖の霧",
    "width": 768,
    "height": 512,
    "duration": 5.0,
    "seed": 18446744073709551615,
    "cfg_scale": 5.5,
    "accelerator_options": {"tea_cache": True, "tea_cache_distance": 0.25},
    "lora": [{"model": "acme:grain@1", "weight": 0.8}],
    "provider_settings": {"acme": {"mode": "slow", "extras": {}}},
}

#: names and values of parameters that the spec knows, none of them a default
VALUES = {
    "prompt": st.text(min_size=1),
    "width": st.integers(1, 4096),
    "height": st.integers(1, 4096),
    "duration": st.sampled_from([5, 10, 2.5]),
    "seed": st.integers(0, 2**64 - 1),
    "steps": st.integers(1, 49),
    "cfg_scale": st.floats(1, 4.5),
    "accelerator_options": st.fixed_dictionaries({"tea_cache_distance": st.floats(0.6, 2)}),
    "lora": st.lists(st.fixed_dictionaries({"model": st.text(min_size=1)}), min_size=1, max_size=3),
    "provider_settings": st.dictionaries(st.text(), st.integers() | st.text() | st.booleans(), min_size=1),
}
GIVEN = st.fixed_dictionaries({}, optional=VALUES)


def printed(params, *, spec=SPEC, model="acme:film@1", take=1):
    return fingerprint(params, spec=spec, model=model, take=take)


def test_what_was_bought_before_still_counts():
    # Guards every user's record: another value here makes all finished work count as new and be bought again.
    assert printed(PARAMS) == "21449fbd0ce904f761241970f20a0ef0ff06a286e5b50bd85b91af1aa13b0ff6"


@given(params=GIVEN)
def test_the_order_of_keys_says_nothing(params):
    assert printed(dict(reversed(params.items()))) == printed(params)


@given(params=GIVEN)
def test_a_number_counts_by_its_value(params):
    as_floats = {
        name: float(value) if type(value) is int and value < 2**53 else value for name, value in params.items()
    }
    assert printed(as_floats) == printed(params)


@given(params=GIVEN)
def test_restating_a_default_says_nothing(params):
    defaults = {
        "steps": 50,
        "cfg_scale": 5.0,
        "lora": [],
        "accelerator_options": {"tea_cache": False, "tea_cache_distance": 0.5},
        "provider_settings": {},
    }
    assert printed({**defaults, **params}) == printed(params)


@given(params=GIVEN, seconds=st.integers(60, 10**6))
def test_how_a_result_is_delivered_says_nothing(params, seconds):
    assert printed({**params, "ttl": seconds}) == printed(params)


def test_a_restated_default_inside_a_list_says_nothing():
    assert printed({"lora": [{"model": "a", "weight": 1.0}]}) == printed({"lora": [{"model": "a"}]})


@given(params=GIVEN.filter(bool), data=st.data())
def test_another_value_is_another_content(params, data):
    name = data.draw(st.sampled_from(list(params)))
    other = data.draw(VALUES[name].filter(lambda value: value != params[name]))
    assert printed({**params, name: other}) != printed(params)


@given(params=GIVEN)
def test_one_parameter_less_is_another_content(params):
    for name in params:
        assert printed({other: value for other, value in params.items() if other != name}) != printed(params)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"accelerator_options": {"tea_cache": True}}, {"accelerator_options": {"tea_cache": False}}),
        ({"lora": [{"model": "a"}, {"model": "b"}]}, {"lora": [{"model": "b"}, {"model": "a"}]}),
        ({"lora": [{"model": "a", "weight": 0.5}]}, {"lora": [{"model": "a"}]}),
        ({"provider_settings": {"acme": {"x": {}}}}, {"provider_settings": {"acme": {}}}),
        ({"provider_settings": {"acme": {"x": False}}}, {"provider_settings": {"acme": {"x": 0}}}),
        ({"provider_settings": {"acme": {"x": "1"}}}, {"provider_settings": {"acme": {"x": 1}}}),
        ({"prompt": "fog"}, {"prompt": "fog "}),
        ({"prompt": "é"}, {"prompt": "e\N{COMBINING ACUTE ACCENT}"}),
        ({"of_a_newer_spec": 1}, {"of_a_newer_spec": 2}),
    ],
)
def test_a_difference_at_any_depth_is_another_content(one, other):
    assert printed(one) != printed(other)


def test_take_model_and_provider_are_part_of_it():
    prints = {
        printed(PARAMS),
        printed(PARAMS, take=2),
        printed(PARAMS, model="acme:film@2"),
        printed(PARAMS, spec=a_spec(provider="theirs")),
    }
    assert len(prints) == 4


def test_what_is_no_number_has_no_fingerprint():
    with pytest.raises(ValueError, match="not JSON compliant"):
        printed({"cfg_scale": float("nan")})


PLATE = {"file": "plates/quay.png", "sha256": "a" * 64, "bytes": 9, "kind": "image/png"}
MEDIA = a_spec(
    params=(
        Param(
            name="frame_images",
            wire="frameImages",
            kind=Kind.LIST,
            fields=(Param(name="image", wire="inputImage", kind=Kind.STRING, media="image"),),
        ),
        Param(name="reference_images", wire="referenceImages", kind=Kind.LIST, media="image"),
    )
)


def of_inputs(first, *others):
    params = {"frame_images": [{"image": first}], "reference_images": list(others)}
    return fingerprint(params, spec=MEDIA, model=MEDIA.id, take=1)


def test_what_counts_of_a_file_is_what_it_holds():
    elsewhere = {**PLATE, "file": "elsewhere.png", "bytes": 10, "kind": "image/jpeg"}
    assert of_inputs(PLATE, PLATE) == of_inputs(elsewhere, elsewhere)
    edited = {**PLATE, "sha256": "b" * 64}
    assert len({of_inputs(PLATE, PLATE), of_inputs(edited, PLATE), of_inputs(PLATE, edited)}) == 3


def test_the_order_of_inputs_and_the_words_of_addresses_count():
    edited = {**PLATE, "sha256": "b" * 64}
    assert of_inputs(PLATE, PLATE, edited) != of_inputs(PLATE, edited, PLATE)
    assert of_inputs("https://example.com/a.png") != of_inputs("https://example.com/b.png")
    assert of_inputs("a" * 64) != of_inputs(PLATE)
