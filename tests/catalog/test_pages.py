"""Providers' pages about models, read into specs: the pages in pages/ are ours, in the layouts of the real ones.

Beside each page of a model that is not in the catalog stands the spec it must give. To add one, write the page alone
and run the test once: it writes the spec and fails, so that somebody reads it.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.catalog.load import MODELS, load_catalog
from render.catalog.pages.describe import describe
from render.catalog.pages.digits import cut_apart
from render.catalog.pages.read import read_page
from render.catalog.pages.write import blank_lines, spec_text
from render.catalog.read import read_spec
from render.catalog.source import read_source
from render.errors import ManifestError, UsageError

FOLDER = Path(__file__).parent / "pages"
PAGES = {path.stem: path for path in sorted(FOLDER.iterdir()) if path.suffix in {".md", ".txt"}}
KNOWN = ("kandinsky-5-lite", "kandinsky-5-image-lite", "kandinsky-5-distill", "runware-video")
NEW = sorted(PAGES.keys() - set(KNOWN))
CHECKED = "2026-11-21"
SPECS = load_catalog().specs
#: whose words and dates the two have of their own
OF_A_FILE = {"source", "checked"}
#: what a page cannot say: sentences of ours, our units, and what follows from nobody's page
OURS = {"about", "say", "source", "checked", "note", "name", "aliases", "unit", "usual"}


def page_text(name):
    return PAGES[name].read_text(encoding="utf-8")


def described(name, specs=SPECS):
    return describe(read_page(page_text(name)), specs, checked=CHECKED)


def committed(name):
    return read_source((MODELS / f"{name}.yaml").read_text(encoding="utf-8")).data


def without(keys, data):
    """Plain data without some keys at any depth; what values mean is left out with them, and rules have no order."""
    if isinstance(data, list):
        return [without(keys, item) for item in data]
    if not isinstance(data, dict):
        return data
    kept = {key: without(keys, value) for key, value in data.items() if key not in keys}
    if isinstance(kept.get("rules"), list):
        kept["rules"] = sorted(kept["rules"], key=json.dumps)
    if "about" in keys and isinstance(kept.get("allowed"), dict):
        kept["allowed"] = list(kept["allowed"])
    return kept


def differences(one, other, path=()):
    """Paths at which two trees of plain data differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key), other.get(key), (*path, key))
    elif one != other:
        yield path


def left_open(found):
    """Every path that a blank may be about."""
    for blank in found.blanks:
        yield blank.path
        yield from ((*blank.path, key) for key in blank.keys)


@pytest.mark.parametrize("name", KNOWN)
def test_the_page_of_a_known_model_gives_its_spec_but_for_what_the_page_does_not_say(name):
    found = described(name)
    differ = set(differences(without(OF_A_FILE, dict(found.spec)), without(OF_A_FILE, committed(name))))
    assert differ <= set(left_open(found))
    assert found.unread == ()


def test_what_the_page_of_a_known_model_leaves_open_is_what_had_to_be_looked_up():
    assert blank_lines(described("kandinsky-5-image-lite")) == []
    assert blank_lines(described("kandinsky-5-lite")) == [
        "safety.mode: which 3 values are allowed; taken are those of other models",
        "duration: which 2 values are allowed",
        "scheduler: which 75 values are allowed",
        "fps: how many frames a second there are",
    ]
    assert {line.partition(":")[0] for line in blank_lines(described("kandinsky-5-distill"))} == {
        "aspect_ratio",
        "duration",
        "steps",
        "extensions",
        "fps",
    }


@pytest.mark.parametrize("name", ["kandinsky-5-lite", "kandinsky-5-image-lite"])
def test_the_facts_of_a_page_need_no_spec_of_its_model(name):
    known = committed(name)
    found = described(name, [spec for spec in SPECS if spec.id != known["id"]])
    differ = set(differences(without(OURS, dict(found.spec)), without(OURS, known)))
    # that an id is no empty text is ours to know
    assert differ - {("params", "lora", "fields", "model", "min_length")} <= set(left_open(found))


@pytest.mark.parametrize("name", NEW)
def test_a_page_gives_the_spec_that_stands_beside_it(name):
    text, beside = spec_text(described(name)), PAGES[name].with_suffix(".yaml")
    if not beside.exists():
        beside.write_text(text, encoding="utf-8")
        pytest.fail(f"{beside.name} was missing and is written now: read it")
    assert text == beside.read_text(encoding="utf-8")
    assert described(name).unread == ()
    assert read_spec(text, file=beside.name).id == described(name).spec["id"]


