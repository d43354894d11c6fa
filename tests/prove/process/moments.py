"""The moments of a run at which a process can end: durable writes, uploads, purchases, events, steps with files.

Wraps what every one of them passes from outside, so the product needs no hook: `Store.write`, `Wire.send`, what a run
emits, and the calls of `os` that change names and make files durable. Knows nothing of what is done at a moment.
"""

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from render.records import Rest
from render.runner.lane import Shared
from render.store import Change, Known, Store
from render.wire import Wire

#: the folder that every output folder of the proofs has in its path
OUTPUT = f"{os.sep}renders{os.sep}"
#: what is said of an attempt beside its status, where it says more than the status
_NOTES = {Rest.HELD.value: " (held)", "unknown": " (unknown)", "unsent": " (unsent)", "account": " (account)"}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that is about to be done, or has been; several names where one deed is several things."""

    names: tuple
    #: what a recorder needs to know beside the name
    facts: dict = field(default_factory=dict)


class Watch:
    """Who is told of every moment; does nothing by itself."""

    def before(self, moment):
        """Hear that it is about to be done."""

    def after(self, moment):
        """Hear that it has been done."""

    @contextmanager
    def around(self, moment):
        """Tell of what is done inside; of what fails, nothing is told afterwards."""
        self.before(moment)
        yield
        self.after(moment)


def watch_all(watch):
    """Tell `watch` of every moment of this process from now on."""
    _watch_writes(watch)
    _watch_purchases(watch)
    _watch_events(watch)
    _watch_files(watch)


def _watch_writes(watch):
    write, snapshot, words = Store.write, Store.snapshot, {}

    def told_write(store, changes):
        names = tuple(_transition(change, words) for change in changes)
        with watch.around(Moment(names=names, facts={"store": store, "changes": changes})):
            write(store, changes)
        words.update({change.attempt.id: _words(change.attempt) for change in changes if isinstance(change, Change)})

    def noted_snapshot(store):
        found = snapshot(store)
        words.update({attempt.id: _words(attempt) for attempt in found.attempts})
        return found

    Store.write, Store.snapshot = told_write, noted_snapshot


def _transition(change, words):
    if isinstance(change, Known):
        return f"write upload {change.upload.provider}"
    attempt, before = change.attempt, words.get(change.attempt.id, "nothing")
    return f"write {attempt.provider} {before} -> {_words(attempt)}"


def _words(attempt):
    return attempt.status.value + _NOTES.get(attempt.error_kind, "")


def _watch_purchases(watch):
    send = Wire.send

    async def told_send(wire, call, **named):
        if call.enclosed is not None:
            with watch.around(Moment(names=("upload sent",), facts={"body": call.body})):
                return await send(wire, call, **named)
        if not call.is_paid:
            return await send(wire, call, **named)
        with watch.around(Moment(names=(f"purchase {call.path}",), facts={"body": call.body})):
            return await send(wire, call, **named)

    Wire.send = told_send


def _watch_events(watch):
    begin = Shared.__init__

    def begin_told(shared, *, emit, **named):
        def told_emit(event):
            with watch.around(Moment(names=(f"event {type(event).__name__}",))):
                emit(event)

        begin(shared, emit=told_emit, **named)

    Shared.__init__ = begin_told


def _watch_files(watch):
    for call, read in _FILE_CALLS.items():
        setattr(os, call, _told(watch, getattr(os, call), read))


def _told(watch, call, read):
    def told(*arguments, **named):
        moment = read(*arguments, **named)
        if moment is None or not _is_ours(moment):
            return call(*arguments, **named)
        with watch.around(moment):
            return call(*arguments, **named)

    return told


def _is_ours(moment):
    # the folder in which the output folder is made lies outside, and nobody else makes folders durable
    return OUTPUT in f"{moment.facts['path']}{os.sep}" or moment.names == ("step folder synced",)


def _step(name, path, **facts):
    return Moment(names=(f"step {name}",), facts={"path": path, **facts})


def _opened(path, flags, *_, dir_fd=None, **__):
    return _step("file made", _whole(path, dir_fd)) if flags & os.O_EXCL else None


def _synced(descriptor):
    path = str(_open_path(descriptor))
    return _step("folder synced" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file synced", path)


def _linked(old, new, *, src_dir_fd=None, dst_dir_fd=None, **_):
    return _step("name given", _whole(new, dst_dir_fd), old=_whole(old, src_dir_fd))


def _renamed(old, new, *, src_dir_fd=None, dst_dir_fd=None):
    return _step("name changed", _whole(new, dst_dir_fd), old=_whole(old, src_dir_fd))


def _removed(path, *, dir_fd=None):
    whole = _whole(path, dir_fd)
    return _step("name removed", whole) if os.path.lexists(whole) else None


def _folder_made(path, *_, dir_fd=None, **__):
    whole = _whole(path, dir_fd)
    return None if os.path.lexists(whole) else _step("folder made", whole)


def _whole(path, folder):
    """The path of a name in an open folder."""
    return str((Path.cwd() if folder is None else _open_path(folder)) / os.fspath(path))


def _open_path(descriptor):
    return Path(f"/proc/self/fd/{descriptor}").readlink()


_FILE_CALLS = {
    "open": _opened,
    "fsync": _synced,
    "link": _linked,
    "rename": _renamed,
    "unlink": _removed,
    "mkdir": _folder_made,
}
