import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from render.catalog.load import load_catalog
from render.catalog.names import RUNNER_OWNED, VOCABULARY
from render.errors import SettingsError
from render.expand import expand
from render.manifest.load import check_manifest
from render.schema import OWN_KEYS

CATALOG = load_catalog()
ROOT_KEYS = ["version", "project", "vars", "defaults", "model_defaults", "presets", "providers", "output", "shots"]
LATER = ["include", "budget_usd", "matrix", "zip", "file", "kind", "concurrency", "runware", "aimlapi", "acme"]
MODELS = ["kandinsky-5-lite", "kandinsky-5-image-lite", "kandinsky-5-distill", "klingai:3@2", "runware:201@1", "no"]
WORDS = st.sampled_from([*ROOT_KEYS, *LATER, *VOCABULARY, *RUNNER_OWNED, *OWN_KEYS, *MODELS])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, 5, 20, 512, 1024, 2**63, -(2**63), 10**100, 1.0, 5.55, 1e308]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["${x}", "${", "$${x}", "{shot}.{ext}", "../{shot}.{ext}", "{", "a\nb", "\u00e9", "con", ""]),
    st.sampled_from(MODELS),
    st.text(max_size=10),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5),
    max_leaves=15,
)
SHOTS = st.lists(st.dictionaries(WORDS, TREES, max_size=6) | TREES, max_size=3)
MANIFESTS = st.fixed_dictionaries(
    {"version": st.just(1) | TREES, "project": st.just("p") | TREES, "shots": SHOTS},
    optional={
        "vars": TREES,
        "defaults": st.dictionaries(WORDS, TREES, max_size=5) | TREES,
        "model_defaults": st.dictionaries(st.sampled_from(MODELS), TREES, max_size=3),
        "presets": st.dictionaries(st.sampled_from("abc"), st.dictionaries(WORDS, TREES, max_size=3), max_size=2),
        "providers": st.dictionaries(WORDS, TREES, max_size=2),
        "output": TREES,
    },
)


def checked(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.shots.yaml"
        path.write_bytes(content)
        return check_manifest(path, CATALOG)


def is_told_well(result):
    errors = [problem for problem in result.problems if problem.is_error]
    assert (result.manifest is None) is bool(errors)
    if result.manifest is not None:
        enabled = [shot for shot in result.manifest.shots if shot.enabled]
        assert len(expand(result.manifest, CATALOG.find)) == sum(shot.takes for shot in enabled)
    assert all(problem.message and problem.line >= 1 for problem in result.problems)
    assert len(errors) <= 51


@settings(deadline=None)
@given(TREES)
def test_any_data_is_a_manifest_or_has_problems(tree):
    is_told_well(checked(yaml.safe_dump(tree, allow_unicode=True).encode()))


@settings(deadline=None)
@given(MANIFESTS)
def test_anything_with_the_look_of_a_manifest_is_one_or_has_problems(tree):
    is_told_well(checked(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode()))


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_a_manifest_or_have_problems(content):
    is_told_well(checked(content))


def test_a_file_that_cannot_be_read_is_no_matter_of_the_manifest(tmp_path):
    with pytest.raises(SettingsError):
        check_manifest(tmp_path / "none.shots.yaml", CATALOG)
    with pytest.raises(SettingsError):
        check_manifest(tmp_path, CATALOG)
