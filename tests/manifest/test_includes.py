import os
import shutil
from pathlib import Path

import pytest

from render.catalog.load import load_catalog
from render.cli import run
from render.errors import UsageError
from render.expand import expand
from render.manifest.files import MAX_FILES, MAX_NESTING
from render.manifest.findings import MAX_PROBLEMS
from render.manifest.load import check_manifest, find_manifest, resolve_shots
from render.manifest.reading import AS_WRITTEN, Reading
from render.wish import Place

CATALOG = load_catalog()
HEAD = "version: 1\nproject: p\ndefaults: {model: kandinsky-5-lite, width: 512, height: 512, duration: 5}\n"
OUTSIDE = Reading(allows_outside=True)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def write(name, text):
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def shots(*ids):
    return (
        "shots: []\n" if not ids else "shots:\n" + "".join(f"  - {{id: {shot_id}, prompt: a fox}}\n" for shot_id in ids)
    )


def part(name, *ids, extra=""):
    return write(name, f"version: 1\n{extra}{shots(*ids)}")


def top(include, *ids, head=HEAD):
    return write("film.shots.yaml", f"{head}include: {include}\n{shots(*ids)}")


def check(path, reading=AS_WRITTEN):
    return check_manifest(path, CATALOG, reading)


def ids_of(path, reading=AS_WRITTEN):
    checked = check(path, reading)
    assert checked.manifest is not None, checked.problems
    return [shot.id for shot in checked.manifest.shots]


def told(path, reading=AS_WRITTEN):
    return [(one.file, one.line, one.rule) for one in check(path, reading).problems]


def test_the_files_own_shots_come_first_then_those_of_each_file_with_all_that_it_includes():
    part("b/b.shots.yaml", "b1", extra="include: [deep/c.shots.yaml]\n")
    part("b/deep/c.shots.yaml", "c1")
    part("d.shots.yaml", "d1")
    assert ids_of(top("[b/b.shots.yaml, d.shots.yaml]", "a1")) == ["a1", "b1", "c1", "d1"]


def test_a_pattern_takes_its_files_by_name_and_never_the_one_it_stands_in():
    for name in ("z", "a", "m"):
        part(f"{name}.shots.yaml", name)
    part("below/deeper/q.shots.yaml", "q")
    assert ids_of(top('["*.shots.yaml"]')) == ["a", "m", "z"]
    assert ids_of(top('["**/*.shots.yaml"]')) == ["a", "q", "m", "z"]


def test_a_file_may_be_all_includes():
    part("a.shots.yaml", "a")
    path = write("film.shots.yaml", f"{HEAD}include: [a.shots.yaml]\n")
    assert ids_of(path) == ["a"]


def test_an_included_files_own_words_hold_for_its_shots_alone_and_for_those_it_includes():
    part(
        "b.shots.yaml",
        "b",
        extra="defaults: {steps: 7, width: 768}\nmodel_defaults: {kandinsky-5-lite: {cfg_scale: 3}}\n"
        "include: [c.shots.yaml]\n",
    )
    part("c.shots.yaml", "c", extra="defaults: {steps: 9}\n")
    part("d.shots.yaml", "d")
    manifest = check(top("[b.shots.yaml, d.shots.yaml]", "a")).manifest
    given = {
        shot.id: (shot.params.get("steps"), shot.params["width"], shot.params.get("cfg_scale"))
        for shot in manifest.shots
    }
    assert given == {"a": (None, 512, None), "b": (7, 768, 3), "c": (9, 768, 3), "d": (None, 512, None)}


def test_what_stands_in_defaults_anywhere_is_weaker_than_what_is_said_of_a_model():
    head = HEAD + "model_defaults: {kandinsky-5-lite: {steps: 30}}\n"
    part("b.shots.yaml", "b", extra="defaults: {steps: 7}\n")
    (shot,) = check(top("[b.shots.yaml]", head=head)).manifest.shots
    assert shot.params["steps"] == 30


