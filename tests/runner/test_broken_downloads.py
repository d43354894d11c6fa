"""Downloads that break: only the rest is fetched, in this run or the next, and never parts of two files are joined."""

import pytest

from render.runner import patience
from tests.containers.samples import whole
from tests.runner.ranged import not_satisfiable, tagged
from tests.runner.scripted import as_usual, gone, reset, saying, stopping
from tests.runner.stage import clip, picture

SIZE = {picture: len(whole("jpeg")), clip: len(whole("mp4"))}
OTHER = whole("jpeg-progressive")


def leftovers(stage):
    return sorted(path.suffix for path in stage.root.rglob(".renderline-*"))


@pytest.mark.parametrize("make", [picture, clip])
def test_a_download_that_breaks_goes_on_where_it_broke(stage, make):
    heard = []
    stage.script.files.extend([tagged(stop=200, heard=heard), tagged(stop=300, heard=heard), tagged(heard=heard)])
    stage.run(make("a"), saved=1)
    assert heard == [None, "bytes=200-", "bytes=300-"]
    assert leftovers(stage) == []


def test_a_download_that_breaks_in_one_run_goes_on_in_the_next(stage):
    heard = []
    stage.script.files.extend([tagged(stop=200), *[reset] * 200])
    stage.run(picture("a"), parked=1, exit_status=6)
    assert leftovers(stage) == [".note", ".part"]
    stage.script.files.clear()
    stage.script.files.append(tagged(heard=heard))
    stage.run(picture("a"), saved=1)
    assert heard == ["bytes=200-"]
    assert stage.bought() == {"shot a": 1}
    assert leftovers(stage) == []


def test_a_download_that_is_stopped_goes_on_in_the_next_run(stage, impatient):
    heard = []
    stage.script.files.extend([stopping(tagged(stop=200)), tagged(heard=heard)])
    stage.attempt_to_run(picture("a"))
    stage.run(picture("a"), saved=1)
    assert heard == ["bytes=200-"]


def test_a_fresh_link_to_the_same_file_goes_on_where_the_dead_one_broke(stage):
    heard = []
    link = "http://127.0.0.1:{port}/files/a.jpg?signature={number}"

    async def sign_anew(moment):
        number = len(stage.script.asked)
        stage.script.links["shot a"] = link.format(port=stage.script.port, number=number)
        return await as_usual(moment)

    stage.script.polls.extend([sign_anew] * 20)
    stage.script.files.extend([tagged(stop=200), gone, tagged(heard=heard)])
    stage.run(picture("a"), saved=1)
    assert heard == ["bytes=200-"]


@pytest.mark.parametrize("answer", [not_satisfiable, tagged('"v2"', body=OTHER)])
def test_a_rest_that_cannot_be_had_is_fetched_from_the_first_byte(stage, answer):
    stage.script.files.extend([tagged(stop=200), answer, tagged('"v2"', body=OTHER)])
    stage.run(picture("a"), saved=1)
    assert (stage.root / "a.jpg").read_bytes() == OTHER


def test_a_rest_of_another_file_is_never_joined_to_the_beginning_of_the_first(stage):
    stage.script.files.extend([tagged(stop=200), tagged('"v1"', body=OTHER), tagged()])
    stage.run(picture("a"), saved=1)
    assert (stage.root / "a.jpg").read_bytes() == whole("jpeg")


def test_a_file_whose_host_gives_no_tag_is_fetched_from_the_first_byte(stage):
    heard = []
    stage.script.files.extend([tagged('W/"v1"', stop=200, heard=heard), tagged('W/"v1"', heard=heard)])
    stage.run(picture("a"), saved=1)
    assert heard == [None, None]


def test_a_download_that_breaks_often_and_always_gets_further_is_not_given_up(stage, monkeypatch):
    monkeypatch.setattr(patience, "_PROGRESS_BYTES", 20)
    stops = range(50, SIZE[picture], 25)
    assert len(stops) > 8
    stage.script.files.extend([tagged(stop=stop) for stop in stops])
    stage.run(picture("a"), saved=1)


def test_what_was_begun_for_a_render_that_is_not_asked_for_there_any_more_is_removed(stage):
    stage.script.files.extend([tagged(stop=200), *[reset] * 200])
    stage.run(picture("a"), parked=1, exit_status=6)
    assert leftovers(stage) == [".note", ".part"]
    stage.script.files.clear()
    stage.run(picture("a", path="b/a.jpg"), saved=1)
    assert leftovers(stage) == []


def test_what_a_killed_run_left_behind_is_removed_by_a_run_with_nothing_to_do(stage):
    stage.run(picture("a"), saved=1)
    for kind in ("part", "note"):
        (stage.root / f".renderline-0.{kind}").write_bytes(b"half")
    stage.run(picture("a"), skipped=1)
    assert leftovers(stage) == []


def test_what_was_begun_is_kept_while_a_run_is_about_something_else(stage):
    stage.script.files.extend([tagged(stop=200), *[reset] * 200])
    stage.run(picture("a"), parked=1, exit_status=6)
    stage.script.files.clear()
    stage.script.files.extend([saying(503, "busy")] * 300)
    stage.run(picture("a"), parked=1, exit_status=6)
    assert leftovers(stage) == [".note", ".part"]
