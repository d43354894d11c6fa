"""What the provider's archive is asked where polls do not help, how often, and what its silence means: nothing."""

import itertools

import pytest
from aiohttp import web

from render.runner import archive, poller, sights
from tests.runner.archived import unknown, with_link
from tests.runner.scripted import saying
from tests.runner.stage import clip, picture


def linkless(stage, answer):
    stage.script.links = {"shot a": ""}
    stage.script.archive.extend([answer] * 2)


def test_a_link_that_polls_never_give_is_taken_from_the_archive(stage):
    stage.run(picture("b"), saved=1)
    linkless(stage, with_link(f"http://127.0.0.1:{stage.script.port}/files/archived.jpg"))
    stage.run(picture("a"), picture("b"), saved=1, skipped=1)
    assert stage.script.fetched["/files/archived.jpg"] == 1


@pytest.mark.parametrize("make", [picture, clip])
def test_a_success_that_never_gets_a_link_is_held_with_its_id_and_asked_about_again(stage, make):
    linkless(stage, unknown)
    summary = stage.run(make("a"), held=1, exit_status=6)
    (attempt,) = stage.record()[0]
    assert (attempt.status, attempt.error_kind) == ("submitted", "held")
    assert attempt.remote_id in summary.failures[0].message
    stage.script.links = {}
    stage.run(make("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


async def forgotten(moment):
    """Know nothing of the id, in the words for it."""
    if not moment.is_runware:
        return web.json_response({"message": "no such generation"}, status=404)
    errors = [{"code": "taskFailedOrNotFound", "message": "?", "taskUUID": each} for each in moment.remote_ids]
    return web.json_response({"data": [], "errors": errors})


@pytest.mark.parametrize("make", [picture, clip])
def test_an_id_that_is_forgotten_is_parked_and_never_bought_again(stage, make):
    stage.script.polls.extend([forgotten] * 500)
    stage.script.archive.append(unknown)
    summary = stage.run(make("a"), parked=1, exit_status=6)
    assert "render resolve a" in summary.failures[0].message
    stage.script.polls.clear()
    stage.run(make("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_what_polls_have_forgotten_and_the_archive_knows_is_fetched(stage):
    stage.run(picture("b"), saved=1)
    stage.script.polls.extend([forgotten] * 500)
    stage.script.archive.append(with_link(f"http://127.0.0.1:{stage.script.port}/files/archived.jpg"))
    stage.run(picture("a"), picture("b"), saved=1, skipped=1)


@pytest.mark.parametrize(("answer", "questions"), [(unknown, 4), (saying(502, "<html>Bad gateway</html>"), 20)])
def test_the_archive_is_asked_about_one_render_between_two_polls(stage, monkeypatch, answer, questions):
    monkeypatch.setattr(sights, "UNKNOWN_S", 20.0)
    asked = []

    def noting(kind, step):
        async def played(moment):
            asked.append(kind)
            return await step(moment)

        return played

    stage.script.polls.extend([noting("poll", forgotten)] * 1000)
    stage.script.archive.extend([noting("archive", answer)] * questions)
    stage.run(*map(picture, "abcd"), parked=4, exit_status=6)
    assert asked.count("archive") == questions
    assert ("archive", "archive") not in itertools.pairwise(asked)


async def silent(_):
    """Answer, and name nothing."""
    return web.json_response({"data": []})


def test_a_render_that_answers_do_not_name_for_long_is_fetched_where_the_archive_has_it(stage):
    stage.run(picture("b"), saved=1)
    stage.script.polls.extend([silent] * 500)
    stage.script.archive.append(with_link(f"http://127.0.0.1:{stage.script.port}/files/archived.jpg"))
    stage.run(picture("a"), picture("b"), saved=1, skipped=1)
    assert stage.script.polls


def test_a_render_that_nobody_names_is_seldom_asked_about_and_parked_at_last(stage, monkeypatch):
    monkeypatch.setattr(sights, "UNKNOWN_S", 20.0)
    monkeypatch.setattr(archive, "ASK_AGAIN_S", 60.0)
    monkeypatch.setattr(poller, "GIVE_UP_S", 100.0)
    stage.script.polls.extend([silent] * 500)
    stage.script.archive.extend([unknown] * 10)
    stage.run(picture("a"), parked=1, exit_status=6)
    assert 8 <= len(stage.script.archive) < 10