def test_an_included_files_preset_replaces_the_one_of_that_name_whole():
    head = HEAD + "presets: {draft: {steps: 12, cfg_scale: 3}, wide: {width: 768}}\n"
    write(
        "b.shots.yaml",
        "version: 1\npresets: {draft: {steps: 8}}\nshots:\n  - {id: b, preset: [draft, wide], prompt: a fox}\n",
    )
    (shot,) = check(top("[b.shots.yaml]", head=head)).manifest.shots
    assert (shot.params["steps"], shot.params.get("cfg_scale"), shot.params["width"]) == (8, None, 768)


def test_a_shot_knows_the_file_it_stands_in():
    part("b.shots.yaml", "b")
    resolved, findings = resolve_shots(top("[b.shots.yaml]", "a"), CATALOG)
    assert [findings.place(one.path) for one in resolved] == [
        Place(file="film.shots.yaml", line=6, column=5),
        Place(file="b.shots.yaml", line=3, column=5),
    ]


def test_a_value_from_above_is_blamed_where_it_stands():
    part("b.shots.yaml", "b")
    head = HEAD.replace("width: 512", "width: 513")
    assert told(top("[b.shots.yaml]", head=head)) == [("film.shots.yaml", 3, "not-allowed")]


def test_problems_of_all_files_come_in_one_go_file_by_file():
    write("z.shots.yaml", "version: 1\nshots:\n  - {id: z, prompt: a fox, width: 1}\n")
    write("a.shots.yaml", "version: 1\nshots: [\n")
    path = top("[z.shots.yaml, a.shots.yaml]", "con")
    assert told(path) == [
        ("film.shots.yaml", 6, "shot-id"),
        ("z.shots.yaml", 3, "not-allowed"),
        ("a.shots.yaml", 3, "yaml-syntax"),
    ]


def test_fifty_problems_are_told_of_all_files_together():
    for name in "ab":
        rows = "".join(f"  - {{id: {name}{n}, prompt: a fox, steps: 99}}\n" for n in range(40))
        write(f"{name}.shots.yaml", f"version: 1\nshots:\n{rows}")
    problems = check(top("[a.shots.yaml, b.shots.yaml]")).problems
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].rule == "too-many"
    assert (problems[-1].file, problems[-1].line) == ("b.shots.yaml", 12)
    assert "30 more errors" in problems[-1].message


def test_ids_are_unique_in_all_files_and_the_message_names_the_other_one():
    part("b.shots.yaml", "Fox")
    (problem,) = check(top("[b.shots.yaml]", "fox")).problems
    assert (problem.file, problem.line) == ("b.shots.yaml", 3)
    assert "film.shots.yaml:6" in problem.message


def test_files_that_would_be_written_twice_are_found_across_files():
    write("b.shots.yaml", 'version: 1\nshots:\n  - {id: b, prompt: a fox, output: "a/{shot}.{ext}"}\n')
    write("c.shots.yaml", 'version: 1\nshots:\n  - {id: B.x, prompt: a fox, output: "A/b.{ext}"}\n')
    assert {rule for _, _, rule in told(top("[b.shots.yaml, c.shots.yaml]"))} == {"output"}


def test_a_variable_that_an_included_file_uses_is_used():
    write("b.shots.yaml", "version: 1\nshots:\n  - {id: b, prompt: 'a hen, ${style}'}\n")
    path = top("[b.shots.yaml]", "a", head=HEAD + "vars: {style: ink, other: x}\n")
    assert told(path) == [("film.shots.yaml", 4, "unused-variable")]


@pytest.mark.parametrize("way", ["itself", "through another", "through a link"])
def test_a_cycle_is_refused_with_the_whole_way(way, here):
    part("b.shots.yaml", "b", extra="include: [film.shots.yaml]\n")
    (here / "same.shots.yaml").symlink_to("film.shots.yaml")
    name = {"itself": "film", "through another": "b", "through a link": "same"}[way]
    (problem,) = check(top(f"[{name}.shots.yaml]")).problems
    assert problem.rule == "include-cycle"
    first, *_, last = problem.message.partition(": ")[2].split(" → ")
    assert first == "film.shots.yaml"
    assert last in {"film.shots.yaml", "same.shots.yaml"}


