import os
from pathlib import Path

import pytest

from render.catalog.load import load_catalog
from render.expand import expand
from render.fingerprint import fingerprint
from render.manifest.load import check_manifest
from render.manifest.reading import AS_WRITTEN, Reading
from render.manifest.text_files import MAX_TEXT_BYTES

CATALOG = load_catalog()
HEAD = "version: 1\nproject: p\ndefaults: {model: kandinsky-5-lite, width: 512, height: 512, duration: 5}\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    (tmp_path / "work" / "texts").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def manifest(here):
    def write(*rows, head=HEAD):
        path = here / "film.shots.yaml"
        text = "".join(f"  - {{id: s{at}, {row}}}\n" for at, row in enumerate(rows))
        path.write_text(f"{head}shots:\n{text}", encoding="utf-8")
        return path

    return write


def text(content, name="fox.txt"):
    data = content if isinstance(content, bytes) else content.encode()
    Path("texts", name).write_bytes(data)


def tasks_of(path):
    checked = check_manifest(path, CATALOG)
    assert checked.manifest is not None, checked.problems
    return expand(checked.manifest, CATALOG.find)


def told(path, reading=AS_WRITTEN):
    return [(one.file, one.line, one.column, one.rule) for one in check_manifest(path, CATALOG, reading).problems]


FOX = "prompt: {file: texts/fox.txt}"


@pytest.mark.parametrize(
    ("content", "is_sent"),
    [
        ("a fox\n", "a fox"),
        ("a fox", "a fox"),
        ("a fox\n\n", "a fox\n"),
        ("a fox\r\nat night\r\n", "a fox\nat night"),
        ("a fox\rat night\r", "a fox\nat night"),
        (b"\xef\xbb\xbfa fox\n", "a fox"),
        ("  a\tfox: {yes}\n", "  a\tfox: {yes}"),
        ("un renard ébloui 狐\n", "un renard ébloui 狐"),
    ],
)
def test_a_text_is_what_stands_in_the_file_without_its_last_line_end(manifest, content, is_sent):
    text(content)
    (task,) = tasks_of(manifest(FOX))
    assert task.params["prompt"] == is_sent


def test_variables_are_filled_into_a_text_and_a_literal_one_is_written_with_two_dollars(manifest):
    text("a ${animal}, not $${animal}\n")
    first, second = tasks_of(manifest(f"{FOX}, vars: {{animal: fox}}", f"{FOX}, vars: {{animal: hen}}"))
    assert first.params["prompt"] == "a fox, not ${animal}"
    assert second.params["prompt"] == "a hen, not ${animal}"


def test_a_text_may_stand_wherever_a_parameter_may(manifest, here):
    text("a fox\n")
    text("blurry\n", "never.txt")
    head = (
        HEAD.replace("duration: 5", "duration: 5, negative_prompt: {file: texts/never.txt}")
        + "presets: {fox: {prompt: {file: texts/fox.txt}}}\n"
        + "model_defaults: {kandinsky-5-lite: {prompt: {file: texts/never.txt}}}\n"
    )
    tasks = tasks_of(manifest("preset: fox", "steps: 5", head=head))
    assert [task.params["prompt"] for task in tasks] == ["a fox", "blurry"]
    assert {task.params["negative_prompt"] for task in tasks} == {"blurry"}


def test_a_text_may_be_a_value_of_an_axis(manifest):
    text("a fox\n")
    text("a hen\n", "hen.txt")
    tasks = tasks_of(manifest("matrix: {prompt: [{file: texts/fox.txt}, {file: texts/hen.txt}]}"))
    assert [task.params["prompt"] for task in tasks] == ["a fox", "a hen"]


def test_a_text_is_looked_for_beside_the_file_that_names_it(manifest, here):
    (here / "seq").mkdir()
    (here / "seq" / "fox.txt").write_text("a fox\n")
    (here / "seq" / "b.shots.yaml").write_text("version: 1\nshots:\n  - {id: b, prompt: {file: fox.txt}}\n")
    head = HEAD + "include: [seq/b.shots.yaml]\n"
    assert [task.params["prompt"] for task in tasks_of(manifest("prompt: a hen", head=head))] == ["a hen", "a fox"]


def test_what_is_bought_depends_on_the_text_and_not_on_where_it_stands(manifest):
    text("a fox\n")
    text("a fox\r\n", "moved.txt")
    rows = (FOX, "prompt: {file: texts/moved.txt}", "prompt: a fox")
    spec = CATALOG.find("kandinsky-5-lite")
    prints = {fingerprint(task.params, spec=spec, model=task.model, take=1) for task in tasks_of(manifest(*rows))}
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("content", "line", "column", "rule"),
    [
        (b"a fox\nat \xff night\n", 2, 4, "encoding"),
        (b"\xff\xfea\x00", 1, 1, "encoding"),
        ("a fox\r\n\u202eat night".encode(), 2, 1, "character"),
        (b"a\x00fox", 1, 2, "character"),
        (b"a\x1b[31m fox", 1, 2, "character"),
    ],
)
def test_a_text_that_shows_other_than_it_is_is_refused_in_its_own_place_and_once(manifest, content, line, column, rule):
    text(content)
    path = manifest(FOX, FOX, "prompt: a hen, negative_prompt: {file: texts/fox.txt}")
    assert told(path) == [("texts/fox.txt", line, column, rule)]