def test_there_are_pages_in_two_layouts():
    assert [PAGES[name].suffix for name in NEW].count(".md") == 3
    assert [PAGES[name].suffix for name in NEW].count(".txt") == 2


@pytest.mark.parametrize("name", [*KNOWN, *NEW])
def test_no_sentence_of_a_page_comes_into_a_spec(name):
    words = spec_text(described(name, [])) if name in NEW else spec_text(described(name))
    prose = [line for line in page_text(name).splitlines() if line.endswith(".") and line.count(" ") > 3]
    assert [line for line in prose if line.lstrip("- ").rstrip(".") in words] == []


@pytest.mark.parametrize(
    ("name", "before", "added", "told"),
    [
        ("dusk-still", "- **Max items**: `6`", "- **Glow**: `5`", "- **Glow**: `5`"),
        ("dusk-still", "- **Creator**: Duskworks", "- **Mood**: late", "- **Mood**: late"),
        ("dusk-still", "## Response Parameters", "## Odd Parameters", "the section Odd Parameters"),
        ("dusk-still", "- **1024x1024**: `$0.012`", "- **2K**: `$0.04`", "- **2K**: `$0.04`"),
        ("dusk-still", "| `1K (5:12)` | `640x1536` |", "| `4K` | `huge` |", "| `4K` | `huge` |"),
        (
            "dusk-still",
            "`width` and `height` must be used together.",
            "When `a` is there, `b` is.",
            "When `a` is there",
        ),
        ("dusk-still", "### [seed](https://runware.ai/docs/models/dusk-still-2-0#request-seed)", "### a b", "### a b"),
    ],
)
def test_a_row_that_is_not_understood_is_told_with_its_line(name, before, added, told):
    text = page_text(name).replace(before, f"{added}\n{before}", 1)
    found = describe(read_page(text), SPECS, checked=CHECKED).unread
    assert [(each.line, told in each.text) for each in found] == [(text.splitlines().index(added) + 1, True)]


@pytest.mark.parametrize(
    ("name", "good", "odd", "told"),
    [
        ("dusk-still", "- **Type**: `boolean`", "- **Type**: `vector`", "lamps.isLit: the type vector"),
        ("dusk-still", "- **Max**: `4294967295`", "- **Max**: `lots`", "seed: max lots"),
        ("dusk-still", "- **Step**: `0.05`", "- **Step**: `fine`", "settings.grain: step fine"),
        ("dusk-still", "- **Default**: `0.2`", "- **Default**: `some`", "settings.grain: the default some"),
        ("dusk-still", "- **Format**: `uri`", "- **Format**: `ftp`", "uploadEndpoint: the format ftp"),
        ("dusk-still", "- **Max items**: `6`", "- **Max items**: `few`", "lamps: max few"),
        (
            "dusk-still",
            "- **Max**: `4294967295`\n",
            "- **Max**: `4294967295`\n\n**Excluded values**: `7`\n",
            "seed: the excluded values",
        ),
        ("ember-loop", "integer min: 1 max: 9 -", "integer nullable min: 1 max: 9 -", "nullable"),
        ("ember-loop", "integer min: 1 max: 9 -", "vector min: 1 max: 9 -", "loops, which has no type"),
        ("runware-video", "fps\ninteger\n", "fps\ninteger\nParity: even\n", "Parity: even"),
        ("kandinsky-5-distill", "num_inference_stepsintegerOptional", "num_stepsvectorOptional", "num_stepsvector"),
    ],
)
def test_a_fact_that_is_not_understood_is_told(name, good, odd, told):
    text = page_text(name)
    assert good in text
    found = describe(read_page(text.replace(good, odd, 1)), SPECS, checked=CHECKED)
    assert any(told in each.text for each in found.unread), found.unread
    assert "was not understood" in spec_text(found)


def test_a_parameter_that_stands_there_twice_is_told_and_two_that_are_spelled_alike_are_kept_apart():
    text = page_text("tide-steps").replace(
        "### ttl", "### steps\n\n- **Type**: `float`\n\n### Steps\n\n- **Type**: `boolean`\n\n### ttl"
    )
    found = describe(read_page(text), SPECS, checked=CHECKED)
    line = text.splitlines().index("### steps", text.splitlines().index("### steps") + 1) + 1
    assert [(each.line, each.text) for each in found.unread] == [(line, "steps, which stands there twice")]
    params = found.spec["params"]
    assert [params[name]["type"] for name in ("steps", "steps_2")] == ["integer", "boolean"]
    assert params["steps_2"]["wire"] == "Steps"


