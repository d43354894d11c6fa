import json
import re
from pathlib import Path

import pytest

from render.catalog.load import load_catalog
from render.cli import run
from render.errors import ManifestError
from render.expand import expand
from render.manifest.load import check_manifest, load_manifest

EXAMPLES = Path(__file__).parent.parent / "manifests"
VALID = sorted((EXAMPLES / "valid").glob("*.shots.yaml"))
INVALID = sorted((EXAMPLES / "invalid").glob("*.shots.yaml"))
CATALOG = load_catalog()


def name(path):
    return path.name.removesuffix(".shots.yaml")


def promised(path):
    """Read `# 12:5 rule-id; 14:9 rule-id` in the first line."""
    head = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    rows = (row.partition(" ") for row in head.split("; "))
    return [(*map(int, place.split(":")), rule) for place, _, rule in rows]


def test_there_are_examples_of_both_kinds():
    assert len(VALID) > 5
    assert len(INVALID) > 40


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_an_invalid_manifest_gives_what_its_first_line_promises(path):
    checked = check_manifest(path, CATALOG)
    assert [(problem.line, problem.column, problem.rule) for problem in checked.problems] == promised(path)
    assert checked.manifest is None
    for problem in checked.problems:
        assert problem.message == problem.message.strip() != ""
        assert "\n" not in problem.message + problem.hint
        assert not re.search(r"None|True|False|\^|\\S|\$\"", problem.message + problem.hint) or problem.rule == "schema"


@pytest.mark.parametrize("path", VALID, ids=name)
def test_a_valid_manifest_gives_the_tasks_written_beside_it(path):
    manifest, problems = load_manifest(path, CATALOG)
    assert {problem.rule for problem in problems} <= {"general-rules"}
    tasks = [
        {
            "key": task.key,
            "model": task.model,
            "provider": task.provider,
            "params": task.params,
            "path": task.path,
            "tags": list(task.tags),
        }
        for task in expand(manifest, CATALOG.find)
    ]
    beside = path.with_name(f"{name(path)}.tasks.json")
    assert tasks == json.loads(beside.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", INVALID[::7], ids=name)
def test_validate_ends_with_2_and_shows_every_problem_in_its_place(path, capsys, monkeypatch):
    monkeypatch.chdir(path.parent)
    assert run(["validate", path.name]) == 2
    shown = capsys.readouterr()
    assert shown.err == ""
    for line, column, rule in promised(path):
        told = rf"^{re.escape(path.name)}:{line}:{column}: (error|warning): .*\[{rule}\]$"
        assert re.search(told, shown.out, re.MULTILINE)


def test_validate_ends_with_0_where_there_are_warnings_only(capsys):
    assert run(["validate", str(EXAMPLES / "valid" / "general-model.shots.yaml")]) == 0
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
        load_manifest(EXAMPLES / "invalid" / "models.shots.yaml", CATALOG)
    assert len(caught.value.problems) == len(promised(EXAMPLES / "invalid" / "models.shots.yaml"))