def test_the_line_of_a_text_is_shown_with_what_is_wrong_in_it(manifest):
    text(b"a fox\nat \xe9 night\n")
    (problem,) = check_manifest(manifest(FOX), CATALOG).problems
    assert problem.excerpt.text == "at \ufffd night"


def test_a_variable_that_is_not_there_is_told_in_the_text_and_with_who_names_that(manifest):
    text("Fog.\r\nA fox at ${lihgt}, ${light\n")
    path = manifest("prompt: {file: texts/fox.txt}, vars: {light: dusk}")
    told = [problem for problem in check_manifest(path, CATALOG).problems if problem.is_error]
    assert [(problem.file, problem.line, problem.column, problem.rule) for problem in told] == [
        ("texts/fox.txt", 2, 10, "unknown-variable"),
        ("texts/fox.txt", 2, 20, "unclosed-variable"),
    ]
    assert told[0].hint == "did you mean `light`? named in film.shots.yaml on line 5"
    assert told[0].excerpt.text == "A fox at ${lihgt}, ${light"


def test_one_slip_in_a_text_that_many_shots_name_is_told_once(manifest):
    text("A fox at ${lihgt}")
    (problem,) = check_manifest(manifest(*["prompt: {file: texts/fox.txt}"] * 3), CATALOG).problems
    assert (problem.file, problem.line) == ("texts/fox.txt", 1)


def test_an_empty_text_is_named(manifest):
    text("")
    (problem,) = check_manifest(manifest("prompt: {file: texts/fox.txt}"), CATALOG).problems
    assert (problem.file, problem.line, problem.rule) == ("texts/fox.txt", 1, "length")


def test_problems_of_texts_follow_those_of_the_manifest(manifest):
    text(b"\xff")
    assert [row[0] for row in told(manifest(FOX, "prompt: a hen, steps: 0"))] == ["film.shots.yaml", "texts/fox.txt"]


@pytest.mark.parametrize(("size", "is_read"), [(MAX_TEXT_BYTES, True), (MAX_TEXT_BYTES + 1, False)])
def test_a_text_has_at_most_one_mebibyte(manifest, size, is_read):
    text(b"a fox. " * (size // 7) + b"." * (size % 7))
    rules = {row[3] for row in told(manifest("model: sber-ai/kandinsky5-t2v, " + FOX, head="version: 1\nproject: p\n"))}
    assert rules == (set() if is_read else {"missing-file"})


@pytest.mark.parametrize("kind", ["fifo", "device", "folder", "loop", "missing"])
def test_what_is_no_text_is_told_and_never_waited_for(manifest, here, kind):
    name = here / "texts" / "fox.txt"
    if kind == "fifo":
        os.mkfifo(name)
    elif kind == "device":
        name.symlink_to("/dev/zero")
    elif kind == "folder":
        name.mkdir()
    elif kind == "loop":
        name.symlink_to("fox.txt")
    assert told(manifest(FOX), Reading(allows_outside=True)) == [("film.shots.yaml", 5, 29, "missing-file")]


def test_a_text_where_the_path_of_one_should_stand_is_told(manifest):
    (problem,) = check_manifest(manifest(f"prompt: {{file: {'a fox ' * 1000}}}"), CATALOG).problems
    assert (problem.line, problem.column, problem.rule) == (5, 29, "missing-file")
    assert problem.hint == "here stands the path of a file; a text itself stands without `file:`"


def test_the_nearest_name_is_offered_with_its_folder(manifest):
    text("a fox\n")
    (problem,) = check_manifest(manifest("prompt: {file: texts/fxo.txt}"), CATALOG).problems
    assert problem.hint == "did you mean `texts/fox.txt`?"


@pytest.mark.parametrize("name", ["../hen.txt", "texts/link.txt", "/etc/passwd"])
def test_no_text_outside_the_folder_is_read(manifest, here, name):
    (here.parent / "hen.txt").write_text("a hen\n")
    (here / "texts" / "link.txt").symlink_to("../../hen.txt")
    path = manifest(f"prompt: {{file: {name}}}")
    assert told(path) == [("film.shots.yaml", 5, 29, "outside-folder")]
    assert told(path, Reading(allows_outside=True)) == []


def test_a_text_in_a_link_that_stays_below_the_folder_is_read(manifest, here):
    text("a fox\n")
    (here / "link").symlink_to("texts")
    (task,) = tasks_of(manifest("prompt: {file: link/fox.txt}"))
    assert task.params["prompt"] == "a fox"


@pytest.mark.parametrize(
    "row", ["scheduler: {file: texts/fox.txt}", "prompt: {file: texts/fox.txt, lines: 2}", "prompt: {text: x}"]
)
def test_only_a_text_stands_in_a_file_and_only_its_name_is_said(manifest, row):
    text("a fox\n")
    rules = {row[3] for row in told(manifest(row if "prompt" in row else f"prompt: a hen, {row}"))}
    assert rules <= {"type", "unknown-key"}
    assert rules
