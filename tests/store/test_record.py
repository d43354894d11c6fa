import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from render.errors import StateError
from render.records import Snapshot, Status
from render.store import Change
from tests.store.recorded import NOON, an_artifact, an_attempt, child, made, opened, read_back


@pytest.fixture
def path(tmp_path):
    return tmp_path / "renders" / "film" / "state.db"


def test_there_is_nothing_to_read_before_the_first_run(path):
    assert read_back(path) == ((), {})
    assert not path.parent.exists()


def test_what_was_written_is_read_oldest_first(path):
    attempts = [an_attempt(no) for no in (3, 1, 2)]
    with opened(path) as store:
        store.write([Change(attempt=attempt) for attempt in attempts[:2]])
        store.write([Change(attempt=attempts[2])])
        assert store.snapshot() == Snapshot(attempts=tuple(attempts))
    assert read_back(path) == (tuple(attempts), {})


def test_a_later_fact_about_an_attempt_replaces_the_earlier_one_in_its_place(path):
    saved = replace(an_attempt(1), status=Status.SAVED, saved_at=NOON, seed=2**64 - 1, cost_usd=0.25)
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(1)), Change(attempt=an_attempt(2))])
        store.write([Change(attempt=saved, artifact=an_artifact(1))])
        store.write([Change(attempt=saved, artifact=an_artifact(1, path="elsewhere.mp4"))])
    attempts, artifacts = read_back(path)
    assert attempts == (saved, an_attempt(2))
    assert artifacts == {"id-1": an_artifact(1, path="elsewhere.mp4")}


def test_an_attempt_may_come_to_belong_to_another_task(path):
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(1))])
        store.write([Change(attempt=an_attempt(1, task_key="renamed"))])
    assert [attempt.task_key for attempt in read_back(path)[0]] == ["renamed"]


def test_which_files_are_present_is_passed_on(path):
    with opened(path) as store:
        assert store.snapshot().present == frozenset()


def test_two_purchases_under_one_number_are_refused_and_nothing_of_the_batch_is_kept(path):
    twice = an_attempt(1, id="another")
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(1))])
        with pytest.raises(StateError, match="contradicts"):
            store.write([Change(attempt=an_attempt(2)), Change(attempt=twice)])
        assert store.snapshot().attempts == (an_attempt(1),)
        store.write([Change(attempt=an_attempt(3))])
    assert len(read_back(path)[0]) == 2


def test_a_record_that_cannot_be_spelled_leaves_nothing_of_its_batch(path):
    with opened(path) as store:
        with pytest.raises(ValueError, match="JSON"):
            store.write([Change(attempt=an_attempt(1)), Change(attempt=an_attempt(2, params={"a": float("nan")}))])
        assert store.snapshot() == Snapshot()


def test_every_write_bears_a_higher_number(path):
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(1)), Change(attempt=an_attempt(2))])
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(1, status=Status.SUBMITTED))])
        store.write([Change(attempt=an_attempt(3))])
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT id, sequence FROM attempts ORDER BY id").fetchall()
    assert rows == [("id-1", 3), ("id-2", 2), ("id-3", 4)]


def test_a_run_is_recorded_from_its_beginning_to_its_end(path):
    with opened(path) as store:
        store.begin_run("run-1", started_at=NOON)
        store.end_run("run-1", ended_at=NOON + timedelta(minutes=1), exit_status=6)
    with opened(path) as store:
        store.begin_run("run-2", started_at=NOON)
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT run_id, pid, started, ended, exit_status FROM runs ORDER BY run_id"
        ).fetchall()
    pid = os.getpid()
    assert rows == [
        ("run-1", pid, "2026-11-21T12:00:00+00:00", "2026-11-21T12:01:00+00:00", 6),
        ("run-2", pid, "2026-11-21T12:00:00+00:00", None, None),
    ]


def test_writes_may_come_from_another_thread(path):
    with opened(path) as store:
        writer = threading.Thread(target=store.write, args=([Change(attempt=an_attempt(1))],))
        writer.start()
        writer.join()
        assert len(store.snapshot().attempts) == 1


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_the_files_are_private_whatever_the_umask(path, umask):
    path.parent.mkdir(parents=True)
    before = os.umask(umask)
    try:
        with opened(path) as store:
            store.write([Change(attempt=an_attempt(1))])
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(["state.db", "state.db-wal", "state.db-shm", "state.lock"], 0o600)


def test_commits_wait_for_the_disk(path):
    with opened(path) as store:
        (synchronous,) = store._connection.execute("PRAGMA synchronous").fetchone()  # noqa: SLF001 - a promise no reader can see
        (mode,) = store._connection.execute("PRAGMA journal_mode").fetchone()  # noqa: SLF001 - same
    assert (synchronous, mode) == (2, "wal")


_WRITE_FOREVER = """
with opened(path) as store:
    for no in range(1, 100_000):
        store.write([Change(attempt=an_attempt(3 * no + part)) for part in range(3)])
        print(no, flush=True)
"""


def test_a_killed_writer_has_lost_nothing_it_was_told_was_recorded_and_left_no_half_batch(path):
    for round_no in range(1, 4):
        with child(_WRITE_FOREVER.replace("range(1,", f"range({1000 * round_no},"), path) as writer:
            acknowledged = [int(writer.stdout.readline()) for _ in range(5 * round_no)]
            writer.kill()
            acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
        attempts, _ = read_back(path)
        found = {attempt.id for attempt in attempts}
        assert {f"id-{3 * no + part}" for no in acknowledged for part in range(3)} <= found
        assert len(attempts) % 3 == 0
    with opened(path) as store:
        assert len(store.snapshot().attempts) == len(attempts)


def test_a_reader_sees_whole_batches_while_a_writer_writes(path):
    with child(_WRITE_FOREVER, path) as writer:
        writer.stdout.readline()
        counts = [len(read_back(path)[0]) for _ in range(15)]
        writer.kill()
    assert counts == sorted(counts)
    assert counts[0] >= 3
    assert {count % 3 for count in counts} == {0}


_FILL_THE_DISK = """
import resource, signal
from render.errors import StateError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with opened(path) as store:
    store.write([Change(attempt=an_attempt(1))])
    resource.setrlimit(resource.RLIMIT_FSIZE, (32 * 4096, 32 * 4096))
    for changes in ([an_attempt(2, error_message="m" * 100_000)], [an_attempt(3)]):
        try:
            store.write([Change(attempt=attempt) for attempt in changes])
            print("recorded")
        except StateError as error:
            print(error.message)
"""


def test_after_a_failed_write_nothing_more_is_written_and_what_was_recorded_stays(path):
    with child(_FILL_THE_DISK, path) as writer:
        first, second = writer.stdout.read().splitlines()
    assert "could not be written" in first
    assert "could not be written before" in second
    assert read_back(path)[0] == (an_attempt(1),)
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(4))])


def test_a_creation_that_was_cut_short_is_begun_again(path):
    path.parent.mkdir(parents=True)
    for ending in ("", "-wal", "-journal"):
        (path.parent / f"state.db.new{ending}").write_bytes(b"half")
    made(path)
    assert sorted(file.name for file in path.parent.iterdir()) == ["state.db", "state.lock"]


@pytest.mark.parametrize("comes_back", [False, True])
def test_nothing_is_written_once_the_record_was_removed_or_replaced(path, comes_back):
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(1))])
        content = path.read_bytes()
        path.rename(path.with_name("away.db"))
        if comes_back:
            path.write_bytes(content)
        with pytest.raises(StateError, match="removed or replaced"):
            store.write([Change(attempt=an_attempt(2))])
        assert not store.is_sound
