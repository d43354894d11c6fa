import json
import re

import pytest

from render.catalog.load import load_catalog
from render.cli import run
from render.errors import ManifestError
from render.manifest.load import load_manifest
from render.rules import RULES
from tests.manifest.examples import (
    FOLDER,
    INVALID,
    VALID,
    given,
    name,
    place,
    promised,
    said,
    tasks,
    write_promise,
    write_tasks,
)

CATALOG = load_catalog()

#: not to be shown in a manifest that one may read: where else each is tested
ELSEWHERE = {
    "yaml-size": "tests/test_yaml_source.py",
    "export-line": "tests/store",
    "model-spec": "tests/rules",
    "request": "tests/manifest/test_requests.py",
}
_OF_A_PROGRAM = re.compile(r"(?<!!)\b(None|True|False|dict|str|int|float|NoneType)\b|\\S|\$\"|\^")


def test_there_are_examples_of_both_kinds():
    assert len(VALID) > 5
    assert len(INVALID) > 40


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_an_invalid_manifest_gives_what_its_first_lines_promise(path):
    if not promised(path):
        write_promise(path)
        pytest.fail(f"{path.name} said nothing of what is wrong with it; it is written now: read it")
    problems = given(path).problems
    assert [place(problem, path) for problem in problems] == [row[:4] for row in promised(path)]
    for problem, row in zip(problems, promised(path), strict=True):
        assert row[4] in said(problem)


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_every_problem_says_in_plain_words_what_is_wrong_and_what_to_do(path):
    checked = given(path)
    assert checked.manifest is None
    for problem in checked.problems:
        assert problem.message == problem.message.strip() != ""
        assert problem.hint == problem.hint.strip() != "", problem
        assert "\n" not in said(problem)
        assert not _OF_A_PROGRAM.search(said(problem)) or problem.rule == "schema", problem


def test_every_rule_is_broken_by_an_example():
    shown = {row[0] for path in (*INVALID, *VALID) for row in promised(path)}
    assert {rule.name for rule in RULES if rule.number not in shown} == set(ELSEWHERE)


@pytest.mark.parametrize("path", VALID, ids=name)
def test_a_valid_manifest_gives_the_tasks_written_beside_it(path):
    beside = path.with_name(f"{name(path)}.tasks.json")
    if not beside.exists():
        write_tasks(path)
        pytest.fail(f"{beside.name} was missing and is written now: read it")
    problems = given(path).problems
    assert [place(problem, path) for problem in problems] == [row[:4] for row in promised(path)]
    assert tasks(path) == json.loads(beside.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", INVALID[::7], ids=name)
def test_validate_ends_with_2_and_shows_every_problem_in_its_place(path, capsys, monkeypatch):
    monkeypatch.chdir(path.parent)
    assert run(["validate", path.name]) == 2
    shown = capsys.readouterr()
    assert shown.err == ""
    for number, file, line, column, _ in promised(path):
        told = rf"^{re.escape(file)}:{line}:{column}: (error|warning)\[{number}\]: "
        assert re.search(told, shown.out, re.MULTILINE)


def test_validate_ends_with_0_where_there_are_warnings_only(capsys):
    assert run(["validate", str(FOLDER / "valid" / "general-model.shots.yaml")]) == 0
    assert "1 warning" in capsys.readouterr().out


def test_several_manifests_are_checked_in_one_go(capsys):
    paths = [str(path) for path in INVALID[:3]]
    assert run(["validate", *paths, str(VALID[0]), "--json"]) == 2
    files = [problem["file"] for problem in json.loads(capsys.readouterr().out)["problems"]]
    assert len(set(files)) == 3
    assert [file for at, file in enumerate(files) if file not in files[:at]] == [
        next(file for file in files if file.endswith(path.name)) for path in INVALID[:3]
    ]


def test_loading_a_manifest_that_is_not_in_order_carries_every_problem():
    with pytest.raises(ManifestError) as caught:
        load_manifest(FOLDER / "invalid" / "models.shots.yaml", CATALOG)
    assert len(caught.value.problems) == len(promised(FOLDER / "invalid" / "models.shots.yaml"))
