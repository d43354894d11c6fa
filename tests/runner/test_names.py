"""Files that change their names, and files that make room for others."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from render.events import TaskSaved
from render.records import Status
from render.store import Change, open_store
from tests.containers.samples import whole
from tests.runner.scripted import another_kind, sending
from tests.runner.stage import picture


def edited(key, **changes):
    return picture(key, params={"prompt": "another", "width": 640, "height": 1408}, **changes)


def serve_two_kinds_of_jpeg(stage):
    """Let every file be another one than the one before."""
    stage.script.files.extend([sending(whole("jpeg")), sending(whole("jpeg-progressive"))] * 5)


def paths(stage):
    """Where each purchase's file is recorded, by prompt."""
    attempts, artifacts = stage.record()
    return {attempt.params["prompt"]: artifacts[attempt.id].path for attempt in attempts}


def test_the_file_of_an_edited_shot_is_kept_and_the_record_says_where(stage):
    serve_two_kinds_of_jpeg(stage)
    stage.run(picture("a"), saved=1)
    stage.run(edited("a"), saved=1)
    (kept,) = stage.kept()
    assert paths(stage) == {"shot a": kept, "another": "a.jpg"}
    assert (stage.root / kept).read_bytes() == whole("jpeg")
    assert (stage.root / "a.jpg").read_bytes() == whole("jpeg-progressive")
    stage.run(edited("a"), skipped=1)


def test_a_shot_that_is_edited_back_gets_its_earlier_file_back_for_nothing(stage):
    serve_two_kinds_of_jpeg(stage)
    stage.run(picture("a"), saved=1)
    stage.run(edited("a"), saved=1)
    requests = stage.script.requests
    stage.run(picture("a"), saved=1)
    assert stage.script.requests == requests
    assert (stage.root / "a.jpg").read_bytes() == whole("jpeg")
    stage.run(picture("a"), skipped=1)
    stage.run(edited("a"), saved=1)
    assert stage.bought() == {"shot a": 1, "another": 1}


def test_a_download_that_fails_leaves_the_earlier_file_and_its_record_alone(stage):
    stage.run(picture("a"), saved=1)
    stage.script.files.extend([another_kind] * 8)
    stage.run(edited("a"), held=1, exit_status=6)
    attempts, artifacts = stage.record()
    assert artifacts[attempts[0].id].path == "a.jpg"
    assert stage.files() == ["a.jpg"]
    stage.script.files.clear()
    stage.run(picture("a"), skipped=1, saved=1)


def test_a_crash_between_a_file_and_its_record_heals(stage):
    serve_two_kinds_of_jpeg(stage)
    stage.run(picture("a"), saved=1)
    before = stage.record()
    stage.run(edited("a"), saved=1)
    files = stage.files()
    forget_the_last_step(stage, before)
    assert stage.record()[1] == before[1]
    stage.script.files.clear()
    stage.script.files.append(sending(whole("jpeg-progressive")))
    stage.run(edited("a"), saved=1)
    assert stage.files() == files
    assert paths(stage) == {"shot a": stage.kept()[0], "another": "a.jpg"}
    stage.run(edited("a"), skipped=1)
    assert stage.bought() == {"shot a": 1, "another": 1}


def forget_the_last_step(stage, before):
    """Put the record back to where it was when the newest file was in place and not yet recorded."""
    attempts, artifacts = before
    newest = replace(stage.record()[0][-1], status=Status.RENDERED, saved_at=None)
    with closing(sqlite3.connect(stage.root / "state.db")) as connection, connection:
        connection.execute("DELETE FROM artifacts WHERE attempt_id = ?", (newest.id,))
    with open_store(stage.root / "state.db", project="film", kind="paid") as store:
        known = [Change(attempt=attempt, artifact=artifacts[attempt.id]) for attempt in attempts]
        store.write([*known, Change(attempt=newest)])


@pytest.mark.parametrize("path", ["b.jpg", "scenes/b.jpg"])
def test_a_renamed_shot_is_placed_and_nothing_is_asked_or_bought(stage, path):
    stage.run(picture("a"), saved=1)
    requests = stage.script.requests
    renamed = picture("b", path=path, params=picture("a").params)
    stage.run(renamed, saved=1)
    assert stage.script.requests == requests
    assert stage.files() == sorted(["a.jpg", path])
    stage.run(renamed, skipped=1)


def test_two_shots_may_swap_their_names(stage):
    serve_two_kinds_of_jpeg(stage)
    one, other = picture("a"), picture("b")
    stage.concurrency = 1
    stage.run(one, other, saved=2)
    content = {path: (stage.root / path).read_bytes() for path in ("a.jpg", "b.jpg")}
    assert content["a.jpg"] != content["b.jpg"]
    swapped = [picture("a", path="b.jpg"), picture("b", path="a.jpg")]
    requests = stage.script.requests
    stage.run(*swapped, saved=2)
    assert (stage.root / "a.jpg").read_bytes() == content["b.jpg"]
    assert (stage.root / "b.jpg").read_bytes() == content["a.jpg"]
    stage.run(*swapped, skipped=2)
    assert stage.script.requests == requests


def test_a_new_shot_may_take_the_name_of_a_renamed_one(stage):
    serve_two_kinds_of_jpeg(stage)
    stage.run(picture("a"), saved=1)
    renamed, new = picture("b", params=picture("a").params), picture("c", path="a.jpg")
    stage.run(renamed, new, saved=2)
    assert (stage.root / "b.jpg").read_bytes() == whole("jpeg")
    assert (stage.root / "a.jpg").read_bytes() == whole("jpeg-progressive")
    stage.run(renamed, new, skipped=2)
    assert stage.bought() == {"shot a": 1, "shot c": 1}


def test_a_file_that_was_changed_by_hand_is_not_placed_but_fetched_again(stage):
    stage.run(picture("a"), saved=1)
    whole_bytes = (stage.root / "a.jpg").read_bytes()
    (stage.root / "a.jpg").write_bytes(whole_bytes[:-3] + b"\x00" + whole_bytes[-2:])
    stage.run(picture("b", params=picture("a").params), saved=1)
    assert (stage.root / "b.jpg").read_bytes() == whole_bytes
    assert stage.bought() == {"shot a": 1}


def test_equal_bytes_under_one_name_belong_to_both_purchases(stage):
    stage.run(picture("a"), saved=1)
    stage.run(edited("a"), saved=1)
    assert stage.files() == ["a.jpg"]
    stage.run(picture("a"), skipped=1)
    stage.script.files.append(sending(whole("jpeg-progressive")))
    third = picture("a", params={"prompt": "a third", "width": 640, "height": 1408})
    stage.run(third, saved=1)
    (kept,) = stage.kept()
    assert paths(stage) == {"shot a": kept, "another": kept, "a third": "a.jpg"}
    stage.run(edited("a"), saved=1)
    assert stage.told(TaskSaved)[0].path == "a.jpg"
    assert (stage.root / "a.jpg").read_bytes() == whole("jpeg")
