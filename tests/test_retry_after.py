from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.retry_after import retry_after

NOW = datetime(1994, 11, 6, 8, 49, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("6", 6.0),
        (" 120 ", 120.0),
        ("3600", 3600.0),
        ("99999", 3600.0),
        ("1000000000", 3600.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 30.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 30.0),
        ("Sun Nov  6 08:49:37 1994", 30.0),
        ("Sun, 06 Nov 2094 08:49:37 GMT", 3600.0),
        ("Sun, 06 Nov 1994 08:49:07 GMT", 0.0),
    ],
)
def test_seconds_and_all_three_forms_of_a_date_are_read(text, seconds):
    assert retry_after({"retry-after": text}, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "+5",
        "1e9",
        "1.5",
        "0x10",
        "٣",
        "soon",
        "5, 7",
        "Sun, 06 Nov 1994 08:49:06 GMT",
        "Sunday, 06-Nov-93 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 +0100",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nix 1994 08:49:37 GMT",
        "9" * 400,
    ],
)
def test_what_has_passed_or_cannot_be_read_says_nothing(text):
    assert retry_after({"retry-after": text}, NOW) is None


def test_a_reply_without_the_header_says_nothing():
    assert retry_after({}, NOW) is None


def test_two_digits_of_a_year_mean_the_past_where_they_would_be_far_ahead():
    assert retry_after({"retry-after": "Sunday, 06-Nov-45 08:49:37 GMT"}, NOW) is None
    assert retry_after({"retry-after": "Sunday, 06-Nov-43 08:49:37 GMT"}, NOW) == 3600.0


@given(st.integers(0, 3600))
def test_a_date_as_the_standard_library_writes_it_is_read_to_the_second(seconds):
    text = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after({"retry-after": text}, NOW) == seconds


@given(st.text())
def test_any_text_gives_nothing_or_a_wait_within_the_hour(text):
    wait_s = retry_after({"retry-after": text}, NOW)
    assert wait_s is None or 0 <= wait_s <= 3600