def test_a_page_in_no_layout_is_refused_with_what_was_looked_for():
    with pytest.raises(UsageError) as caught:
        read_page("# Dusk\n\nA model.\n\n| name | type |\n")
    for words in ("`## Request Parameters`", "a dash", "`taskType`", "`/v2/video/generations`"):
        assert words in caught.value.hint


@pytest.mark.parametrize(
    ("name", "good", "odd", "said"),
    [
        ("tide-steps", "- **Value**: `videoInference`", "- **Value**: `audioInference`", "`audioInference`"),
        ("tide-steps", "- **Value**: `videoInference`\n", "", "which type of task"),
        ("tide-steps", "tide:9@3", "the tide", "which model"),
    ],
)
def test_a_page_about_nothing_that_can_be_rendered_is_refused(name, good, odd, said):
    with pytest.raises(UsageError) as caught:
        describe(read_page(page_text(name).replace(good, odd)), SPECS, checked=CHECKED)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## Request Parameters\n" + "### a\n- **Type**: `string`\n" * 201, "201 parameters"),
        (
            "## Request Parameters\n### a\n- **Type**: `string`\n" + "\n**Allowed values**: " + "`b` " * 2000 * 2,
            "line 5",
        ),
        (
            "## Request Parameters\n### a\n- **Type**: `string`\n\n**Allowed values**:\n" + "- `b`\n" * 3001,
            "3,001 values",
        ),
        (
            f"## Request Parameters\n### z\n- **Path**: `{'a.' * 9}z`\n- **Type**: `string`\n",
            "10 parameters in one another",
        ),
        ("- " * 8000, "line 1 has 16,000 characters"),
        ("## Request Parameters\n", "no parameter"),
    ],
)
def test_a_page_of_far_too_much_or_nothing_is_refused(text, said):
    with pytest.raises(UsageError) as caught:
        read_page(text)
    assert said in caught.value.message


def test_names_that_others_go_by_are_not_given_again():
    page = read_page(page_text("tide-steps"))
    names = {"other:1@1": ("tide-steps",)}
    assert describe(page, SPECS, checked=CHECKED, names=names).slug == "tide-9-3"
    with pytest.raises(UsageError):
        describe(page, SPECS, checked=CHECKED, names={"other:1@1": ("tide-steps", "tide-9-3")})


@pytest.mark.parametrize(
    ("digits", "count", "among", "values"),
    [
        ("592656688752", 4, range(512, 769, 16), ("592", "656", "688", "752")),
        ("961040", 2, range(96, 1121, 16), ("96", "1040")),
        ("4142", 2, range(1, 89), ("41", "42")),
        # 1 and 23, or 12 and 3, which do not rise; then 1, 2 and 3
        ("123", 2, range(1, 89), ("1", "23")),
        ("123", 3, range(1, 89), ("1", "2", "3")),
        # 1 and 112, or 11 and 12
        ("1112", 2, range(1, 120), ()),
        ("592656688752", 5, range(512, 769, 16), ()),
        ("", 1, range(5), ()),
        ("12", 0, range(5), ()),
        ("9" * 400, 3, range(10), ()),
        ("1" * 64, 64, range(100), ()),
        ("1" * 300, 60, range(1, 10**13), ()),
    ],
)
def test_numbers_without_gaps_are_cut_apart_where_there_is_one_way(digits, count, among, values):
    assert cut_apart(digits, count=count, among=among) == values


LINES = {name: page_text(name).splitlines() for name in PAGES}


@st.composite
def spoilt(draw):
    """A page with some of its lines gone, doubled, moved, or with something odd in them."""
    name = draw(st.sampled_from(sorted(LINES)))
    lines = list(LINES[name])
    for _ in range(draw(st.integers(1, 6))):
        at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match draw(st.integers(0, 4)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[other])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = draw(st.text(max_size=30))
            case _:
                cut = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + draw(st.sampled_from(["`", "»", "[]", ": ", "-1", "1e9", "{", "@", "|"]))
    return "\n".join(lines)


@settings(max_examples=150, deadline=None)
@given(spoilt())
def test_a_spoilt_page_gives_a_spec_or_one_clear_refusal(text):
    try:
        made = spec_text(describe(read_page(text), SPECS, checked=CHECKED))
        read_spec(made, file="spoilt.yaml")
    except (UsageError, ManifestError):
        return
    assert made.startswith(("#", "id: "))
