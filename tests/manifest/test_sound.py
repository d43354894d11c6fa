"""The quick look at whole shots: what it vouches for is what the slow one, value by value, finds nothing in."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from render.catalog.load import load_catalog
from render.manifest.axes import AxisReader
from render.manifest.files import ManifestFile
from render.manifest.findings import Findings
from render.manifest.overrides import read_overrides
from render.manifest.resolve import Resolver
from render.manifest.sound import Sound
from render.manifest.texts import check_texts
from render.manifest.values import check_missing, check_value
from render.variables import fill_in
from render.yaml_source import parse_source

CATALOG = load_catalog()
MODELS = ("kandinsky-5-lite", "kandinsky-5-image-lite", "kandinsky-5-distill", "klingai:3@2")
KEY = "sk-abcdefghijklmnopqrstuvwx0123456789"
VIDEO = {"prompt": "a fox", "width": 512, "height": 512, "duration": 5}
TEXTS = st.sampled_from(
    [*("", "a", "a fox", "${action}", "${action}. ${style}", "${nothing}", "$${", "${", KEY, f"see {KEY}", "${key}")]
)
VALUES = st.one_of(
    TEXTS,
    st.integers(-2, 60),
    st.sampled_from([512, 640, 656, 768, 1024, 5, 10, 2**63 - 1, 2**63, 10**30, -1]),
    st.sampled_from([5.0, 512.0, 1.0, 5.5, 1.005, 4.35, 0.1, 7.01]),
    st.sampled_from([None, True, False, [], {}, [1], {"mode": "fast"}, {"moode": "fast"}, {"check_content": True}]),
    st.sampled_from(["MP4", "JPG", "DDIM", "Euler a", "3:2", "high"]),
)
NAMES = st.sampled_from(
    [
        *(
            *VIDEO,
            "negative_prompt",
            "seed",
            "steps",
            "cfg_scale",
            "scheduler",
            "output_format",
            "aspect_ratio",
            "safety",
        ),
        *("fps", "ttl", "durration", "lora", "webhook_url", "acceleration", "accelerator_options", "output_quality"),
    ]
)


def resolved(model, params, defaults=None):
    shot = {"id": "a", "model": model, "vars": {"action": "A fox runs", "style": "gouache", "key": KEY}, **params}
    data = {"version": 1, "project": "p", "defaults": defaults or {}, "shots": [shot]}
    source = parse_source(json.dumps(data).encode(), file="f.yaml")
    findings = Findings(source)
    axes = AxisReader(CATALOG, findings, read_overrides((), ()))
    (made,) = Resolver(ManifestFile(path="f.yaml", data=source.data), CATALOG, findings, axes).shots()
    return made, Findings(source)


def vouched(one):
    return Sound(one.spec, one).vouches_for(one, ()) is not None


@settings(max_examples=600)
@given(st.sampled_from(MODELS), st.dictionaries(NAMES, VALUES, max_size=5), st.dictionaries(NAMES, VALUES, max_size=2))
def test_what_it_vouches_for_nobody_has_a_word_against(model, params, defaults):
    given_params = {**VIDEO, **params} if "distill" not in model else {"prompt": "a fox", **params}
    one, findings = resolved(model, given_params, defaults)
    if vouched(one):
        for name, value in one.shot.params.items():
            check_texts(value, one.origins[name], one.shot.variables, findings)
            check_value(name, fill_in(value, one.shot.variables), one, findings)
        check_missing(one, findings)
        assert findings.sorted() == ()


def test_a_shot_as_most_are_is_vouched_for():
    params = {**VIDEO, "prompt": "${action}. ${style}", "seed": 7, "steps": 20, "cfg_scale": 4.35, "scheduler": "DDIM"}
    one, _ = resolved("kandinsky-5-lite", params)
    assert Sound(one.spec, one).vouches_for(one, ()) == {"action", "style"}


def test_what_stands_where_it_was_looked_at_before_is_not_looked_at_again():
    one, _ = resolved("kandinsky-5-lite", {**VIDEO, "safety": {"mode": "fast"}})
    assert not vouched(one)
    assert Sound(one.spec, one).vouches_for(one, {one.origins["safety"]}) == frozenset()
