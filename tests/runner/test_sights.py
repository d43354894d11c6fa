"""What one answer about one render means: pure, for what was seen before and the moment are given."""

import pytest

from render.errors import RejectedError
from render.providers.protocol import RemoteState, Result
from render.runner.sights import FAILURE_APART_S, LINKLESS_ANSWERS, UNKNOWN_S, Sights, Verdict, is_odd, judge

FILE = Result(result_id="f", url="https://im.runware.ai/f.jpg", seed=None, cost_usd=None, is_nsfw=None)
FAILED = RemoteState(failures=(RejectedError("unsafe content"),), is_pending=False)
RUNNING = RemoteState(is_pending=True, word="processing")


def seen(*states):
    """Judge (moment, state) after (moment, state); return the last verdict."""
    sights = Sights()
    return [judge(sights, state, now=now) for now, state in states][-1]


def test_a_failure_is_believed_when_it_is_seen_again_some_seconds_later():
    assert seen((0.0, FAILED)) is Verdict.RUNNING
    assert seen((0.0, FAILED), (FAILURE_APART_S - 0.1, FAILED)) is Verdict.RUNNING
    assert seen((0.0, FAILED), (2.0, RUNNING), (FAILURE_APART_S, FAILED)) is Verdict.FAILED


def test_a_success_with_a_link_wins_whatever_was_seen_before():
    done = RemoteState(results=(FILE,), failures=FAILED.failures, is_pending=False)
    assert seen((0.0, FAILED), (9.0, done)) is Verdict.FINISHED


def test_a_success_without_a_link_is_asked_about_ten_times_before_somebody_else_is():
    linkless = RemoteState(is_pending=True, word="success")
    answers = [(float(number), linkless) for number in range(LINKLESS_ANSWERS)]
    assert seen(*answers) is Verdict.RUNNING
    assert seen(*answers, (99.0, linkless)) is Verdict.LINKLESS


@pytest.mark.parametrize("word", ["not found", "taskFailedOrNotFound", "taskCancelled", "resultExpired"])
def test_an_id_is_unknown_only_when_it_is_so_all_along_for_two_minutes(word):
    unknown = RemoteState(is_pending=True, word=word)
    assert seen((0.0, unknown), (UNKNOWN_S - 1, unknown)) is Verdict.RUNNING
    assert seen((0.0, unknown), (60.0, RUNNING), (UNKNOWN_S, unknown)) is Verdict.RUNNING
    assert seen((0.0, unknown), (UNKNOWN_S, unknown)) is Verdict.UNKNOWN


def test_no_word_at_all_is_a_render_that_runs_and_after_two_minutes_a_reason_to_ask_elsewhere():
    silent = RemoteState(is_pending=True)
    assert seen((0.0, silent), (UNKNOWN_S - 1, silent)) is Verdict.RUNNING
    assert seen((0.0, silent), (60.0, RUNNING), (UNKNOWN_S, silent)) is Verdict.RUNNING
    assert seen((0.0, silent), (UNKNOWN_S, silent)) is Verdict.SILENT


@pytest.mark.parametrize(
    ("word", "odd"), [("moderating", True), ("processing", False), ("", False), ("success", False)]
)
def test_only_a_word_that_nobody_knows_is_odd(word, odd):
    assert is_odd(RemoteState(is_pending=True, word=word)) is odd


def test_a_word_for_not_knowing_an_id_is_not_odd():
    assert not is_odd(RemoteState(is_pending=True, word="taskFailedOrNotFound"))
