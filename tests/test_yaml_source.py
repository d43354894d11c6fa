import os
import resource
import subprocess
import sys

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from render.errors import SettingsError
from render.wish import Place
from render.yaml_reader import MAX_ALIAS_NODES
from render.yaml_source import parse_source, read_source
from render.yaml_text import MAX_BYTES, MAX_DEPTH

GIBIBYTE = 2**30


def parsed(text):
    return parse_source(text.encode() if isinstance(text, str) else text, file="f.yaml")


def found(text):
    return [(problem.line, problem.column, problem.rule) for problem in parsed(text).problems]


def data(text):
    source = parsed(text)
    assert source.problems == ()
    return source.data


def test_every_value_and_every_key_has_its_place():
    source = parsed("a: 1\nb:\n  - x\n  - {c: d, e: [f]}\ng: |\n  text\n")
    assert source.place(()) == Place(line=1, column=1)
    assert source.place(("a",)) == Place(line=1, column=4)
    assert source.place(("b",)) == Place(line=3, column=3)
    assert source.place(("b",), of_key=True) == Place(line=2, column=1)
    assert source.place(("b", 1, "c")) == Place(line=4, column=9)
    assert source.place(("b", 1, "e", 0)) == Place(line=4, column=16)
    assert source.place(("b", 1, "e"), of_key=True) == Place(line=4, column=12)


def test_what_is_not_in_the_text_is_placed_at_what_holds_it():
    source = parsed("a: 1\nb:\n  - c: d\n")
    assert source.place(("b", 0, "z")) == Place(line=3, column=5)
    assert source.place(("b", 0, "c", "z"), of_key=True) == Place(line=3, column=8)
    assert source.place(("z",)) == Place(line=1, column=1)


def test_columns_count_characters_and_a_byte_order_mark_is_none():
    source = parsed("\ufeff{\u00e9\U0001f3ac: a, b: c}")
    assert source.place(("b",), of_key=True) == Place(line=1, column=9)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_editors_end_them(end):
    source = parsed(f"a: 1{end}b: 2{end}")
    assert source.place(("b",)) == Place(line=2, column=4)
    assert found(f"a: 1{end}b: \x07{end}") == [(2, 4, "character")]


def test_an_aliased_value_is_placed_where_it_was_written():
    source = parsed("a: &x {b: 1}\nc: *x\n")
    assert source.data == {"a": {"b": 1}, "c": {"b": 1}}
    assert source.place(("c",)) == Place(line=2, column=4)
    assert source.place(("c", "b")) == Place(line=1, column=11)


def test_quoted_words_are_text_whatever_they_look_like():
    assert data("a: 'yes'\nb: \"010\"\nc: >-\n  true\n") == {"a": "yes", "b": "010", "c": "true"}


def test_keys_are_text():
    assert data("no: 1\n5: 2\nnull: 3\n1.5: 4\n") == {"no": 1, "5": 2, "null": 3, "1.5": 4}


def test_a_duplicate_key_names_both_lines():
    (problem,) = parsed("a: 1\nb: 2\na: 3\n").problems
    assert (problem.line, problem.column, problem.rule) == (3, 1, "duplicate-key")
    assert "line 1" in problem.hint


