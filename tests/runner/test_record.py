"""What happens to a run when its record, or the program itself, lets it down."""

import asyncio

import pytest

from render.artifacts.folder import ArtifactFolder
from render.events import AttemptPrepared, AttemptSubmitted, TaskRendered, TaskSaved
from render.records import Action, Plan, PlannedTask, Snapshot
from render.runner.conductor import Score, StopRequest, conduct
from render.runner.journal import Journal
from render.runner.lane import Shared
from render.wire import Wire
from tests.runner.scripted import accept
from tests.runner.stage import clip, make_read_only, picture, quick_surroundings


@pytest.mark.parametrize("make", [picture, clip])
def test_a_record_that_cannot_be_written_lets_nothing_be_bought(stage, make):
    stage.before = make_read_only
    assert stage.attempt_to_run(make("a"), make("b")).left == 2
    assert stage.script.arrivals == []
    assert not stage.journal.is_sound
    stage.before = None
    stage.run(make("a"), make("b"), saved=2)
    assert stage.bought() == {"shot a": 1, "shot b": 1}


def test_a_record_that_fails_in_the_middle_stops_purchases_and_loses_none(stage):
    stage.concurrency = 1
    opened = []
    stage.before = opened.append

    async def accept_and_break(moment):
        make_read_only(opened[0])
        return await accept(moment)

    stage.script.submits.append(accept_and_break)
    summary = stage.attempt_to_run(*map(picture, "abc"))
    assert (summary.saved, summary.left) == (1, 2)
    assert stage.bought() == {"shot a": 1}
    assert stage.statuses() == {"a": ["saved"]}
    assert stage.journal.unrecorded == ()
    stage.run(*map(picture, "abc"), saved=2, skipped=1)
    assert set(stage.bought().values()) == {1}


def test_what_a_record_that_stays_broken_lacks_is_fetched_all_the_same_and_known_at_the_end(stage):
    stage.write = failing_after(1)
    summary = stage.attempt_to_run(picture("a"))
    assert summary.saved == 1
    assert stage.files() == ["a.jpg"]
    assert stage.statuses() == {"a": ["prepared"]}
    ((attempt, artifact),) = [(change.attempt, change.artifact) for change in stage.journal.unrecorded]
    assert (attempt.status, artifact.path) == ("saved", "a.jpg")
    stage.write = type(stage).write.__get__(stage)
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}
    assert stage.kept() == []


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (AttemptPrepared, "prepared"),
        (AttemptSubmitted, "submitted"),
        (TaskRendered, "rendered"),
        (TaskSaved, "saved"),
    ],
)
def test_a_bug_leaves_the_record_at_the_last_fact_and_is_not_hidden(stage, kind, status):
    def broken(event):
        if type(event) is kind:
            raise RuntimeError("a bug")

    stage.listener = broken
    with pytest.raises(ExceptionGroup) as caught:
        stage.attempt_to_run(picture("a"))
    assert caught.value.subgroup(RuntimeError)
    stage.check()
    assert stage.statuses() == {"a": [status]}
    stage.listener = None
    assert stage.attempt_to_run(picture("a")).exit_status == 0
    assert stage.bought() == {"shot a": 1}


def test_whichever_write_fails_every_task_is_bought_once(stage):
    stage.concurrency = 1
    tasks, failures = [picture("a"), picture("b")], 0
    for allowed in (0, 1, 1, 1, 1, 2, 2):
        stage.write = failing_after(allowed)
        stage.attempt_to_run(*tasks)
        failures += not stage.journal.is_sound
        stage.check()
    assert failures >= 4
    stage.write = failing_after(100)
    assert stage.attempt_to_run(*tasks).exit_status == 0
    assert stage.bought() == {"shot a": 1, "shot b": 1}


def failing_after(allowed):
    """Let so many transactions pass, and have SQLite refuse the ones after them, as on a full disk."""
    count = 0

    def write(store, changes):
        nonlocal count
        count += 1
        if count > allowed:
            make_read_only(store)
        store.write(changes)

    return write


def test_a_run_with_nothing_to_do_never_waits_for_anything(tmp_path):
    plan = Plan(tasks=tuple(up_to_date(number) for number in range(20_000)))
    score = Score(plan=plan, snapshot=Snapshot(), lanes={}, folder=ArtifactFolder(tmp_path / "film"))

    async def conduct_alone():
        stop = StopRequest(event=asyncio.Event())
        async with Wire() as wire, Journal(list) as journal:
            shared = Shared(
                wire=wire,
                journal=journal,
                surroundings=quick_surroundings(),
                spec_of={}.get,
                emit=lambda _: None,
                stop=stop.event,
                run_id="run",
            )
            # Driven by hand: one step takes it to its end, so nothing was started and nothing was waited for.
            with pytest.raises(StopIteration) as ended:
                conduct(score, shared, stop).send(None)
        return ended.value.value

    summary = asyncio.run(conduct_alone())
    assert (summary.tasks, summary.skipped, summary.exit_status) == (20_000, 20_000, 0)


def up_to_date(number):
    return PlannedTask(
        task=picture(f"n{number}"), fingerprint="f" * 64, action=Action.SKIP, reason="up to date", attempt=None
    )
