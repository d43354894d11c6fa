"""Disks that are full or take nothing, made of a file system of our own; where that is not allowed, of a limit."""

import functools
import subprocess
import sys

import pytest

from tests.store.recorded import an_attempt, child, child_command, made, opened, read_back


@functools.cache
def may_mount():
    """Whether this machine lets us mount a file system in a name space of our own."""
    done = subprocess.run(
        ["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    return done.returncode == 0


needs_mounts = pytest.mark.skipif(
    sys.platform != "linux" or not may_mount(), reason="file systems cannot be mounted here"
)


def within(mount, script, path):
    """Run `script` after the shell command `mount`, both in a name space of their own; return what it prints."""
    shell = f'{mount} && exec "$@"'
    command = ["unshare", "-Urm", "sh", "-c", shell, "sh", *child_command(script, path)]
    with child(script, path, command=command) as process:
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return told.splitlines()


_FILL = """
from render.errors import StateError
with opened(path) as store:
    store.write([Change(attempt=an_attempt(1))])
    ballast = path.with_name("ballast")
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    no = 2
    try:
        for no in range(2, 100):
            store.write([Change(attempt=an_attempt(no, error_message="m" * 5000))])
    except StateError as error:
        print(error.message.rpartition(" (")[2])
    try:
        store.reopen()
        store.write([Change(attempt=an_attempt(no, error_message="m" * 5000))])
        print("recorded on a full disk")
    except StateError:
        print("still full")
    ballast.unlink()
    store.reopen()
    print(len(store.snapshot().attempts) == no - 1)
    store.write([Change(attempt=an_attempt(no))])
with opened(path) as store:
    print([attempt.id for attempt in store.snapshot().attempts] == [f"id-{each}" for each in range(1, no + 1)])
"""


@needs_mounts
def test_a_disk_that_was_full_loses_nothing_and_is_written_again_when_there_is_room(tmp_path):
    mount = f"mount -t tmpfs -o size=512k tmpfs {tmp_path}"
    assert within(mount, _FILL, tmp_path / "state.db") == ["SQLITE_FULL)", "still full", "True", "True"]


_BEGIN = """
from render.errors import StateError
refused = 0
for size in range(8, 200, 8):
    ballast = path.with_name("ballast")
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, (200 - size) * 1024)
    try:
        with opened(path): pass
    except StateError:
        refused += 1
    ballast.unlink()
    if path.exists():
        break
with opened(path) as store:
    print(refused > 0, len(store.snapshot().attempts))
"""


@needs_mounts
def test_a_disk_that_fills_while_the_record_is_made_leaves_none(tmp_path):
    mount = f"mount -t tmpfs -o size=204k tmpfs {tmp_path}"
    assert within(mount, _BEGIN, tmp_path / "state.db") == ["True 0"]


_LIMIT = """
import resource, signal
from render.errors import StateError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with opened(path) as store:
    store.write([Change(attempt=an_attempt(1))])
    free = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (32 * 4096, free[1]))
    try:
        store.write([Change(attempt=an_attempt(2, error_message="m" * 200_000))])
    except StateError:
        print(store.is_sound)
    resource.setrlimit(resource.RLIMIT_FSIZE, free)
    store.reopen()
    print(store.is_sound)
    store.write([Change(attempt=an_attempt(2))])
"""


def test_after_a_short_write_the_record_is_opened_anew_and_goes_on(tmp_path):
    path = tmp_path / "state.db"
    with child(_LIMIT, path) as process:
        assert process.communicate(timeout=60)[0].split() == ["False", "True"]
    assert read_back(path)[0] == (an_attempt(1), an_attempt(2))


_LOOK = """
from render.errors import StateError
try:
    print(len(read_back(path)[0]))
except StateError as error:
    print(error.hint)
try:
    with opened(path): pass
except StateError as error:
    print(error.exit_status, error.message)
"""


@needs_mounts
def test_where_nothing_can_be_written_a_record_is_read_and_not_opened_to_write(tmp_path):
    path = made(tmp_path / "state.db")
    mount = f"mount --bind {tmp_path} {tmp_path} && mount -o remount,ro,bind {tmp_path}"
    assert within(mount, _LOOK, path) == ["2", f"4 cannot lock {path.with_suffix('.lock')}: Read-only file system"]


@needs_mounts
def test_a_log_that_nobody_can_put_away_there_is_told_with_what_to_do(tmp_path):
    path = tmp_path / "state.db"
    with child(
        """
with opened(path) as store:
    store.write([Change(attempt=an_attempt(1))])
    os._exit(0)
""",
        path,
    ) as writer:
        writer.wait()
    path.with_name("state.db-shm").unlink()
    mount = f"mount --bind {tmp_path} {tmp_path} && mount -o remount,ro,bind {tmp_path}"
    hint, _ = within(mount, _LOOK, path)
    assert hint.startswith("copy state.db and state.db-wal together to where you can write")
    with opened(path) as store:
        assert len(store.snapshot().attempts) == 1


@needs_mounts
def test_on_a_full_disk_a_record_that_is_at_rest_is_read(tmp_path):
    small, kept = tmp_path / "small", made(tmp_path / "state.db")
    small.mkdir()
    fill = f"{{ head -c 1000000 /dev/zero > {small}/ballast 2> /dev/null || true; }}"
    mount = f"mount -t tmpfs -o size=256k tmpfs {small} && cp {kept} {small} && {fill}"
    assert within(mount, "print(len(read_back(path)[0]))", small / "state.db") == ["2"]
