from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.yaml_scalars import read_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-0", 0),
        ("+5", 5),
        ("9223372036854775808", 2**63),
        ("1e3", 1000.0),
        ("-1.5E-3", -0.0015),
        ("5.", 5.0),
        (".5", 0.5),
        ("1e-400", 0.0),
        ("3:2", "3:2"),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("2026-11-21", "2026-11-21"),
        ("nan", "nan"),
        ("inf", "inf"),
        (".e5", ".e5"),
        ("-e5", "-e5"),
        ("+.", "+."),
        (".", "."),
        ("-", "-"),
        ("1e", "1e"),
        ("1.2.3", "1.2.3"),
        ("5s", "5s"),
        ("007-b", "007-b"),
        ("yesterday", "yesterday"),
        ("nope", "nope"),
        ("\u0663", "\u0663"),
    ],
)
def test_only_constants_and_decimal_numbers_are_special(text, value):
    assert read_plain(text) == (value, None)
    assert type(read_plain(text)[0]) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "Yes", "YES", "no", "on", "Off", "y", "N", "True", "TRUE", "False", "Null", "NULL"),
        *("010", "-010", "00", "01.5", "01e5", "1_000", "1_", "-1_000", "1_000.5", "0x1f", "0XFF", "0o7", "0b11"),
        *(".inf", "-.INF", ".NaN"),
    ],
)
def test_what_other_tools_read_otherwise_is_refused_with_the_quoted_form(text):
    value, trap = read_plain(text)
    assert value == text
    assert f'"{text}" for the text' in trap[1]


def test_a_number_of_thousands_of_digits_is_refused_and_not_read():
    for text in ("9" * 5000, f"-{'9' * 4999}", f"1.{'9' * 4998}", "0" * 5000):
        value, trap = read_plain(text)
        assert value == 0
        assert trap[0] == "a number of 5000 digits is not used anywhere"
    assert read_plain("9" * 400)[1] is None


def test_a_number_beyond_the_floats_is_refused():
    for text in ("1e400", "-1e400", "1" + "0" * 350 + ".0"):
        value, trap = read_plain(text)
        assert value == 0.0
        assert "too large" in trap[0]


@pytest.mark.parametrize("text", ["1" + "_" * 200_000 + "x", "0" * 200_000 + "x", "9" * 200_000 + "x", "." * 200_000])
def test_a_long_word_is_read_without_going_back_and_forth(text):
    # a pattern that tries every split of it would not come back for minutes
    assert read_plain(text) == (text, None)


@settings(deadline=None)
@given(st.text(alphabet="0123456789+-.eE_xobinfaNyY~", max_size=12))
def test_any_word_has_a_finite_value(text):
    value, _ = read_plain(text)
    assert value is None or isinstance(value, str | bool | int) or isfinite(value)
