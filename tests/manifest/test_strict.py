import json

import pytest

from render.cli import run

WARNED = """\
version: 1
project: strict
vars: {style: teal}
shots:
  - {id: a, model: kandinsky-5-lite, prompt: a fox, width: 512, height: 512, duration: 5}
"""


@pytest.fixture
def manifest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "strict.shots.yaml"
    path.write_text(WARNED, encoding="utf-8")
    return path


def test_validate_lets_a_warning_pass_unless_it_is_to_be_strict(manifest, capsys):
    assert run(["validate", manifest.name]) == 0
    assert "strict.shots.yaml:3:8: warning[R034]: " in capsys.readouterr().out
    assert run(["validate", manifest.name, "--strict"]) == 2
    told = capsys.readouterr()
    assert "strict.shots.yaml:3:8: error[R034]: " in told.out
    assert told.out.splitlines()[-2] == "1 error"
    assert "in order" not in told.err
    assert run(["validate", "--strict", "--json"]) == 2
    assert [one["severity"] for one in json.loads(capsys.readouterr().out)["problems"]] == ["error"]


@pytest.mark.parametrize("command", ["plan", "run"])
def test_plan_and_run_do_nothing_where_a_warning_counts(command, manifest, capsys):
    assert run([command, "--offline", "--strict", "--out", "out"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "strict.shots.yaml:3:8: error[R034]: the variable `style` is not used" in told.err
    assert "    3 | vars: {style: teal}\n      |        ^^^^^\n" in told.err
    assert not (manifest.parent / "out").exists()


def test_a_plan_shows_a_warning_and_goes_on(manifest, capsys):
    assert run(["plan", "--offline", "--out", "out"]) == 0
    told = capsys.readouterr()
    assert "strict.shots.yaml:3:8: warning[R034]: " in told.err
    assert "1 task: 1 submit" in told.out


def test_nothing_is_strict_about_a_manifest_without_warnings(manifest):
    manifest.write_text(WARNED.replace("vars: {style: teal}\n", ""), encoding="utf-8")
    assert run(["validate", "--strict"]) == 0


def test_fifty_errors_are_shown_of_all_files_together(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shots = "".join(f"  - {{id: s{number}, steps: 99}}\n" for number in range(40))
    lite = "{model: kandinsky-5-lite, prompt: a fox, width: 512, height: 512, duration: 5}"
    head = f"version: 1\nproject: p\ndefaults: {lite}\n"
    for name in "abc":
        (tmp_path / f"{name}.shots.yaml").write_text(f"{head}shots:\n{shots}", encoding="utf-8")
    assert run(["validate", "a.shots.yaml", "b.shots.yaml", "c.shots.yaml", "--json"]) == 2
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [one["file"] for one in problems] == ["a.shots.yaml"] * 40 + ["b.shots.yaml"] * 11
    assert problems[-1]["message"] == "and 70 more errors from here on"
