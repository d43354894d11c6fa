import json
import subprocess
import sys
from pathlib import Path

RENDER = Path(sys.executable).parent / "render"

TEN = """\
version: 1
project: lantern-line
vars: {style: gouache}
defaults:
  model: kandinsky-5-lite
  prompt: ${action}. ${style}
  width: 768
  height: 512
  durration: 10
presets:
  draft: {steps: 12}
shots:
  - id: sq010_sh010
    vars: {action: A steam train}
    duration: 5
    width: 656
  - id: SQ010_SH010
    vars: {action: A steam train}
    duration: 5
  - id: sq010_sh020
    preset: draught
    vars: {action: A funicular}
    duration: 5
  - id: sq010_sh030
    duration: 5
  - id: sq010_sh040
    model: runware:201@1
  - id: sq010_sh050
    vars: {action: Fog}
    enabled: no
  - id: sq010_sh060
    vars: {action: Fog}
    duration: 5
    CFGScale: 5
    cfg_scale: 9.5
    numberResults: 2
"""

#: line, column, rule, and a word of the fix
FOUND = [
    (9, 3, "unknown-key", "duration"),
    (16, 12, "not-allowed", "640"),
    (17, 9, "duplicate-id", ""),
    (21, 13, "unknown-preset", "draft"),
    (6, 11, "unknown-variable", "style"),
    (27, 12, "unknown-model", "runware:210@1"),
    (30, 14, "yaml-trap", "false"),
    (34, 5, "provider-spelling", "cfg_scale"),
    (35, 16, "range", "7"),
    (36, 5, "runner-owned", "takes"),
]


def validate(folder, *options):
    return subprocess.run(
        [RENDER, "validate", "ten.shots.yaml", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "COLUMNS": "80"},
    )


def write(folder):
    # one shot without `duration` would be an eleventh mistake
    text = TEN.replace("    enabled: no\n", "    duration: 5\n    enabled: no\n")
    (folder / "ten.shots.yaml").write_text(text, encoding="utf-8")
    rows = [(line + (line >= 30), column, rule, fix) for line, column, rule, fix in FOUND]
    return sorted(rows)


def test_ten_mistakes_give_ten_problems_in_order_with_line_and_column(tmp_path):
    expected = write(tmp_path)
    finished = validate(tmp_path, "--json")
    problems = json.loads(finished.stdout)["problems"]
    assert [(problem["line"], problem["column"], problem["name"]) for problem in problems] == [
        row[:3] for row in expected
    ]
    assert (finished.returncode, finished.stderr) == (2, "")
    assert {problem["file"] for problem in problems} == {"ten.shots.yaml"}
    for problem, (*_, fix) in zip(problems, expected, strict=True):
        assert list(problem) == ["file", "line", "column", "severity", "rule", "name", "message", "hint"]
        assert problem["severity"] == "error"
        assert fix in problem["message"] + problem["hint"]


def test_ten_mistakes_read_as_text(tmp_path):
    expected = write(tmp_path)
    finished = validate(tmp_path)
    places = [line.split(": error[")[0] for line in finished.stdout.splitlines() if ": error[" in line]
    assert places == [f"ten.shots.yaml:{line}:{column}" for line, column, *_ in expected]
    carets = [line for line in finished.stdout.splitlines() if line.strip("| ^") == "" and "^" in line]
    assert len(carets) == len(expected)
    assert finished.stdout.splitlines()[-2] == "10 errors"
    assert (finished.returncode, finished.stderr) == (2, "")
    assert "Traceback" not in finished.stdout
