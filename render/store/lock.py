"""One writer at a time: a lock on `state.lock`, beside the database and never the database itself.

Closing any descriptor of state.db in this process would drop SQLite's own locks, so that file is never opened here.
The lock vanishes with its process; what the file says is who holds it, and how far the record had come.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from render.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: those who only look hold the lock for an instant, too; a writer tries again so that they do not turn it away
_LOOKERS_S = 0.5
_BETWEEN_TRIES_S = 0.05
_MOST_BYTES = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class LockHolder:
    """Who writes, as the lock file tells it."""

    #: 0 where the file does not say
    pid: int
    host: str
    #: "" before the run has begun
    run_id: str
    #: the highest row number that was durable when this was written
    sequence: int

    @property
    def words(self) -> str:
        """Who it is, for a person."""
        return f"process {self.pid} on {self.host}, run {self.run_id or 'not begun'}" if self.pid else "a process"


_NOBODY = LockHolder(pid=0, host="", run_id="", sequence=0)


class WriterLock:
    """A held lock."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        #: the highest row number that an earlier writer, or this one, left here
        self.sequence = _read(descriptor).sequence

    def tell(self, *, run_id: str, sequence: int) -> None:
        """Write down who holds the lock, and how far the record has come.

        Not synced: after a power loss the file may lag behind the record, which is harmless; it is never ahead of it.
        """
        holder = LockHolder(pid=os.getpid(), host=os.uname().nodename, run_id=run_id, sequence=sequence)
        line = json.dumps(asdict(holder)).encode("ascii") + b"\n"
        self.sequence = sequence
        # On a full disk the file lags behind, which the next writer does not mind; the record itself is safe by now.
        with suppress(OSError):
            os.pwrite(self._descriptor, line, 0)
            os.ftruncate(self._descriptor, len(line))


@contextmanager
def writer_lock(
    path: Path, *, wait_s: float = 0.0, on_wait: Callable[[LockHolder], None] | None = None
) -> Iterator[WriterLock]:
    """Hold the lock beside the database at `path`.

    While another process holds it, this one waits up to `wait_s` seconds; `on_wait` then hears once who it is.

    Raises:
        StateError: another process holds it to the end, or the file cannot be made.
    """
    try:
        descriptor = os.open(_lock_path(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StateError(f"cannot lock {_lock_path(path)}: {error.strerror}") from error
    try:
        if not _acquired(descriptor, wait_s=_LOOKERS_S):
            if wait_s and on_wait is not None:
                on_wait(_read(descriptor))
            if not _acquired(descriptor, wait_s=wait_s):
                raise _taken(path, _read(descriptor))
        _require_in_place(descriptor, path)
        os.fchmod(descriptor, 0o600)
        yield WriterLock(descriptor)
    finally:
        os.close(descriptor)


def writer_of(path: Path) -> LockHolder | None:
    """Say who is writing to the database at `path`, or None while nobody is."""
    try:
        descriptor = os.open(_lock_path(path), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(descriptor)
    finally:
        os.close(descriptor)
    return None


def recorded_sequence(path: Path) -> int:
    """Return the highest row number that a writer of the database at `path` left beside it; 0 where none did."""
    try:
        descriptor = os.open(_lock_path(path), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return 0
    try:
        return _read(descriptor).sequence
    finally:
        os.close(descriptor)


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")


def _acquired(descriptor: int, *, wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(_BETWEEN_TRIES_S)


def _taken(path: Path, holder: LockHolder) -> StateError:
    return StateError(
        f"another run is writing to {path.parent}: {holder.words}",
        hint="wait until it ends (--wait SECONDS does), or stop it; the lock goes away with the process",
    )


def _require_in_place(descriptor: int, path: Path) -> None:
    """Make sure that the locked file is the one others will try to lock: somebody may have removed it meanwhile."""
    held = os.fstat(descriptor)
    try:
        found = _lock_path(path).lstat()
    except OSError:
        found = None
    if found is None or (found.st_dev, found.st_ino) != (held.st_dev, held.st_ino):
        raise StateError(f"{_lock_path(path)} was removed or replaced at this moment", hint="run again")


def _read(descriptor: int) -> LockHolder:
    line = os.pread(descriptor, _MOST_BYTES, 0).split(b"\n", 1)[0]
    try:
        told = json.loads(line)
        return LockHolder(
            pid=int(told["pid"]), host=str(told["host"]), run_id=str(told["run_id"]), sequence=int(told["sequence"])
        )
    except (ValueError, KeyError, TypeError):
        return _NOBODY
