import os
import platform

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
