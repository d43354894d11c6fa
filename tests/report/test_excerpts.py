import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.report.excerpt import excerpt_lines
from render.report.palette import Palette
from render.wish import Excerpt, Problem
from render.yaml_text import Lines

PLAIN = Palette(has_colour=False)


def shown(text, column, *, width=80, begins=1, line=12):
    excerpt = Excerpt(text=text, column=begins)
    problem = Problem(file="f.yaml", line=line, column=column, rule="range", message="m", excerpt=excerpt)
    return excerpt_lines(problem, PLAIN, width=width)


def columns(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def marked(lines):
    """What stands above the carets."""
    line, caret = lines
    begin, end = caret.index("^"), len(caret)
    return "".join(letter for at, letter in enumerate(line) if begin <= columns(line[:at]) < end)


@pytest.mark.parametrize(
    ("text", "column", "word"),
    [
        ("    width: 656  # wide", 12, "656"),
        ("    width: 656", 5, "width"),
        ("  - {id: a, steps: 99}", 20, "99"),
        ('    prompt: "a \\"quoted\\" fox", x', 13, '"a \\"quoted\\" fox"'),
        ("    prompt: 'it''s a fox'", 13, "'it''s a fox'"),
        ("    tags: [hero, x]", 11, "["),
        ("    model: runware:201@1", 12, "runware:201@1"),
        ("    prompt: a fox", 13, "a"),
        ('    prompt: "not closed', 13, '"'),
        ("    日本: 列車", 9, "列車"),
        ("", 1, ""),
    ],
)
def test_the_caret_stands_under_what_the_problem_is_about(text, column, word):
    assert marked(shown(text, column)) == word


def test_a_place_after_the_end_of_a_line_has_its_caret_there():
    line, caret = shown("    width:", 11)
    assert caret.index("^") == len(line)


def test_a_tab_and_what_nobody_sees_are_shown():
    line, caret = shown("\tstyle: \u202eevil\x1b[31m", 9)
    assert line == "   12 | → style: \\u202eevil\\u001b[31m"
    assert caret.index("^") == line.index("\\u202e")


def test_a_key_in_the_line_is_not_told():
    lines = shown("    notes: aB3dE5gH7jK9mN1pQ3sT5vW7xZ9bC1dE https://a.test/b?sig=SECRET", 12)
    assert "aB3d" not in "".join(lines)
    assert "SECRET" not in "".join(lines)
    assert marked(lines) == "*" * 32


def test_the_number_of_a_far_line_keeps_the_caret_in_its_place():
    assert marked(shown("    width: 656", 12, line=1_234_567)) == "656"


@given(
    text=st.text(
        alphabet=st.one_of(st.sampled_from("ab ,:[]{}\"'#\t日本é\u0301\x00\u202e🎬"), st.characters()), max_size=300
    ),
    data=st.data(),
    width=st.integers(20, 200),
)
def test_an_excerpt_is_one_line_and_one_caret_and_fits_the_terminal(text, data, width):
    column = data.draw(st.integers(1, len(text) + 1))
    line, caret = shown(text, column, width=width)
    assert line.isprintable()
    assert set(caret[caret.index("|") + 1 :]) <= {" ", "^"}
    assert "^" in caret
    assert len(caret) <= width + 1
    # letters that a terminal draws over others take no column
    assert columns(letter for letter in line if unicodedata.category(letter) not in {"Mn", "Me", "Cf"}) <= width + 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_is_found_whatever_ends_it(end):
    lines = Lines(end.join(["version: 1", "", "    wörd: x", "last"]).encode())
    assert lines.excerpt(3, 5) == Excerpt(text="    wörd: x", column=1)
    assert lines.excerpt(1, 1) == Excerpt(text="version: 1", column=1)
    assert lines.excerpt(4, 1) == Excerpt(text="last", column=1)
    assert lines.excerpt(2, 1) is None
    assert lines.excerpt(5, 1) is None
    assert lines.excerpt(0, 0) is None


def test_of_a_line_without_end_only_what_is_around_the_place_is_kept():
    excerpt = Lines(b"a" * 5_000_000 + b"b" + b"c" * 5_000_000).excerpt(1, 5_000_001)
    assert len(excerpt.text) < 1000
    assert excerpt.text[5_000_001 - excerpt.column] == "b"


def test_a_mark_of_the_byte_order_is_no_column():
    assert Lines(b"\xef\xbb\xbfversion: 1\n").excerpt(1, 1) == Excerpt(text="version: 1", column=1)


def test_of_utf_16_there_is_nothing_to_show():
    assert Lines("version: 1\n".encode("utf-16")).excerpt(1, 1) is None
