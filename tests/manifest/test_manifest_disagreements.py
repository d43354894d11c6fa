import json
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest

from render.catalog.load import load_catalog
from render.manifest.files import ManifestFile
from render.manifest.findings import Findings
from render.manifest.load import check_manifest
from render.manifest.structure import check_structure
from render.schema import manifest_schema
from render.yaml_source import parse_source

CATALOG = load_catalog()
SPECS = CATALOG.specs_for(["kandinsky-5-lite"])
SCHEMA = manifest_schema(SPECS)
SHOT = {"id": "a", "model": "kandinsky-5-lite", "prompt": "a fox", "width": 512, "height": 512, "duration": 5}

#: what jsonschema-rs refuses and jsonschema, as it comes, lets pass: `$` of Python matches before a last line break
RS_ALONE = [
    {"project": "p\n"},
    {"shots": [{**SHOT, "tags": ["hero\n"]}]},
    {"shots": [{**SHOT, "preset": "draft\n"}]},
    {"presets": {"draft\n": {}}},
    {"vars": {"x\n": "y"}},
]
#: what jsonschema refuses and jsonschema-rs lets pass: hundredths that no double holds exactly
JSONSCHEMA_ALONE = [{"shots": [{**SHOT, "cfg_scale": value}]} for value in (4.35, 1.09, 1.1, 5.55)]


def whole(changes):
    return {"version": 1, "project": "p", "shots": [SHOT], **changes}


def told(changes):
    # JSON is YAML, and keeps line breaks as escapes
    source = parse_source(json.dumps(whole(changes)).encode(), file="f.yaml")
    assert source.problems == ()
    findings = Findings(source)
    check_structure([ManifestFile(path=Path("f.yaml"), data=source.data)], SPECS, findings)
    return findings.sorted()


@pytest.mark.parametrize("changes", RS_ALONE)
def test_what_only_jsonschema_rs_refuses_is_told(changes):
    assert not jsonschema_rs.is_valid(SCHEMA, whole(changes))
    assert jsonschema.Draft7Validator(SCHEMA).is_valid(whole(changes))
    (problem,) = told(changes)
    if {"presets", "vars"} & set(changes):
        assert problem.rule == "schema"
        assert "does not match" in problem.message
    else:
        assert problem.rule == "pattern"
        assert "ends with a line break" in problem.message


@pytest.mark.parametrize("changes", JSONSCHEMA_ALONE)
def test_what_only_jsonschema_refuses_is_in_order(changes):
    assert jsonschema_rs.is_valid(SCHEMA, whole(changes))
    assert told(changes) == ()


def test_jsonschema_does_refuse_some_of_the_legal_hundredths():
    naive = jsonschema.Draft7Validator(SCHEMA)
    assert not all(naive.is_valid(whole(changes)) for changes in JSONSCHEMA_ALONE)


@pytest.mark.parametrize("takes", [1.0, 2.0])
def test_a_decimal_that_both_take_for_a_whole_number_is_refused_all_the_same(takes, tmp_path):
    document = whole({"shots": [{**SHOT, "takes": takes}]})
    assert jsonschema_rs.is_valid(SCHEMA, document)
    assert jsonschema.Draft7Validator(SCHEMA).is_valid(document)
    path = tmp_path / "a.shots.yaml"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert [problem.rule for problem in check_manifest(path, CATALOG).problems] == ["type"]


@pytest.mark.parametrize(
    "value",
    [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 10**399, -(10**398), 1e308, -1e308, 5e-324, "x" * 1_000_000, ""],
    ids=lambda value: repr(value)[:12],
)
@pytest.mark.parametrize("name", ["seed", "takes", "cfg_scale", "width", "prompt", "tags", "scheduler"])
def test_no_value_is_too_large_for_the_validators(name, value):
    assert all(problem.message for problem in told({"shots": [{**SHOT, name: value}]}))


def test_an_error_beside_a_warning_is_told(tmp_path):
    path = tmp_path / "a.shots.yaml"
    path.write_text(
        "version: 1\nproject: p\nvars: {n: 5}\nshots:\n"
        "  - {id: a, model: klingai:3@2, prompt: a fox, duration: 5, cfg_scale: 20, tags: hero}\n",
        encoding="utf-8",
    )
    found = [(problem.rule, problem.severity.value) for problem in check_manifest(path, CATALOG).problems]
    assert found == [
        ("unused-variable", "warning"),
        ("type", "error"),
        ("general-rules", "warning"),
        ("combination", "warning"),
        ("type", "error"),
    ]
