"""`render init`: what it writes can be checked and rendered as it stands, and nothing of anybody's is lost."""

import json
import re

import pytest


@pytest.fixture
def folder(tmp_path):
    """An empty project folder; where it is the root of a repository, files go below it."""
    (tmp_path / "film" / ".git").mkdir(parents=True)
    return tmp_path / "film"


def files(folder):
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if not str(path).startswith("renders-offline"))


def test_what_it_writes_is_in_order_and_renders_offline(render):
    told = render("init")

    assert files(render.folder) == [".gitignore", "film.shots.yaml", "schemas/manifest.schema.json"]
    assert (render.folder / ".gitignore").read_text() == "renders/\nrenders-offline/\n"
    assert told.stdout == ""
    steps = re.findall(r"^  render (\w+)", told.stderr, re.MULTILINE)
    assert steps == ["validate", "plan", "run", "models"]
    render("validate", "--strict")
    assert render.json("run", "--offline")["saved"] == 3
    assert render.json("plan", "--offline")["totals"] == {"skip": 3}


def test_an_editor_finds_the_schema_beside_the_manifest(render):
    render("init", "below/here")
    text = (render.folder / "below" / "here" / "film.shots.yaml").read_text(encoding="utf-8")
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", text.splitlines()[0])[1]
    schema = json.loads((render.folder / "below" / "here" / named).read_text(encoding="utf-8"))
    assert schema == json.loads(render("schema").stdout)


@pytest.mark.parametrize(("name", "line"), [("lantern-line", "project: lantern-line"), ("12", 'project: "12"')])
def test_the_project_names_the_manifest(render, name, line):
    render("init", "--project", name)
    assert line in (render.folder / f"{name}.shots.yaml").read_text(encoding="utf-8").splitlines()
    render("validate", "--strict", f"{name}.shots.yaml")


@pytest.mark.parametrize("name", ["a b", "../up", "", ".hidden", "con", "x" * 101])
def test_a_name_that_no_project_can_have_is_refused_and_nothing_is_written(render, name):
    assert "cannot name a project" in render("init", "--project", name, status=2).stderr
    assert files(render.folder) == []


def test_nothing_is_overwritten(render):
    (render.folder / "film.shots.yaml").write_text("mine\n")
    assert "film.shots.yaml is there already; nothing was written" in render("init", status=2).stderr
    assert files(render.folder) == ["film.shots.yaml"]
    assert (render.folder / "film.shots.yaml").read_text() == "mine\n"

    (render.folder / "schemas").mkdir()
    (render.folder / "schemas" / "manifest.schema.json").write_text("{}")
    done = render("init", "--project", "other")
    assert "schemas/manifest.schema.json: is there already, and stays as it is" in done.stderr
    assert (render.folder / "schemas" / "manifest.schema.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("*.tmp", "*.tmp\nrenders/\nrenders-offline/\n"),
        ("/renders\n", "/renders\nrenders-offline/\n"),
        ("renders-offline/\nrenders/\n", "renders-offline/\nrenders/\n"),
    ],
)
def test_only_the_lines_that_are_missing_are_added_where_renders_will_be(render, before, after):
    (render.folder / ".gitignore").write_text(before)
    render("init", "sequences/sq010")
    assert (render.folder / ".gitignore").read_text() == after
    assert not (render.folder / "sequences" / "sq010" / ".gitignore").exists()


def test_a_gitignore_that_is_a_link_is_refused_and_nothing_is_written(render):
    theirs = render.folder / "theirs.txt"
    theirs.write_text("*.tmp\n")
    (render.folder / ".gitignore").symlink_to(theirs)
    assert ".gitignore is a link; nothing was written" in render("init", status=2).stderr
    assert theirs.read_text() == "*.tmp\n"
    assert files(render.folder) == [".gitignore", "theirs.txt"]


def test_what_could_not_be_written_is_written_by_the_next_try(render):
    (render.folder / "schemas").write_text("a file")
    assert "cannot write schemas" in render("init", status=3).stderr
    (render.folder / "schemas").unlink()
    (render.folder / ".gitignore").mkdir()
    assert "cannot write .gitignore" in render("init", status=3).stderr
    (render.folder / ".gitignore").rmdir()
    render("init")
    assert files(render.folder) == [".gitignore", "film.shots.yaml", "schemas/manifest.schema.json"]


def test_a_folder_that_cannot_be_written_is_told(render):
    (render.folder / "blocked").write_text("a file")
    assert "is a file" in render("init", "blocked", status=2).stderr
    (render.folder / "dangling").symlink_to("nowhere")
    assert "dangling is there and is no folder" in render("init", "dangling", status=2).stderr
    assert "cannot make the folder blocked/below" in render("init", "blocked/below", status=3).stderr
    (render.folder / "schemas").write_text("a file")
    assert "cannot write schemas" in render("init", status=3).stderr
