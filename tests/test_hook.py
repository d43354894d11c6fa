"""The hook for pre-commit, played by hand: the files that its pattern picks are given to its entry."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import render

ROOT = Path(render.__file__).parents[1]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
GOOD = "version: 1\nproject: a\nshots: [{id: a, model: kandinsky-5-distill, prompt: Fog over a lake}]\n"


def checked(folder, *names):
    """What pre-commit does: filter by `files`, and append what is left to `entry`."""
    picked = [name for name in names if re.search(HOOK["files"], name)]
    program, *arguments = shlex.split(HOOK["entry"])
    command = [str(Path(sys.executable).with_name(program)), *arguments, *picked]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_it_names_what_pre_commit_needs():
    assert {"id", "name", "entry", "language", "files"} <= set(HOOK)
    assert HOOK["language"] == "python"


@pytest.mark.parametrize(
    ("name", "is_picked"),
    [("film.shots.yaml", True), ("a/b.shots.yaml", True), ("shots.yaml", False), ("film.shots.yaml.orig", False)],
)
def test_it_picks_shot_lists_alone(name, is_picked):
    assert bool(re.search(HOOK["files"], name)) is is_picked


def test_a_commit_with_a_mistake_is_refused_and_one_without_passes(tmp_path):
    (tmp_path / "good.shots.yaml").write_text(GOOD)
    (tmp_path / "bad.shots.yaml").write_text(GOOD.replace("prompt", "promt"))
    (tmp_path / "notes.yaml").write_text("promt: 1\n")

    assert checked(tmp_path, "good.shots.yaml", "notes.yaml").returncode == 0
    refused = checked(tmp_path, "good.shots.yaml", "bad.shots.yaml", "notes.yaml")
    assert refused.returncode == 2
    assert "bad.shots.yaml:3:" in refused.stdout
