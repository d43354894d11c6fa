"""Schema, spec and server, each with rules of its own, say the same of every value."""

import math
import uuid

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.catalog.fit import is_of_kind, misfit
from render.catalog.load import load_catalog
from render.catalog.rules import broken_rules
from render.catalog.spec import Kind
from render.schema import floats_for_integers, manifest_schema, params_schema
from render.server.models.image_lite import IMAGE_LITE_BY_INPUT
from render.server.models.kandinsky_lite import KANDINSKY_LITE
from render.server.models.rules import find_faults
from render.server.models.video_inference import VIDEO_INFERENCE

CATALOG = load_catalog()
SERVERS = {
    "kandinsky-5-lite": KANDINSKY_LITE,
    "kandinsky-5-image-lite": next(iter(IMAGE_LITE_BY_INPUT.values())),
    "klingai:3@2": VIDEO_INFERENCE,
}
PLAIN = {Kind.INTEGER, Kind.NUMBER, Kind.STRING, Kind.BOOLEAN}
#: what an address is, is judged by whoever sends to it, and what an input is by whoever reads it
LEFT_OUT = {"upload_endpoint", "webhook_url"}
BASE = {
    "kandinsky-5-lite": {"prompt": "a fox", "width": 512, "height": 512, "duration": 5},
    "kandinsky-5-image-lite": {"prompt": "a fox", "width": 1024, "height": 1024},
    "klingai:3@2": {"prompt": "a fox", "duration": 5},
}
OWNED = {"deliveryMethod": "async", "outputType": "URL", "numberResults": 1}


def params_of(params, path=()):
    """Every parameter that takes one value, as a path, those inside others included."""
    for param in params:
        if param.name in LEFT_OUT or param.media:
            continue
        if param.kind in PLAIN:
            yield (*path, param)
        elif not param.is_open:
            yield from params_of(param.fields, (*path, param))


CASES = [
    pytest.param(model, path, id=f"{model}-{'.'.join(param.name for param in path)}")
    for model in SERVERS
    for path in params_of(CATALOG.find(model).params)
    # where only pairs are allowed, the server judges pairs
    if not (CATALOG.find(model).sizes and path[0].name in {"width", "height"})
]
VALIDATORS = {model: jsonschema_rs.validator_for(params_schema(CATALOG.find(model))) for model in SERVERS}
WHOLE = jsonschema_rs.validator_for(manifest_schema(CATALOG.specs))


def given_as(path, value, spelling):
    """A request's parameters with one value at `path`, by our names or by the provider's."""
    param, *inner = path
    if not inner:
        return {getattr(param, spelling): value}
    below = {**beside(path, spelling), **given_as(inner, value, spelling)}
    return {getattr(param, spelling): [below] if param.kind is Kind.LIST else below}


def beside(path, spelling):
    """What an object needs beside the one value."""
    return {getattr(field, spelling): "a:1@1" for field in path[0].fields if field.required and field is not path[1]}


def schema_takes(model, path, value):
    params = {**BASE[model], **given_as(path, value, "name")}
    try:
        is_valid = VALIDATORS[model].is_valid(params)
    except ValueError:
        # what JSON cannot say
        return False
    return is_valid and not floats_for_integers(CATALOG.find(model).params, params)


def spec_takes(path, value):
    return is_of_kind(path[-1].kind, value) and not misfit(path[-1], value)


def server_takes(model, path, value):
    spec = CATALOG.find(model)
    wire = {spec.param(name).wire: ours for name, ours in BASE[model].items()}
    task = {"taskType": spec.task, "taskUUID": str(uuid.uuid4()), "model": "a:1@1", **OWNED, **wire}
    return not list(find_faults({**task, **given_as(path, value, "wire")}, rules=SERVERS[model].rules))


def verdicts(model, path, value):
    return {
        "schema": schema_takes(model, path, value),
        "spec": spec_takes(path, value),
        "server": server_takes(model, path, value),
    }


