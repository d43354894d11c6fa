"""The canonical layout of a manifest: nothing changes but the layout, and every comment keeps its place."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given

import render
from render.catalog.names import VOCABULARY
from render.errors import ManifestError
from render.manifest.canonical import canonical
from render.manifest.canonical.order import FILE_KEYS, KEYS_AFTER, KEYS_BEFORE, arranged, shot_rank
from render.manifest.keys import SHOT_KEYS
from render.schema.keys import ROOT_KEYS
from render.yaml_source import parse_source
from tests.manifest.layouts import layouts

ROOT = Path(render.__file__).parents[1]
COMMITTED = [*sorted((ROOT / "manifests").rglob("*.shots.yaml")), *(ROOT / "render").rglob("*.shots.yaml")]
VALID = sorted((ROOT / "tests" / "manifests" / "valid").rglob("*.shots.yaml"))


def laid_out(text):
    return canonical(text.encode(), file="film.shots.yaml")


def data_of(text):
    source = parse_source(text.encode(), file="film.shots.yaml")
    assert source.problems == ()
    return source.data


def same(one, other):
    """Equal in value, kind and order of keys, which means something among axes."""
    return repr(one) == repr(other)


@given(layouts())
@example(({"version": 1, "project": "a"}, "project: a\nversion: 1", []))
def test_any_layout_becomes_one_that_says_the_same_and_stays(drawn):
    data, text, comments = drawn
    assert data_of(text) == data
    made = laid_out(text)
    assert same(arranged(data_of(made)), arranged(data_of(text)))
    assert same(data_of(made), arranged(data_of(text)))
    assert laid_out(made) == made
    for comment in comments:
        assert len(re.findall(rf"(?<!\S){re.escape(comment)}$", made, re.MULTILINE)) == 1, comment


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_every_manifest_that_comes_along_is_canonical(path):
    text = path.read_text(encoding="utf-8")
    assert laid_out(text) == text


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_a_valid_manifest_keeps_what_it_says(path):
    text = path.read_text(encoding="utf-8")
    assert data_of(laid_out(text)) == data_of(text)


def test_the_order_names_every_key_of_the_language_once():
    assert set(FILE_KEYS) == set(ROOT_KEYS)
    assert set(KEYS_BEFORE) | set(KEYS_AFTER) == SHOT_KEYS
    ranks = [shot_rank(name) for name in (*KEYS_BEFORE, *VOCABULARY, "of_one_model", *KEYS_AFTER)]
    assert ranks == sorted(set(ranks))


def test_the_page_of_the_language_tells_the_same_order():
    page = (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8")
    table = page.partition("\n## Keys of a shot\n")[2].partition("\nEvery other key")[0]
    rows = [row.partition(" | ")[0] for row in table.splitlines() if row.startswith("| `")]
    assert re.findall(r"`(\w+)`", "".join(rows)) == [*KEYS_BEFORE, *KEYS_AFTER]
    parts = page.partition("\n## Keys of the file\n")[2].partition("\n## ")[0]
    assert re.findall(r"^### `(\w+)`$", parts, re.MULTILINE) == list(FILE_KEYS)
    layout = page.partition("\n## Layout\n")[2].partition("\n## ")[0]
    (told,) = [line for line in layout.splitlines() if line.startswith("`prompt`")]
    assert re.findall(r"`(\w+)`", told) == list(VOCABULARY)


CASES = {
    "keys move into order, and what is said about them moves along": (
        "project: a\nversion: 1\nshots:\n- seed: 1  # the seed\n  # what is seen\n  prompt: x\n  id: b\n",
        """\
version: 1
project: a

shots:
  - id: b
    # what is seen
    prompt: x
    seed: 1  # the seed