@pytest.mark.parametrize("kind", ["a name", "a pattern", "a link", "a hard link", "another file"])
def test_a_file_is_included_once_whatever_it_is_called(kind, here):
    part("b.shots.yaml", "b")
    part("c.shots.yaml", "c", extra="include: [b.shots.yaml]\n")
    os.link("b.shots.yaml", "hard.shots.yaml")
    (here / "link.shots.yaml").symlink_to("b.shots.yaml")
    again = {
        "a name": "./b.shots.yaml",
        "a pattern": '"b.*"',
        "a link": "link.shots.yaml",
        "a hard link": "hard.shots.yaml",
        "another file": "c.shots.yaml",
    }[kind]
    (problem,) = check(top(f"[b.shots.yaml, {again}]")).problems
    assert problem.rule == "included-twice"
    assert "film.shots.yaml on line 4" in problem.message


@pytest.mark.parametrize("name", ["../b.shots.yaml", "link.shots.yaml", "folder/b.shots.yaml", '"../*.shots.yaml"'])
def test_nothing_outside_the_folder_is_read_unless_it_is_allowed(name, here):
    part("../b.shots.yaml", "b")
    (here / "link.shots.yaml").symlink_to("../b.shots.yaml")
    (here / "folder").symlink_to("..")
    path = top(f"[{name}]", "a")
    assert told(path) == [("film.shots.yaml", 4, "outside-folder")]
    assert ids_of(path, OUTSIDE) == ["a", "b"]


@pytest.mark.parametrize("pattern", ["/**/none", "../**/none", "../../none*", "folder/**/none", "*/../../none"])
def test_a_pattern_that_leads_out_is_refused_whether_or_not_there_is_anything(pattern, here):
    (here / "folder").symlink_to("..")
    assert told(top(f'["{pattern}"]', "a")) == [("film.shots.yaml", 4, "outside-folder")]


def test_a_pattern_may_go_up_as_long_as_it_stays_below_the_folder():
    part("one/a.shots.yaml", "a", extra='include: ["../two/*.shots.yaml"]\n')
    part("two/b.shots.yaml", "b")
    assert ids_of(top("[one/a.shots.yaml]")) == ["a", "b"]


def test_a_name_with_brackets_is_a_name():
    part("sq[1].shots.yaml", "b")
    assert ids_of(top('["sq[1].shots.yaml"]', "a")) == ["a", "b"]


def test_a_name_too_long_for_any_file_is_told(here):
    (problem,) = check(top(f"[{'a' * 5000}]", "a")).problems
    assert (problem.line, problem.rule) == (4, "missing-file")
    assert "name too long" in problem.message


def test_an_absolute_path_is_taken_where_it_leads_below_the_folder(here):
    part("b.shots.yaml", "b")
    assert ids_of(top(f"[{here}/b.shots.yaml]")) == ["b"]


def test_a_folder_that_begins_with_the_same_letters_is_another_folder(here):
    part("../work-elsewhere/b.shots.yaml", "b")
    assert told(top("[../work-elsewhere/b.shots.yaml]")) == [("film.shots.yaml", 4, "outside-folder")]


@pytest.mark.parametrize("kind", ["fifo", "folder", "unreadable", "loop", "dangling"])
def test_what_is_no_file_is_told_and_never_waited_for(kind, here):
    name = here / "b.shots.yaml"
    if kind == "fifo":
        os.mkfifo(name)
    elif kind == "folder":
        name.mkdir()
    elif kind == "unreadable":
        part("b.shots.yaml", "b")
        name.write_bytes(b"\0" * (64 * 2**20 + 1))
    else:
        name.symlink_to("b.shots.yaml" if kind == "loop" else "nowhere")
    (problem,) = check(top("[b.shots.yaml]")).problems
    assert problem.rule in {"missing-file", "too-many-files"}
    assert problem.line == 4
    assert problem.hint


