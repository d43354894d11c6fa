import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render.providers.replies import (
    MESSAGE_LIMIT,
    UnreadableError,
    link_flaw,
    read_cost,
    read_object,
    read_percentage,
    read_seed,
    read_url,
    read_word,
    readable_text,
)

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_if_readable(body):
    try:
        return read_object(body)
    except UnreadableError as error:
        return error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"<html>502 Bad Gateway</html>",
        b"\xef\xbb\xbf{}",
        b"callback({})",
        b"[]",
        b"null",
        b'"text"',
        b"{} {}",
        b'{"a": 1',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\xff"}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"a": ' * 200_000,
    ],
)
def test_a_body_that_is_not_one_strict_json_object_is_unreadable(body):
    with pytest.raises(UnreadableError):
        read_object(body)


@_patiently
@given(st.dictionaries(st.text(), _JSON, max_size=5))
def test_every_json_object_is_read_as_it_was_written(document):
    assert read_object(json.dumps(document).encode()) == document


@_patiently
@given(st.binary())
def test_bytes_are_an_object_or_unreadable(body):
    assert isinstance(read_if_readable(body), dict | UnreadableError)


@_patiently
@given(st.text() | _JSON)
def test_what_a_provider_says_becomes_one_bounded_printable_line(value):
    line = readable_text(value)
    assert len(line) <= MESSAGE_LIMIT
    assert line == "" or line.isprintable()


def test_control_characters_are_shown_not_obeyed():
    assert readable_text("a\x1b[31mred\nline\u202etfel\ud800") == r"a\u001b[31mred\nline\u202etfel\ud800"


def test_messages_in_a_list_are_joined_and_codes_may_be_numbers():
    assert readable_text(["width is wrong", None, "height is wrong"]) == "width is wrong; height is wrong"
    assert readable_text(19) == "19"
    assert readable_text(True) == ""  # noqa: FBT003 - the value under test
    assert readable_text(None) == ""


@pytest.mark.parametrize(("value", "usd"), [(0.25, 0.25), (1, 1.0), (9_999.99, 9_999.99)])
def test_a_cost_above_zero_is_believed(value, usd):
    assert read_cost(value) == usd


@pytest.mark.parametrize("value", [0, 0.0, -1, True, None, "0.25", 1e9, 10**400, float("nan"), float("inf"), [], {}])
def test_a_cost_that_cannot_be_is_not_believed(value):
    assert read_cost(value) is None


@pytest.mark.parametrize(("value", "seed"), [(0, 0), (28826, 28826), ((1 << 64) - 1, (1 << 64) - 1)])
def test_a_seed_of_up_to_64_bits_is_read(value, seed):
    assert read_seed(value) == seed


@pytest.mark.parametrize("value", [-1, 1 << 64, True, 1.0, "7", None])
def test_what_is_no_seed_is_none(value):
    assert read_seed(value) is None


def test_a_progress_outside_0_to_100_is_none():
    assert [read_percentage(value) for value in (-1, 0, 55, 100, 101, 5.0, True)] == [
        None,
        0,
        55,
        100,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "url", ["https://vm.runware.ai/video/a.mp4", "http://127.0.0.1:8080/files/1?sig=a%2Fb", "http://[::1]:80/x"]
)
def test_an_absolute_http_url_is_usable(url):
    assert read_url(url) == url


_NO_URLS = ["", "/a.mp4", "a.mp4", "//host/a", "https://", "https:///a", "https://host/a b", "https://host/a\n"]
_NO_URLS += ["file:///etc/passwd", "data:video/mp4;base64,AA", "ftp://host/a", "https://hōst/a"]


@pytest.mark.parametrize("value", [*_NO_URLS, None, 5, ["https://host/a"]])
def test_anything_else_is_no_url(value):
    assert read_url(value) == ""


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        ("https://user:HIDDEN@vm.runware.ai/a.mp4", ""),
        ("https://vm.runware.ai/a.mp4", ""),
        ("", ""),
        ("pending", ""),
        ("/a.mp4", ""),
        ("ftp://vm.runware.ai/a b.mp4", ""),
        (None, ""),
        (["https://vm.runware.ai/HIDDEN a.mp4"], ""),
        ("https://:HIDDEN@vm.runware.ai/a.mp4", "a user name or a password"),
        ("https://vm.runware.ai/HIDDEN a.mp4", "a blank"),
        ("https://vm.runware.ai/HIDDEN\x00.mp4", "a control character"),
        ("https://vm.runw\u0430re.ai/HIDDEN.mp4", "a letter beyond ASCII"),
        ("https:///HIDDEN.mp4", "not a URL of the web"),
    ],
)
def test_a_link_that_can_never_be_followed_is_told_from_one_that_is_not_there(value, flaw):
    said = link_flaw(value)
    assert flaw in said
    assert bool(said) == bool(flaw)
    assert "HIDDEN" not in said


def test_a_status_word_is_lower_case_and_bounded():
    assert read_word("SUCCESS") == "success"
    assert read_word(None) == read_word(5) == read_word(["success"]) == ""
    assert len(read_word("w" * 9999)) <= 80