""",
    ),
    "the first words of a file stay its first words": (
        "# yaml-language-server: $schema=x.json\nproject: a\nversion: 1\nshots: []\n",
        "# yaml-language-server: $schema=x.json\nversion: 1\nproject: a\nshots: []\n",
    ),
    "values stay as they are written": (
        "version: 1\nvars: {a: \"3:2\", b: 1e3, c: 0.50, d: 'x', e: 3:2}\n",
        "version: 1\nvars: {a: \"3:2\", b: 1e3, c: 0.50, d: 'x', e: 3:2}\n",
    ),
    "texts of several lines are indented anew and keep their lines": (
        "version: 1\ndefaults:\n      prompt: >-\n            a long\n              deeper\n\n            text\n",
        "version: 1\n\ndefaults:\n  prompt: >-\n    a long\n      deeper\n\n    text\n",
    ),
    "blank lines that belong to a text stay": (
        "version: 1\nvars:\n  a: |+\n    x\n\n\n  b: z\n",
        "version: 1\n\nvars:\n  a: |+\n    x\n\n\n  b: z\n",
    ),
    "a text says how deep it stands where it has to": (
        "version: 1\nvars:\n    a: |4\n          deep\n        x\n",
        "version: 1\n\nvars:\n  a: |2\n      deep\n    x\n",
    ),
    "shots in brackets become blocks, and short mappings stay in theirs": (
        "version: 1\nshots: [{id: a, prompt: x, lora: [ {model: m,weight: 1} ]}]  # all\n",
        "version: 1\n\nshots:  # all\n  - id: a\n    prompt: x\n    lora: [{model: m, weight: 1}]\n",
    ),
    "what was said behind a shot in brackets is said behind its first line": (
        "version: 1\nshots:\n  - {id: a, seed: 1}  # hero\n",
        "version: 1\n\nshots:\n  - id: a  # hero\n    seed: 1\n",
    ),
    "brackets over several lines close up where they fit and hold no comment": (
        """\
version: 1
shots:
  - id: a
    tags: [
      x,
      z,
    ]
    vars: {
      a: b,  # why
    }
""",
        "version: 1\n\nshots:\n  - id: a\n    tags: [x, z]\n    vars:\n      a: b  # why\n",
    ),
    "a comment that is indented like a shot ends that shot": (
        "version: 1\nshots:\n  - id: a\n    seed: 1\n    # of a\n  # of b\n  - id: b\n# of the file\n",
        "version: 1\n\nshots:\n  - id: a\n    seed: 1\n    # of a\n  # of b\n  - id: b\n# of the file\n",
    ),
    "comments that stand in one column still do": (
        "version: 1\nvars:\n  a:  b      # one\n  cc: d      # two\n",
        "version: 1\n\nvars:\n  a: b       # one\n  cc: d      # two\n",
    ),
    "nothing moves where aliases need their anchors first": (
        "version: 1\nshots:\n- seed: &s 7\n  id: a\n- seed: *s\n  id: b\n",
        "version: 1\n\nshots:\n  - seed: &s 7\n    id: a\n  - seed: *s\n    id: b\n",
    ),
    "axes keep their order": (
        "version: 1\nshots:\n- id: a\n  matrix: {steps: [1, 2], cfg_scale: [4], prompt: [x]}\n",
        "version: 1\n\nshots:\n  - id: a\n    matrix: {steps: [1, 2], cfg_scale: [4], prompt: [x]}\n",
    ),
    "the parts of a file are one blank line apart": (
        "version: 1\nproject: a\n\n\n\nvars:\n  a: b\nproviders:\n  runware: {free: true}\n",
        "version: 1\nproject: a\n\nvars:\n  a: b\n\nproviders:\n  runware: {free: true}\n",
    ),
    "line ends of other systems become plain ones": ("version: 1\r\nproject: a\r\n", "version: 1\nproject: a\n"),
    "marks of a document are left out": ("---\nversion: 1\n...\n", "version: 1\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_layout(name):
    before, after = CASES[name]
    assert laid_out(before) == after
    assert laid_out(after) == after


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("version: 1\nversion: 1\n", "duplicate-key"),
        ("version: yes\n", "yaml-trap"),
        ("version: [1\n", "yaml-syntax"),
        ("- a\n", "structure"),
        ("", "empty-file"),
        ("? |\n  a\n: 1\n", "structure"),
    ],
)
def test_what_cannot_be_laid_out_is_refused(text, rule):
    with pytest.raises(ManifestError) as refused:
        laid_out(text)
    assert {problem.rule for problem in refused.value.problems} == {rule}