def test_files_are_nested_so_deep_and_no_deeper():
    for depth in range(1, MAX_NESTING + 2):
        part(f"{depth}.shots.yaml", f"s{depth}", extra=f"include: [{depth + 1}.shots.yaml]\n")
    part(f"{MAX_NESTING}.shots.yaml", "last")
    assert len(ids_of(top("[1.shots.yaml]"))) == MAX_NESTING
    part(f"{MAX_NESTING}.shots.yaml", "last", extra=f"include: [{MAX_NESTING + 1}.shots.yaml]\n")
    part(f"{MAX_NESTING + 1}.shots.yaml", "deepest")
    assert told(top("[1.shots.yaml]")) == [(f"{MAX_NESTING}.shots.yaml", 2, "too-many-files")]


def test_there_is_an_end_to_the_number_of_files():
    for number in range(MAX_FILES):
        write(f"parts/{number:04d}.shots.yaml", "version: 1\nshots: []\n")
    rules = [rule for _, _, rule in told(top('["parts/*.shots.yaml"]'))]
    assert rules == ["too-many-files"]


def test_a_part_is_checked_with_the_manifest_that_includes_it(capsys):
    part("sequences/b.shots.yaml", "b")
    top("[sequences/b.shots.yaml]", "a")
    assert run(["validate", "sequences/b.shots.yaml"]) == 0
    assert "film.shots.yaml, with 1 file that it includes: in order" in capsys.readouterr().err
    assert run(["validate", "sequences/b.shots.yaml", "film.shots.yaml"]) == 0
    assert capsys.readouterr().err.count("in order") == 1


def test_a_part_that_nothing_includes_lacks_its_project(capsys):
    part("b.shots.yaml", "b")
    assert run(["validate", "b.shots.yaml"]) == 2
    assert "`project` is missing" in capsys.readouterr().out


def test_a_file_that_repeats_the_project_is_checked_once_within_the_whole(capsys):
    part("b.shots.yaml", "b", extra="project: p\n")
    top("[b.shots.yaml]", "a")
    assert run(["validate"]) == 0
    assert capsys.readouterr().err == "film.shots.yaml, with 1 file that it includes: in order\n"


def test_a_manifest_that_leads_out_is_looked_through_for_a_part_only_where_that_is_allowed(capsys):
    part("b.shots.yaml", "b")
    top('["../**/b.shots.yaml"]', "a")
    assert run(["validate", "b.shots.yaml"]) == 2
    assert "`project` is missing" in capsys.readouterr().out
    assert run(["validate", "b.shots.yaml", "--allow-outside"]) == 0
    assert "film.shots.yaml, with 1 file that it includes: in order" in capsys.readouterr().err


def test_a_part_cannot_be_rendered_by_itself(capsys):
    part("b.shots.yaml", "b")
    top("[b.shots.yaml]", "a")
    assert run(["plan", "b.shots.yaml"]) == 2
    shown = capsys.readouterr().err
    assert "film.shots.yaml includes this file: name that one instead" in shown
    assert "1 error\n" in shown


def test_the_manifest_beside_its_parts_is_found_without_being_named(here):
    part("a.shots.yaml", "a")
    top("[a.shots.yaml]")
    assert find_manifest(here).name == "film.shots.yaml"
    shutil.copy("film.shots.yaml", "second.shots.yaml")
    with pytest.raises(UsageError, match="there are 2 manifests here"):
        find_manifest(here)


def test_outside_is_allowed_by_an_option_of_every_command_that_opens_a_manifest(capsys):
    part("../b.shots.yaml", "b")
    top("[../b.shots.yaml]", "a")
    assert run(["plan", "--json"]) == 2
    assert run(["plan", "--json", "--allow-outside"]) == 0
    assert run(["validate", "--allow-outside"]) == 0
    assert '"b.t01"' in capsys.readouterr().out


def test_tasks_of_all_files_are_one_project():
    part("b.shots.yaml", "b")
    manifest = check(top("[b.shots.yaml]", "a", head=HEAD + "output: '{project}/{shot}.{ext}'\n")).manifest
    assert [task.path for task in expand(manifest, CATALOG.find)] == ["p/a.mp4", "p/b.mp4"]