def values_around(param):
    """Values of every sort, most of them near what is allowed."""
    bounds = [bound for bound in (param.minimum, param.maximum, *param.allowed) if isinstance(bound, int | float)]
    near = st.sampled_from([*bounds, 0, 1, 2**63 - 1, 2**63, -1]).flatmap(
        lambda bound: st.sampled_from([bound, bound + 1, bound - 1, bound + 0.5, float(bound), bound + 0.01])
    )
    inside = st.integers(min_value=int(min(bounds, default=0)) * 1000, max_value=int(max(bounds, default=10)) * 1000)
    lengths = [length for length in (param.min_length, param.max_length) if length is not None and length < 5000]
    texts = [word * (length + more) for length in lengths for more in (-1, 0, 1) for word in ("x", "é", "🎬")]
    words = [word for word in param.allowed if isinstance(word, str)]
    return st.one_of(
        near,
        inside.map(lambda thousandths: thousandths / 1000),
        inside.map(lambda thousandths: thousandths // 10 / 100),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.text(max_size=5),
        st.sampled_from([*words, *texts, *(word.upper() for word in words), "", "5", None]),
    )


@pytest.mark.parametrize(("model", "path"), CASES)
@given(data=st.data())
def test_schema_spec_and_server_agree_on_every_value(model, path, data):
    found = verdicts(model, path, data.draw(values_around(path[-1])))
    assert len(set(found.values())) == 1


SIDES = st.one_of(st.sampled_from([0, 512, 640, 768, 896, 1024, 1152, 1280, 1408]), st.integers(0, 2000))


@given(width=SIDES, height=SIDES)
def test_spec_and_server_agree_on_every_size(width, height):
    spec, server = CATALOG.find("kandinsky-5-image-lite"), SERVERS["kandinsky-5-image-lite"]
    params = {"prompt": "a fox", "width": width, "height": height}
    fits = not any(misfit(spec.param(side), params[side]) for side in ("width", "height"))
    is_taken = fits and not broken_rules(spec, params)
    assert is_taken is ((width, height) in spec.sizes)
    assert is_taken is (not list(server.cross_faults(server.resolved(params))))


def hundredths(low, high):
    return [count / 100 for count in range(round(low * 100), round(high * 100) + 1)]


@pytest.mark.parametrize(
    ("model", "dotted", "low", "high", "count"),
    [
        ("kandinsky-5-lite", "cfg_scale", 1, 7, 601),
        ("kandinsky-5-image-lite", "cfg_scale", 2, 10, 801),
        ("kandinsky-5-image-lite", "lora.weight", -4, 4, 801),
        ("kandinsky-5-image-lite", "accelerator_options.tea_cache_distance", 0, 1, 101),
        ("kandinsky-5-image-lite", "accelerator_options.fb_cache_threshold", 0, 1, 101),
        ("kandinsky-5-image-lite", "accelerator_options.db_cache_threshold", 0, 1, 101),
    ],
)
def test_every_legal_hundredth_is_taken_by_all_and_none_beyond_or_between(model, dotted, low, high, count):
    (path,) = [case.values[1] for case in CASES if case.id == f"{model}-{dotted}"]
    legal = hundredths(low, high)
    assert len(legal) == count
    shot = {"id": "a", "model": model, **BASE[model]}
    for value in legal:
        assert set(verdicts(model, path, value).values()) == {True}, value
        assert WHOLE.is_valid({"version": 1, "project": "p", "shots": [{**shot, **given_as(path, value, "name")}]})
    for value in (low - 0.01, high + 0.01, *(round(one + 0.005, 3) for one in legal[:-1])):
        assert set(verdicts(model, path, value).values()) == {False}, value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, False, 2**63, 2**64, -1, 1.0, 10**400])
def test_what_is_no_seed_is_refused_by_all(value):
    for case in CASES:
        model, path = case.values
        if path[0].name == "seed":
            assert set(verdicts(model, path, value).values()) == {False}, model
            assert not misfit(path[0], 2**63 - 1)


def test_numbers_that_json_cannot_say_are_refused_where_they_are_written():
    for value in (math.nan, math.inf, -math.inf):
        for case in CASES:
            assert set(verdicts(*case.values, value).values()) == {False}, case.id
