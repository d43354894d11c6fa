"""Spoils a database in many ways, and looks what the product makes of it: refused, an honest prefix, or changed data.

The record is a real one, written by the store: closed, and with its last commits still in the write-ahead log. With the
lock file beside it, what is shorter than that says must be refused, too; without it nobody can know better.
"""

import random
import shutil
from collections import Counter
from dataclasses import dataclass, field, replace

from render.errors import StateError
from render.records import Status
from render.store import Change, open_store
from tests.store.recorded import an_artifact, an_attempt

_PROJECT = {"project": "film", "kind": "paid"}
_FILES = ("", "-wal")
_TASKS = 12
_PAGE = 4096
_SECTOR = 512


@dataclass(kw_only=True)
class Damage:
    """What became of the spoilt databases: `refused`, `prefixes` or `changed`."""

    became: Counter = field(default_factory=Counter)
    breaches: list = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Sample:
    """A record as it lies on the disk, and what it held after each commit, the newest last."""

    folder: object
    states: tuple

    def bytes_of(self, ending):
        """What a file of the record holds, nothing where it is not there."""
        path = self.folder / f"state.db{ending}"
        return path.read_bytes() if path.exists() else b""


def spoil_all(folder, *, tries):
    """Try every kind of damage at up to so many places; the same ones each time."""
    folder.mkdir()
    found, chance = Damage(), random.Random("spoilt")
    for is_open in (True, False):
        sample = _sample(folder / f"open-{is_open}", is_open=is_open)
        for name, files in _damages(sample, chance, tries=tries):
            for has_lock in (True, False):
                became, wrong = _try(sample, folder / "tried", files, has_lock=has_lock)
                found.became[became] += 1
                if wrong:
                    found.breaches.append(f"{name}, {'with' if has_lock else 'without'} the lock file: {wrong}")
    return found


def _sample(folder, *, is_open):
    """Write a record in two sittings, each task through all its states; the log is there only while it is open."""
    folder.mkdir()
    path, kept, states = folder / "state.db", folder / "sample", [((), {})]
    with open_store(path, **_PROJECT) as store:
        for number in range(1, _TASKS // 2 + 1):
            _live(store, number, states)
    with open_store(path, **_PROJECT) as store:
        for number in range(_TASKS // 2 + 1, _TASKS + 1):
            _live(store, number, states)
        if is_open:
            _copy(folder, kept)
    if not is_open:
        _copy(folder, kept)
    return _Sample(folder=kept, states=tuple(states))


def _copy(folder, kept):
    kept.mkdir()
    for path in folder.glob("state.*"):
        if path.suffix != ".db-shm":
            shutil.copyfile(path, kept / path.name)


def _live(store, number, states):
    attempt = an_attempt(number)
    for status in (Status.PREPARED, Status.SUBMITTED, Status.RENDERED, Status.SAVED):
        artifact = an_artifact(number) if status is Status.SAVED else None
        store.write([Change(attempt=replace(attempt, status=status), artifact=artifact)])
        states.append(_facts(store))


def _facts(store):
    snapshot = store.snapshot()
    return snapshot.attempts, dict(snapshot.artifacts)


def _damages(sample, chance, *, tries):
    """Name each damage, with the bytes of the main file and of the log that it leaves; None for no such file."""
    main, log = sample.bytes_of(""), sample.bytes_of("-wal")
    for at in _places(log, chance, tries):
        yield f"log cut at {at}", (main, log[:at])
        yield f"log zeros from {at}", (main, log[:at] + bytes(len(log) - at))
    for at in _places(log, chance, tries):
        yield f"bit flipped in the log at {at}", (main, _flipped(log, at, chance))
    for at in _places(main, chance, 2 * tries):
        yield f"bit flipped at {at}", (_flipped(main, at, chance), log)
    for page in range(0, len(main), _PAGE):
        middle, end = page + _PAGE // 2, page + _PAGE
        yield f"page at {page} torn", (main[:middle] + bytes(end - middle) + main[end:], log)
        yield f"page at {page} gone", (main[:page] + bytes(_PAGE) + main[end:], log)
    for at in range(0, len(main), max(_SECTOR, len(main) // tries // _SECTOR * _SECTOR)):
        yield f"cut at {at}", (main[:at], log)
    yield "log deleted", (main, None)
    yield "log deleted, and the end of the file", (main[: len(main) // 2], None)
    yield "file deleted", (None, log)
    yield "text in front", (b"\xef\xbb\xbf" + main, log)


def _places(data, chance, tries):
    return sorted(chance.sample(range(len(data)), min(tries, len(data))))


def _flipped(data, at, chance):
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _try(sample, folder, files, *, has_lock):
    """Open one spoilt database; return what became of it, and what is wrong with that, "" for nothing."""
    folder.mkdir()
    try:
        _lay_out(sample, folder, files, has_lock=has_lock)
        before = _held(folder)
        try:
            with open_store(folder / "state.db", **_PROJECT) as store:
                facts = _facts(store)
        except StateError:
            return "refused", "" if _held(folder) == before else "refused, and not left as it was"
        except Exception as error:  # noqa: BLE001 - what is not an error of ours is a traceback for a user
            return "refused", f"not refused in words, but by {error!r}"
        return _what_opened(sample, facts, has_lock=has_lock)
    finally:
        shutil.rmtree(folder)


def _what_opened(sample, facts, *, has_lock):
    if facts not in sample.states:
        return "changed", "opened with changed data"
    is_older = facts != sample.states[-1]
    return "prefixes", "opened as older than its lock file says" if is_older and has_lock else ""


def _lay_out(sample, folder, files, *, has_lock):
    for ending, data in zip(_FILES, files, strict=True):
        if data is not None:
            (folder / f"state.db{ending}").write_bytes(data)
    if has_lock:
        shutil.copyfile(sample.folder / "state.lock", folder / "state.lock")


def _held(folder):
    """What must not change: the database and its log, but for an empty one."""
    found = {ending: folder / f"state.db{ending}" for ending in _FILES}
    return {ending: path.read_bytes() for ending, path in found.items() if path.exists() and path.stat().st_size}
