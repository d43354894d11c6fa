"""Names that change hands while the run or its record breaks off: no name ever stands for another purchase's file."""

import hashlib
from contextlib import suppress

import pytest

from render.events import TaskRendered
from render.records import Status
from tests.containers.samples import whole
from tests.runner.scripted import sending
from tests.runner.stage import make_read_only, picture

#: two pictures that differ and have the same size, so that only their bytes tell them apart
ONE = whole("jpeg")
OTHER = ONE[:-3] + bytes([ONE[-3] ^ 1]) + ONE[-2:]
#: the transactions of a run that buys a file and puts it where another stands: intent, accepted, made, way made, saved
_WRITES = 5


def edited(key):
    return picture(key, params={"prompt": "another", "width": 640, "height": 1408})


def serve(stage, *contents):
    """Let the next files be these, and every further one the last of them."""
    stage.script.files.extend([*map(sending, contents), *[sending(contents[-1])] * 5])


def interrupt(stage, *tasks, after, trouble):
    """Run until so many transactions have passed: then the process dies, or the disk is full."""
    usual, count = stage.write, 0

    def write(store, changes):
        nonlocal count
        count += 1
        if count > after and trouble == "crash":
            raise RuntimeError("the process died")
        if count > after:
            make_read_only(store)
        store.write(changes)

    stage.write = write
    with suppress(ExceptionGroup):
        stage.attempt_to_run(*tasks)
    stage.write = usual


def wrong_files(stage):
    """Recorded paths where another file stands than the one that is recorded there."""
    attempts, artifacts = stage.record()
    saved = [artifacts[attempt.id] for attempt in attempts if attempt.status is Status.SAVED]
    standing = {each: stage.root / each.path for each in saved}
    return [
        each.path
        for each, path in standing.items()
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != each.sha256
    ]


@pytest.mark.parametrize("trouble", ["crash", "full disk"])
@pytest.mark.parametrize("after", range(_WRITES + 1))
def test_a_shot_that_is_edited_back_after_trouble_shows_its_own_file(stage, after, trouble):
    serve(stage, ONE, OTHER)
    stage.run(picture("a"), saved=1)
    interrupt(stage, edited("a"), after=after, trouble=trouble)
    assert wrong_files(stage) == []
    assert stage.attempt_to_run(picture("a")).exit_status == 0
    assert (stage.root / "a.jpg").read_bytes() == ONE
    assert wrong_files(stage) == []
    assert stage.attempt_to_run(edited("a")).exit_status == 0
    assert (stage.root / "a.jpg").read_bytes() == OTHER
    stage.check()


@pytest.mark.parametrize("trouble", ["crash", "full disk"])
@pytest.mark.parametrize("after", range(6))
def test_shots_that_swap_their_names_and_back_after_trouble_show_their_own_files(stage, after, trouble):
    stage.concurrency = 1
    serve(stage, ONE)
    stage.run(picture("a"), saved=1)
    stage.script.files.clear()
    serve(stage, OTHER)
    stage.run(picture("a"), picture("b"), skipped=1, saved=1)
    interrupt(stage, picture("a", path="b.jpg"), picture("b", path="a.jpg"), after=after, trouble=trouble)
    assert wrong_files(stage) == []
    requests = stage.script.requests
    assert stage.attempt_to_run(picture("a"), picture("b")).exit_status == 0
    assert ((stage.root / "a.jpg").read_bytes(), (stage.root / "b.jpg").read_bytes()) == (ONE, OTHER)
    assert wrong_files(stage) == []
    assert stage.script.requests == requests


def test_a_name_is_not_taken_while_the_record_cannot_say_where_its_file_is_kept(stage):
    serve(stage, ONE, OTHER)
    stage.run(picture("a"), saved=1)
    opened = []
    stage.before = opened.append
    stage.listener = lambda event: make_read_only(opened[-1]) if isinstance(event, TaskRendered) else None
    summary = stage.run(edited("a"), parked=1, exit_status=4)
    assert "the next run fetches it again" in summary.failures[0].message
    assert (stage.root / "a.jpg").read_bytes() == ONE
    stage.before = stage.listener = None
    stage.run(edited("a"), saved=1)
    assert (stage.root / "a.jpg").read_bytes() == OTHER


def test_a_file_that_comes_and_goes_is_kept_once(stage):
    serve(stage, ONE, OTHER)
    stage.run(picture("a"), saved=1)
    for _ in range(3):
        stage.run(edited("a"), saved=1)
        stage.run(picture("a"), saved=1)
    assert sorted((stage.root / path).read_bytes() for path in stage.kept()) == sorted([ONE, OTHER])
