import json
import os
from pathlib import Path

import pytest
import yaml

from render.catalog.load import MODELS, catalog_beside, load_catalog
from render.catalog.read import read_spec
from render.errors import ManifestError

SPEC = """\
id: acme:1@1
name: Acme One
aliases: [acme]
provider: runware
task: videoInference
medium: video
source: a page
checked: 2026-11-21
params:
  prompt: {wire: positivePrompt, type: string, required: true, about: What is seen.}
  steps: {type: integer, min: 1, max: 50, default: 20, usual: [1, 40], about: Steps.}
  side: {type: integer, min: 512, max: 560, step: 16, excluded: [528], about: A side.}
  cfg_scale: {wire: CFGScale, type: number, min: 1, max: 7, step: 0.01, default: 4.35, about: Guidance.}
  output_format: {wire: outputFormat, type: string, default: MP4, allowed: {MP4: plays, WEBM: web}, about: Format.}
rules:
  - {kind: at_most, params: [side, steps], say: never}
extensions: {MP4: mp4, WEBM: webm}
prices:
  - {when: {steps: 20}, usd: 0.5, source: a page}
"""


def written(folder: Path, text: str = SPEC, name: str = "acme.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path):
    with pytest.raises(ManifestError) as caught:
        load_catalog([folder])
    return caught.value.problems


def test_a_model_is_found_by_alias_and_by_id():
    catalog = load_catalog()
    assert catalog.find("kandinsky-5-lite") is catalog.find("runware:210@1")
    assert catalog.full_id("kandinsky-5-lite") == "runware:210@1"
    assert catalog.find("sber-ai/kandinsky5-t2v").provider == "aimlapi"


def test_any_other_runware_id_is_held_to_the_general_rules_and_keeps_its_own_id():
    catalog = load_catalog()
    assert catalog.find("klingai:3@2").aliases == ("runware-video",)
    assert catalog.full_id("klingai:3@2") == "klingai:3@2"


@pytest.mark.parametrize(
    "name", ["", "kandinsky", "runware-video", "runware:videoInference", "a:b", "a:1@1\n", "a b:1@1"]
)
def test_what_is_no_model_is_not_found(name):
    assert load_catalog().find(name) is None


def test_the_general_rules_have_a_page_of_their_own():
    assert load_catalog().page("runware-video").matches
    assert load_catalog().page("kandinsky-5-lite").id == "runware:210@1"
    assert load_catalog().page("nothing") is None


def test_one_slip_from_a_known_id_is_told_apart_from_an_unknown_one():
    catalog = load_catalog()
    assert catalog.near_miss("runware:201@1") == "runware:210@1"
    assert catalog.near_miss("kandinsky-5-lit") == "kandinsky-5-lite"
    assert catalog.near_miss("klingai:3@2") is None
    assert catalog.near_miss("runware:210@1") is None


def test_the_nearest_names_are_those_one_can_use():
    nearest = load_catalog().nearest("kandinsky-lite")
    assert nearest[0] == "kandinsky-5-lite"
    assert len(nearest) == 3
    assert "runware-video" not in load_catalog().names


def test_only_the_models_in_use_are_read():
    catalog = load_catalog()
    assert [spec.id for spec in catalog.specs_for(["kandinsky-5-lite", "runware:210@1", "nope"])] == ["runware:210@1"]
    assert list(catalog._read) == ["runware:210@1"]  # noqa: SLF001  what is read is the point


def test_a_users_folder_adds_a_model(tmp_path):
    spec = load_catalog([written(tmp_path)]).find("acme")
    assert spec.id == "acme:1@1"
    assert spec.param("side").allowed == (512, 544, 560)
    assert spec.param("output_format").meanings == ("plays", "web")
    assert spec.prices[0].usd_low == spec.prices[0].usd_high == 0.5


def test_a_users_spec_of_a_known_id_takes_its_place(tmp_path):
    text = SPEC.replace("acme:1@1", "runware:210@1").replace("[acme]", "[kandinsky-5-lite]")
    assert load_catalog([written(tmp_path, text)]).find("kandinsky-5-lite").name == "Acme One"


@pytest.mark.parametrize(
    ("good", "bad", "line", "words"),
    [
        ("name: Acme One", "nome: Acme One", 2, "`nome` is not known here; did you mean `name`?"),
        ("source: a page", "task: x", 1, "`source` is missing"),
        ("checked: 2026-11-21", "checked: yesterday", 8, "a day like"),
        ("medium: video", "medium: film", 6, "`film` is neither video nor image"),
        ("name: Acme One", "name: [Acme]", 2, "`name`: a list is not a text; what people call the model"),
        ("default: 20", "default: 51", 11, "above the greatest value, 50; allowed: 1 to 50"),
        ("default: 20", "default: 20.0", 11, "not a whole number"),
        ("default: 4.35", "default: 4.355", 13, "not a multiple of 0.01"),
        ("default: MP4", "default: MOV", 14, "not one of"),
        ("type: integer, min: 1", "type: int, min: 1", 11, "`int` is no kind of value; did you mean `integer`?"),
        ("min: 1, max: 50", "min: 60, max: 50", 11, "`min` is above `max`"),
        ("about: Steps.", 'about: ""', 11, "`about` is missing"),
        ("max: 50", "maximum: 50", 11, "`maximum` is not known here; did you mean `max`?"),
        ("max: 560", "max: 9000000000000000000", 12, "a range of more than 10,000 values"),
        ("max: 50", "max: true", 11, "`max`: true is not a number; write a number"),
        ("steps: {type", "steps: 5 #", 11, "5 does not describe a parameter; write what it takes"),
        ("params: [side, steps]", "params: [side, stepz]", 16, "no parameter `stepz`; did you mean `steps`?"),
        ("kind: at_most", "kind: atmost", 16, "`atmost` is no kind of rule; did you mean `at_most`?"),
        ("say: never", "say: never, when: {steps: {below: 1}}", 16, "the condition of `steps`"),
        ("WEBM: webm", "MOV: mov", 17, "differ: `MOV`, `WEBM`"),
        ("usd: 0.5,", "", 19, "`usd` is missing"),
        ("params:\n", "sizes: [[1, 2]]\nparams:\n", 9, "`sizes` and the values of `width` differ"),
        ("params:\n", "sizes: [[1]]\nparams:\n", 9, "is no size; write [width, height]"),
        ("provider: runware", "provider: openai", 4, "`openai` is no provider that renderline knows; there are"),
        ("provider: runware", "provider: runwar", 4, "did you mean `runware`?"),
        ("{MP4: mp4", "{MP4: x/../../../../y", 17, "`x/../../../../y` is no file extension; write 1 to 8 small"),
        ("{MP4: mp4", "{MP4: .mp4", 17, "`.mp4` is no file extension"),
        ("{MP4: mp4", "{MP4: [mp4]", 17, "a list is no file extension"),
        ("{MP4: mp4", "{MP4: 5", 17, "5 is no file extension"),
        ("medium: video", "medium: video\nfps: 0", 7, "`fps`: 0 is not above 0"),
        ("usd: 0.5", "usd: -0.5", 19, "-0.5 is no amount of money"),
        ("usd: 0.5", f"usd: {'9' * 400}.5", 19, "is no amount of money"),
        ("medium: video", "medium: video\nmatches: (a+)+b", 7, "compare with a name; without `(`, with at most 3 of"),
        (
            "medium: video",
            "medium: video\nmatches: a.*.*.*.*b",
            7,
            "compare with a name; without `(`, with at most 3 of",
        ),
        ("medium: video", "medium: video\nmatches: a{99999999999}", 7, "is not a regular expression"),
        ("medium: video", "medium: video\nmatches: a[", 7, "is not a regular expression"),
        ("provider: runware", "id: acme:1@1", 4, "stands here twice"),
        ("name: Acme One", "name: {", 4, "not YAML"),
        ("params: [side, steps], ", "", 16, "the parameters that it speaks of: `params: [fps, duration]`"),
        ("when: {steps: 20}, ", "", 19, "for it to cost this: `when: {duration: 5}`"),
    ],
)
def test_a_faulty_spec_is_refused_with_its_line(tmp_path, good, bad, line, words):
    assert good in SPEC
    found = problems(written(tmp_path, SPEC.replace(good, bad, 1)))
    told = [problem for problem in found if words in f"{problem.message}; {problem.hint}"]
    assert [problem.line for problem in told] == [line], found
    assert all(problem.hint for problem in found), found
    assert {Path(problem.file).name for problem in found} == {"acme.yaml"}


@pytest.mark.parametrize(
    ("good", "bad", "place"),
    [
        ("params:\n", "parms:\n", (9, 1)),
        ("max: 50", "maximum: 50", (11, 34)),
        ("say: never", "sey: never", (16, 44)),
        ("provider: runware", "id: acme:1@1", (4, 1)),
        ("medium: video", "medium: film", (6, 9)),
    ],
)
def test_a_key_that_is_wrong_is_told_at_the_key_and_a_value_at_the_value(tmp_path, good, bad, place):
    found = problems(written(tmp_path, SPEC.replace(good, bad, 1)))
    assert place in {(problem.line, problem.column) for problem in found}


def test_all_that_is_wrong_with_a_spec_is_told_at_once(tmp_path):
    text = SPEC.replace("max: 50", "maximum: 50").replace("medium: video", "medium: film").replace("4.35", "99")
    found = problems(written(tmp_path, text.replace("medium: film", "medium: film\nfoo: 1")))
    assert [problem.line for problem in found] == [7, 12, 14]


GONE = object()
WRONG_VALUES = [GONE, None, True, 0, -1, 1.5, "x", "", [], [1], ["x"], [[1]], [{}], {}, {"x": 1}, {"x": {}}]
EXTRAS = {
    "owned": {"x": {"type": "string"}},
    "sizes": [[512, 512]],
    "aspect_sizes": {"3:2": [768, 512]},
    "fps": 24,
    "matches": "^a:b@1$",
    "note": "n",
}


def nodes(value, path=()):
    """Every path in plain data, below the top."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*path, key)
        yield from nodes(below, (*path, key))


def with_mistake(data, path, value):
    """A copy of plain data with another value, or none, at `path`."""
    if not path:
        return value
    head, *rest = path
    inner = with_mistake(data[head], rest, value)
    if isinstance(data, list):
        return [*data[:head], *([] if inner is GONE else [inner]), *data[head + 1 :]]
    return {key: inner if key == head else data[key] for key in data if not (key == head and inner is GONE)}


def whole_spec():
    spec = {**yaml.safe_load(SPEC.replace("checked: 2026-11-21", 'checked: "2026-11-21"')), **EXTRAS}
    side = {"type": "integer", "allowed": [512], "about": "A side."}
    return {**spec, "params": {**spec["params"], "width": side, "height": side}}


WHOLE = whole_spec()


def problems_in(text):
    try:
        read_spec(text, file="a.yaml")
    except ManifestError as error:
        return error.problems
    return ()


def test_the_spec_to_make_mistakes_in_has_none():
    assert problems_in(json.dumps(WHOLE)) == ()


@pytest.mark.parametrize("path", list(nodes(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_no_mistake_in_a_spec_is_a_crash(path):
    for value in WRONG_VALUES:
        found = problems_in(json.dumps(with_mistake(WHOLE, path, value)))
        assert all(problem.line and problem.hint for problem in found), value


def test_a_name_longer_than_any_is_not_held_against_a_pattern(tmp_path):
    text = SPEC.replace("medium: video", "medium: video\nmatches: ^acme/.*$")
    catalog = load_catalog([written(tmp_path, text)])
    assert catalog.find("acme/nine").id == "acme:1@1"
    assert catalog.find("acme/" + "9" * 1000) is None


def test_two_specs_of_one_name_are_refused(tmp_path):
    (problem,) = problems(written(tmp_path, SPEC.replace("[acme]", "[acme, kandinsky-5-lite]")))
    assert "`kandinsky-5-lite` already is a name of" in problem.message


def test_two_specs_of_one_id_in_the_users_folders_are_refused(tmp_path):
    (problem,) = problems(written(written(tmp_path), name="again.yaml"))
    assert "has a spec already" in problem.message


def test_names_that_cannot_be_seen_without_reading_are_refused(tmp_path):
    (problem,) = problems(written(tmp_path, SPEC.replace("aliases: [acme]", "aliases:\n  - acme")))
    assert "on one line each" in problem.hint


def test_a_folder_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "bad.yaml").write_bytes(b"id: \xff")
    (problem,) = problems(tmp_path)
    assert "not UTF-8" in problem.message


def test_the_specs_of_the_program_are_all_readable():
    assert len(load_catalog().specs) == len(list(MODELS.glob("*.yaml"))) >= 5


def test_a_name_that_is_taken_is_refused_where_it_stands_with_the_line(tmp_path):
    (problem,) = problems(written(tmp_path, SPEC.replace("[acme]", "[acme, kandinsky-5-lite]")))
    assert (problem.line, problem.column) == (3, 17)
    assert problem.excerpt.text == "aliases: [acme, kandinsky-5-lite]"
    (problem,) = problems(written(written(tmp_path), name="again.yaml"))
    assert (problem.line, problem.column) == (1, 5)


def test_what_is_wrong_with_a_spec_is_shown_with_its_line(tmp_path):
    (problem,) = problems(written(tmp_path, SPEC.replace("medium: video", "medium: film")))
    assert problem.excerpt.text == "medium: film"


def test_a_model_of_a_folder_beside_the_manifest_and_of_named_ones_are_known(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "more").mkdir()
    written(tmp_path / "models")
    written(tmp_path / "more", SPEC.replace("acme:1@1", "acme:2@1").replace("[acme]", "[acme-two]"))
    named = (tmp_path / "more", tmp_path / "models")
    catalog = catalog_beside(tmp_path / "film.shots.yaml", named)
    assert {catalog.find(name).id for name in ("acme", "acme-two")} == {"acme:1@1", "acme:2@1"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 100_000, "nested deeper"),
        (b"- " * 100_000, "nested deeper"),
        (b"a: &a [x]\nb: *a\n", "aliases are not used"),
        (b"a: [" + b"1, " * 60_000 + b"]", "more than 50,000 values"),
        (b"a" * (2**20 + 1), "larger than 1 MiB"),
        (b"id: \xff", "not UTF-8"),
    ],
)
def test_a_spec_of_a_folder_that_merely_lies_there_is_not_trusted(tmp_path, content, words):
    (tmp_path / "bad.yaml").write_bytes(content)
    (problem,) = problems(tmp_path)
    assert words in problem.message
    assert problem.hint
    assert Path(problem.file).name == "bad.yaml"


@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_a_spec_that_is_no_file_is_told_and_never_waited_for(tmp_path, kind):
    name = tmp_path / "bad.yaml"
    {"fifo": os.mkfifo, "folder": os.mkdir, "device": lambda path: path.symlink_to("/dev/zero")}[kind](name)
    (problem,) = problems(tmp_path)
    assert "not a regular file" in problem.message
