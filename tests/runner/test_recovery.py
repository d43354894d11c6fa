"""A request of an earlier run that may have been sent: again under its id, or not at all once the id is old."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.runner.archived import unknown
from tests.runner.scripted import accept_and_reset, reset, saying
from tests.runner.stage import picture


def left_in_doubt(stage, *, arrived):
    stage.script.submits.extend([accept_and_reset if arrived else reset] + [reset] * 5)
    stage.run(picture("a"), parked=1, exit_status=6)
    assert len(stage.script.arrivals) == 6


def later(**passed):
    moment = datetime.now(UTC) + timedelta(**passed)
    return lambda: moment


@pytest.mark.parametrize("passed", [{"days": 30}, {"days": -1}])
def test_an_old_request_that_arrived_is_waited_for_and_not_sent_again(stage, passed):
    left_in_doubt(stage, arrived=True)
    stage.date = later(**passed)
    stage.run(picture("a"), saved=1)
    assert len(stage.script.arrivals) == 6
    assert stage.bought() == {"shot a": 1}


@pytest.mark.parametrize("passed", [{"days": 30}, {"days": -1}])
def test_an_old_request_that_nobody_knows_is_ambiguous_and_never_sent(stage, passed):
    left_in_doubt(stage, arrived=False)
    stage.date = later(**passed)
    for _ in range(2):
        summary = stage.run(picture("a"), ambiguous=1, exit_status=6)
        assert "render resolve a" in summary.failures[0].message
    assert len(stage.script.arrivals) == 6
    assert stage.statuses() == {"a": ["prepared"]}


def test_an_old_request_is_left_alone_while_the_archive_cannot_be_asked(stage):
    left_in_doubt(stage, arrived=True)
    stage.date = later(days=30)
    stage.script.archive.extend([saying(502, "<html>Bad gateway</html>")] * 5)
    stage.run(picture("a"), parked=1, exit_status=6)
    stage.script.archive.append(unknown)
    stage.run(picture("a"), ambiguous=1, exit_status=6)
    stage.run(picture("a"), saved=1)
    assert len(stage.script.arrivals) == 6
    assert stage.bought() == {"shot a": 1}


def test_a_recent_request_is_sent_again_under_its_id(stage):
    left_in_doubt(stage, arrived=False)
    stage.run(picture("a"), saved=1)
    assert len(stage.script.arrivals) == 7
    assert len(set(stage.script.arrivals)) == 1