def test_duplicate_keys_are_found_at_any_depth_and_leave_places_right():
    text = "".join(f"k{n}: {{a: {{x: {n}}}, a: {{y: [z{n}]}}, b: w{n}}}\n" for n in range(300))
    source = parsed(text)
    assert len(source.problems) == 300
    for n in range(300):
        assert source.place((f"k{n}", "b", "a")).line == n + 1
        assert source.place((f"k{n}", "a", "x")).line == n + 1


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [(1, 1, "empty-file")]),
        ("# nothing\n", [(2, 1, "empty-file")]),
        ("a: 1\n---\nb: 2\n", [(2, 1, "one-document")]),
        ("a: 1\n...\n---\nb: 2\n", [(3, 1, "one-document")]),
        ("a: !!str 5\n", [(1, 4, "yaml-tag")]),
        ("a: !mine [1]\n", [(1, 4, "yaml-tag")]),
        ("!!str a: 5\n", [(1, 1, "yaml-tag")]),
        ("a: ! b\n", [(1, 4, "yaml-tag")]),
        ("a: !!python/object/apply:os.system [ls]\n", [(1, 4, "yaml-tag")]),
        ("x: &x {a: 1}\ny:\n  <<: *x\n", [(3, 3, "merge-key")]),
        ("? [a]\n: 1\n", [(1, 3, "yaml-key")]),
        ("a: &x b\n*x : 1\n", [(2, 1, "yaml-key")]),
        ("a: &x [*x]\n", [(1, 8, "yaml-alias")]),
        ("a: &x {b: {c: *x}}\n", [(1, 15, "yaml-alias")]),
        ("a: *nothing\n", [(1, 4, "yaml-alias")]),
        (
            "a: yes\nb: 010\nc: [0x1f, on]\n",
            [(1, 4, "yaml-trap"), (2, 4, "yaml-trap"), (3, 5, "yaml-trap"), (3, 11, "yaml-trap")],
        ),
        ("a: " + "9" * 5000, [(1, 4, "yaml-trap")]),
        ("a: .nan\nb: 1e400\n", [(1, 4, "yaml-trap"), (2, 4, "yaml-trap")]),
        ("\ta: 1\n", [(1, 1, "yaml-syntax")]),
        ("a:\n\tb: 1\n", [(2, 1, "yaml-syntax")]),
        ("a: b: c\n", [(1, 5, "yaml-syntax")]),
        ("a: 1\nb: 'c\nd: e\n", [(2, 4, "yaml-syntax")]),
        ("a: [1, 2\nb: 3\n", [(2, 2, "yaml-syntax")]),
        ("a: @b\n", [(1, 4, "yaml-syntax")]),
        ('a: "\\ud800"\n', [(1, 7, "yaml-syntax")]),
        ('a: "\\q"\n', [(1, 5, "yaml-syntax")]),
        ("%YAML 9.9\n---\na: 1\n", [(1, 1, "yaml-syntax")]),
        ('a: "\\0"\n"\\e[31m": b\n', [(1, 4, "character"), (2, 1, "character")]),
        ('a: "\\u202e"\n', [(1, 4, "character")]),
        ("a: b\u202ec\n", [(1, 5, "character")]),
        ("a: b\u2028c\n", [(1, 5, "character")]),
        ("a: 1\nb: \x00\n", [(2, 4, "character")]),
        ("a: 1\nb: \x85\n", [(2, 4, "character")]),
        ("a: b\ufeffc\n", [(1, 5, "character")]),
        (b"\xff\xfea\x00", [(1, 1, "encoding")]),
        ("a: b".encode("utf-16-be"), [(1, 1, "character")]),
        (b"a: \xc3\xa9\nb: \xc3\xa9\xff", [(2, 5, "encoding")]),
        (b"a: \xed\xa0\x80", [(1, 4, "encoding")]),
    ],
)
def test_a_trap_is_found_where_it_stands(text, problems):
    assert found(text) == problems


def test_every_finding_is_worded_in_one_line():
    for text in ("", "\ta", "a: b: c", "a: *x", "a: [", b"\xff", "a: &x [*x]", "a: !!str b", "a: 'b", "? [a]\n: b"):
        for problem in parsed(text).problems:
            assert problem.message
            assert "\n" not in problem.message + problem.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("\ta: 1\n", "spaces"),
        ("a:\n\tb: 1\n", "spaces"),
        ("a: b: c\n", "quotes"),
        ('a: "b" c\n', "quotes"),
        ("a: 'b\n", "not closed"),
        ("a: [b\n", "not closed"),
        ("a: `b`\n", "quotes"),
    ],
)
def test_a_slip_of_syntax_says_what_to_do(text, hint):
    (problem,) = parsed(text).problems
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a:\n  - id: a\n      b: x\n    c: 5\n", 3, 7, "`b` is indented deeper than `id` above it"),
        ("a:\n  - id: a\n    b: x\n\n      # c\n      c: 5\n", 6, 7, "`c` is indented deeper than `b`"),
        ('a:\n  - id: a\n    b: "x"\n      c: 5\n', 4, 7, "`c` is indented deeper than `b`"),
        ("a:\n  -id: a\n    b: x\n", 2, 3, "write `- id:`"),
        ("a:\n  - id: a\n    b: x\n  -id: b\n    b: y\n", 4, 3, "write `- id:`"),
        ("a:\r\n  - id:a\r\n    b: x\r\n", 2, 7, "write `id: ` and its value"),
        ("a:\n  - id: a\n    b:x\n    c: 5\n", 3, 6, "no space behind this `:`"),
        ("a:\n  - id: a\n    b:\u00a05\n", 3, 7, "U+00A0"),
        ("a:\n  - id: a\n \u3000  b: 5\n", 3, 2, "write an ordinary space"),
        ("b: {shot}.{ext}\nc: 5\n", 1, 10, "begins with `{`"),
        ("b: [wide] a boat\nc: 5\n", 1, 11, "put the whole text in quotes"),
        ("b: 'the boat's bell'\nc: 5\n", 1, 14, "double quotes, or write `''`"),
        ('b: "night" on the water\nc: 5\n', 1, 12, "single quotes"),
        ("a:\n  - {id: a, prompt: ${action}, steps: 5}\n", 2, 22, "a text that holds `${` stands in quotes"),
        ('b: "C:\\year"\n', 1, 7, "single quotes"),
        ('b: "C:\\film"\n', 1, 4, "single quotes"),
        ("a:\n  b: a city: night\n", 2, 12, "a second `: ` stands on this line"),
        (f"a: '{'x' * 9000}' y\n", 1, 9007, "quotes"),
        (f"a:\n  - id: {'x' * 9000}\n      b: x\n", 3, 8, "a second `: `"),
    ],
)
def test_a_slip_is_told_where_it_is_and_in_words_of_its_own(text, line, column, words):
    (problem,) = parsed(text).problems
    assert (problem.line, problem.column) == (line, column)
    assert words in f"{problem.message}; {problem.hint}"


