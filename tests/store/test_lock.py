import os
import platform
from contextlib import ExitStack

import pytest

from render.errors import StateError
from render.store import Change, LockHolder, writer_of
from tests.store.recorded import NOON, an_attempt, child, made, opened

_HOLD = """
import time
with opened(path) as store:
    store.begin_run("run-77", started_at=NOON)
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


def test_a_second_writer_is_told_who_the_first_one_is(path):
    with child(_HOLD, path) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StateError) as caught, opened(path):
            pass
        told = writer_of(path)
        holder.kill()
    assert caught.value.exit_status == 4
    assert f"process {holder.pid} on {platform.node()}, run run-77" in caught.value.message
    assert "the lock goes away with the process" in caught.value.hint
    assert (told.pid, told.host, told.run_id) == (holder.pid, platform.node(), "run-77")


def test_one_that_waits_is_told_for_whom_and_goes_on_when_the_first_one_ends(path):
    told = []
    with child(_HOLD.replace("sleep(60)", "sleep(1.5)"), path) as holder:
        holder.stdout.readline()
        with opened(path, wait_s=60, on_wait=told.append) as store:
            store.write([Change(attempt=an_attempt(1))])
    assert [(each.pid, each.run_id) for each in told] == [(holder.pid, "run-77")]
    assert told[0].words == f"process {holder.pid} on {platform.node()}, run run-77"


def test_one_that_waits_sees_what_the_first_one_wrote(path):
    script = _HOLD.replace("time.sleep(60)", "time.sleep(1); store.write([Change(attempt=an_attempt(5))])")
    with child(script, path) as holder:
        holder.stdout.readline()
        with opened(path, wait_s=60) as store:
            assert store.snapshot().attempts == (an_attempt(5),)


def test_who_waited_in_vain_is_refused(path):
    told = []
    with (
        opened(path),
        pytest.raises(StateError, match="another run is writing"),
        opened(path, wait_s=0.1, on_wait=told.append),
    ):
        pass
    assert len(told) == 1


@pytest.mark.parametrize("is_replaced", [False, True])
def test_who_waited_for_a_lock_that_was_removed_meanwhile_is_refused(path, is_replaced):
    lock = path.with_suffix(".lock")
    with ExitStack() as first:
        first.enter_context(opened(path))

        def remove(_):
            lock.unlink()
            if is_replaced:
                lock.touch()
            first.close()

        with pytest.raises(StateError, match="was removed or replaced"), opened(path, wait_s=60, on_wait=remove):
            pass


_TAKE_TURNS = """
with opened(path, wait_s=60) as store:
    print(len(store.snapshot().attempts), flush=True)
    store.write([Change(attempt=an_attempt(os.getpid()))])
"""


def test_of_many_at_once_each_has_its_turn_and_finds_the_others_work(path):
    started = [child(_TAKE_TURNS, path) for _ in range(4)]
    found = [int(process.communicate(timeout=60)[0]) for process in started]
    assert sorted(found) == [0, 1, 2, 3]


def test_the_lock_goes_away_with_a_killed_process(path):
    with child(_HOLD, path) as holder:
        holder.stdout.readline()
        holder.kill()
    assert writer_of(path) is None
    with opened(path) as store:
        assert store.snapshot().attempts == ()


def test_two_writers_in_one_process_are_refused_too(path):
    with opened(path), pytest.raises(StateError, match=f"process {os.getpid()}"), opened(path):
        pass


def test_nobody_writes_before_and_after(path):
    assert writer_of(path) is None
    with opened(path) as store:
        store.begin_run("run-1", started_at=NOON)
        store.write([Change(attempt=an_attempt(1))])
        assert writer_of(path) == LockHolder(pid=os.getpid(), host=platform.node(), run_id="run-1", sequence=1)
    assert writer_of(path) is None


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"{", b"[]", b'{"pid": "x"}', b"null\n"])
def test_a_lock_file_that_says_nothing_useful_locks_nobody_out(path, content):
    made(path)
    path.with_suffix(".lock").write_bytes(content)
    assert writer_of(path) is None
    with opened(path) as store:
        assert len(store.snapshot().attempts) == 2


def test_a_lock_file_that_leads_elsewhere_is_not_followed(path, tmp_path):
    elsewhere = tmp_path / "precious"
    elsewhere.write_text("keep")
    path.with_suffix(".lock").symlink_to(elsewhere)
    with pytest.raises(StateError, match="cannot lock"), opened(path):
        pass
    assert elsewhere.read_text() == "keep"
