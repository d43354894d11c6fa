"""When a host may be asked, and with what: pure, for every moment is given."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.errors import (
    AccountError,
    CertificateError,
    OutcomeUnknownError,
    ReadFailedError,
    RejectedError,
    TransientError,
)
from render.runner.host import BREAKS_AT, Host, host_of
from render.runner.width import Width

NO_CONNECTION = TransientError("no connection")


def broken(*, now=0.0, has_answered=False):
    host = Host()
    if has_answered:
        host.note_answer()
    for _ in range(BREAKS_AT):
        host.note_error(NO_CONNECTION, now=now)
    return host


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://api.example.com/v1", "https://api.example.com:443/v2", True),
        ("http://127.0.0.1:80", "http://127.0.0.1/v1", True),
        ("https://API.example.com", "https://api.example.com", True),
        ("https://api.example.com", "http://api.example.com", False),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081", False),
    ],
)
def test_a_host_is_a_scheme_a_name_and_a_port(one, other, is_same):
    assert (host_of(one) == host_of(other)) is is_same


def test_a_hold_lasts_as_long_as_the_longest_that_was_asked_for_and_an_hour_at_most():
    host = Host()
    host.hold(30.0, now=100.0)
    host.hold(5.0, now=110.0)
    assert host.hold_left_s(110.0) == 20.0
    assert host.hold_left_s(130.0) == 0.0
    host.hold(1e9, now=200.0)
    assert host.hold_left_s(200.0) == 3600.0


@pytest.mark.parametrize("asked", [None, 0.0, -5.0])
def test_no_time_to_wait_holds_nothing(asked):
    host = Host()
    host.hold(asked, now=0.0)
    assert host.hold_left_s(0.0) == 0.0


@pytest.mark.parametrize(
    "error", [NO_CONNECTION, OutcomeUnknownError("cut"), ReadFailedError("x"), ReadFailedError("x", http_status=502)]
)
def test_a_host_breaks_after_ten_failures_in_a_row(error):
    host = Host()
    for _ in range(BREAKS_AT - 1):
        host.note_error(error, now=0.0)
    assert not host.is_broken
    host.note_error(error, now=0.0)
    assert host.is_broken


@pytest.mark.parametrize(
    "error",
    [
        TransientError("queue full", http_status=503),
        RejectedError("no", http_status=400),
        AccountError("no", http_status=401, is_credit=False),
    ],
)
def test_a_refusal_in_the_providers_own_words_is_an_answer_and_mends_the_host(error):
    host = broken()
    host.note_error(error, now=1.0)
    assert not host.is_broken
    for _ in range(BREAKS_AT - 1):
        host.note_error(NO_CONNECTION, now=1.0)
    assert not host.is_broken


def test_a_page_that_cannot_be_read_neither_breaks_nor_mends():
    host = broken()
    host.note_error(OutcomeUnknownError("a web page", http_status=200), now=0.0)
    assert host.is_broken
    fresh = Host()
    for _ in range(3 * BREAKS_AT):
        fresh.note_error(ReadFailedError("a web page", http_status=200), now=0.0)
    assert not fresh.is_broken


def test_a_broken_host_gets_one_probe_at_a_time_and_ever_more_seldom():
    host, probes = broken(now=0.0), []
    for now in range(400):
        if host.take_probe(float(now)):
            probes.append(now)
            assert not host.take_probe(float(now))
    assert probes[:4] == [5, 15, 35, 75]
    assert {later - sooner for sooner, later in itertools.pairwise(probes[3:])} == {60}
    host.note_answer()
    assert not host.is_broken


def test_a_host_that_never_answered_is_given_up_sooner_than_one_that_did():
    stranger, known = broken(), broken(has_answered=True)
    assert not stranger.is_hopeless(100.0)
    assert stranger.is_hopeless(121.0)
    assert not known.is_hopeless(899.0)
    assert known.is_hopeless(901.0)
    known.note_answer()
    assert not known.is_hopeless(1e6)


def test_certificates_that_are_refused_twice_in_a_row_are_no_accident():
    host = Host()
    host.note_error(CertificateError("expired"), now=0.0)
    host.note_error(NO_CONNECTION, now=0.0)
    host.note_error(CertificateError("expired"), now=0.0)
    assert not host.has_bad_certificate
    host.note_error(CertificateError("expired"), now=0.0)
    assert host.has_bad_certificate


@given(steps=st.lists(st.tuples(st.sampled_from(["request", "repeat"]), st.floats(0, 3)), min_size=20, max_size=200))
def test_repeats_stay_within_a_tenth_of_the_requests_and_five_a_minute(steps):
    host, now, requests, repeats = Host(), 0.0, 0, 0
    for kind, passed_s in steps:
        now += passed_s
        if kind == "request":
            host.note_request(now)
            requests += 1
        else:
            repeats += host.repeat_in_s(now) == 0.0
        assert repeats <= 10 + 0.1 * requests + now * 5 / 60 + 1e-6


def test_an_empty_budget_of_repeats_says_when_to_come_back_and_keeps_its_word():
    host = Host()
    *free, wait_s = [host.repeat_in_s(0.0) for _ in range(11)]
    assert (free, wait_s) == ([0.0] * 10, pytest.approx(12.0))
    assert host.repeat_in_s(wait_s - 1.0) > 0
    assert host.repeat_in_s(wait_s + 0.001) == 0.0


def test_a_lane_halves_when_the_provider_is_full_and_grows_by_one_a_clean_minute():
    width = Width(8)
    width.narrow(100.0)
    width.narrow(100.5)
    assert width.allowed(101.0) == 4
    width.narrow(110.0)
    assert [width.allowed(110.0 + minutes * 60.0) for minutes in range(8)] == [2, 3, 4, 5, 6, 7, 8, 8]


@given(st.lists(st.tuples(st.floats(0, 300), st.booleans()), max_size=60), st.integers(1, 50))
def test_a_lane_is_never_narrower_than_one_nor_wider_than_it_was_told(steps, most):
    width, now = Width(most), 0.0
    for passed_s, is_full in steps:
        now += passed_s
        if is_full:
            width.narrow(now)
        assert 1 <= width.allowed(now) <= most
