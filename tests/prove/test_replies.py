"""Replies of strangers: saved and fresh inputs are read or refused in our words, and a careless reader is seen."""

import json

import pytest

from tests.prove.replies.corpus import FOLDER, saved
from tests.prove.replies.fuzz import fuzz
from tests.prove.replies.play import replay
from tests.prove.replies.readers import HEADERS, MEDIA, READERS, REPLIES, judge
from tests.prove.replies.seeds import seeds

_LARGEST_INPUT_BYTES = 64 * 1024


@pytest.mark.parametrize("kind", READERS)
def test_every_saved_input_is_read_or_refused_in_our_words(kind):
    assert replay(kind) == []


@pytest.mark.parametrize("kind", READERS)
def test_the_saved_inputs_are_many_small_and_hold_every_seed(kind):
    assert len(saved(kind)) >= 20
    assert set(seeds()[kind]) <= set(saved(kind))
    assert max(path.stat().st_size for path in (FOLDER / kind).iterdir()) < _LARGEST_INPUT_BYTES


@pytest.mark.parametrize("kind", READERS)
def test_fresh_inputs_are_read_or_refused_in_our_words(kind):
    fuzzed = fuzz(kind, seeds=range(4))
    assert fuzzed.breaches == ()
    assert fuzzed.inputs


def trusting(data):
    """Read a reply as somebody would who has never met a bad one."""
    json.loads(data)["data"]


def test_a_reader_that_trusts_is_found_out():
    assert fuzz(REPLIES, seeds=range(100), readers={"trusting": trusting}, shrinks=False).breaches
    assert judge(REPLIES, saved(REPLIES)["page"], readers={"trusting": trusting})


def test_a_reader_that_keeps_what_steers_a_terminal_is_found_out():
    assert judge(MEDIA, b"\x1b[2J", readers={"shown": lambda data: None if data.decode().isprintable() else "steers"})
    assert judge(HEADERS, b"6", readers={"waits": lambda _: 1 / 0})