def test_nesting_is_allowed_to_a_depth_and_no_further():
    assert data("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    assert found("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == [(1, MAX_DEPTH + 1, "yaml-depth")]


def test_aliases_cannot_nest_deeper_than_brackets():
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100)]
    (place,) = found("\n".join(lines))
    assert place[2] == "yaml-depth"
    assert place[0] == MAX_DEPTH
    assert data("\n".join(lines[: MAX_DEPTH - 1])) is not None


def test_aliases_may_be_used_until_they_add_too_much():
    wide = "a: &a [" + "x, " * 999 + "x]\n"
    most = MAX_ALIAS_NODES // 1001
    assert data(wide + "b: [" + "*a, " * most + "]\n") is not None
    assert [rule for *_, rule in found(wide + "b: [" + "*a, " * (most + 1) + "]\n")] == ["yaml-alias"]


def test_a_missing_file_a_folder_and_a_loop_of_links_are_told(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, reason in (("none", "No such file"), (".", "not a regular file"), ("loop", "symbolic links")):
        with pytest.raises(SettingsError, match=reason):
            read_source(str(tmp_path / name))


def test_a_pipe_nobody_writes_to_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="not a regular file"):
        read_source(str(tmp_path / "pipe"))


def test_a_file_is_read_to_a_size_and_no_further(tmp_path):
    file = tmp_path / "large.yaml"
    with file.open("wb") as large:
        large.truncate(MAX_BYTES + 1)
    with pytest.raises(SettingsError, match="64 MiB"):
        read_source(str(file))
    assert read_source(str(_written(tmp_path, b"a: 1")), shown_as="s.yaml").file == "s.yaml"


def _written(folder, content):
    file = folder / "hostile.yaml"
    file.write_bytes(content)
    return file


READ = """
import sys
from render.yaml_source import read_source
for problem in read_source(sys.argv[1]).problems:
    print(problem.rule)
"""

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20)
)


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        (b"[" * 100_000, ["yaml-depth"]),
        (b"{a: " * 100_000, ["yaml-depth"]),
        (b"- " * 100_000 + b"x", ["yaml-depth"]),
        (b"? " * 100_000 + b"x", ["yaml-key"]),
        (BOMB.encode(), ["yaml-alias"]),
        (b"a: " + b"9" * 2_000_000, ["yaml-trap"]),
        (b"a: 1" + b"_" * 2_000_000 + b"x", []),
        (b"a: '" + b"x" * 20_000_000 + b"'", []),
        pytest.param(b"[" + b"x," * 5_100_000 + b"]", ["yaml-size"], marks=pytest.mark.slow),
        (b"a: &a x\n" + b"b: [" + b"*a," * 1_000_001 + b"]", ["yaml-alias"]),
        (b"&a [" * 40 + b"*a", ["yaml-depth"]),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else None,
)
def test_hostile_text_is_refused_in_little_memory(content, rules, tmp_path):
    finished = subprocess.run(
        [sys.executable, "-c", READ, str(_written(tmp_path, content))],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (GIBIBYTE, GIBIBYTE)),
    )
    assert (finished.stdout.split(), finished.stderr, finished.returncode) == (rules, "", 0)


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.text(st.characters(codec="utf-8"), max_size=20)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef", min_size=1), inner, max_size=4),
    max_leaves=20,
)


class QuotedTexts(yaml.SafeDumper):
    """Writes every text in quotes."""


QuotedTexts.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'"))


@settings(deadline=None)
@given(TREES.filter(lambda tree: tree != ""))
def test_whatever_yaml_writes_is_read_back(tree):
    text = yaml.dump(tree, Dumper=QuotedTexts, allow_unicode=True)
    source = parsed(text)
    if {problem.rule for problem in source.problems} <= {"character"} and source.problems:
        return
    assert source.problems == ()
    assert source.data == yaml.safe_load(text)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_data_or_problems(content):
    source = parsed(content)
    assert all(problem.message and problem.line >= 1 and problem.column >= 1 for problem in source.problems)


@settings(deadline=None)
@given(st.text("ab: -[]{},&*!|>'\"%@#?\n\t0123_.", max_size=60))
def test_anything_made_of_the_signs_of_yaml_gives_data_or_problems(text):
    assert all(problem.message and problem.line >= 1 for problem in parsed(text).problems)
