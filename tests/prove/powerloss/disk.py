"""What a disk may hold after the power went: every state that the operations up to a moment can leave.

The file system is a pessimistic one. Bytes that no sync followed may be gone, torn or zeros; a name that no sync of its
folder followed may be gone, or still be there. A commit that returned is there; one under way is wholly there or not.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import PurePosixPath

from tests.prove.process.recorder import DATABASE, LOCK

#: an operation to leave out: that commits are made durable
COMMIT_SYNCED = "commit synced"
_NAMINGS = frozenset({"folder made", "file made", "name given", "name changed", "name removed"})
#: what becomes of bytes that were not synced, and whether names that were not synced stand
_CHOICES = {
    "everything": ("kept", True),
    "only what was synced": ("lost", False),
    "names without bytes": ("lost", True),
    "bytes without names": ("kept", False),
    "torn after a byte": ("one byte", True),
    "torn in the middle": ("half", True),
    "ends in zeros": ("zeros", True),
}


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a run did: its operations, where the bytes and commits are, and how much was there before it began."""

    folder: object
    operations: tuple
    begins: int

    def commit(self, number):
        """Where the copy of a commit is."""
        return self.folder / "commits" / f"{number}.db"


@dataclass(frozen=True, kw_only=True)
class CrashState:
    """One state of the disk, and what had been acknowledged and asked for by then."""

    name: str
    #: digest of the bytes by path, with what became of them; None for a folder
    files: dict
    #: which commit the database holds; None where there is no database
    commit: int | None
    #: the text of the lock file; "" where it is gone
    lock: str
    acknowledged: int
    purchases: tuple

    @property
    def identity(self):
        """Equal for states that cannot be told apart."""
        return frozenset(self.files.items()), self.commit, self.lock, self.acknowledged, len(self.purchases)


def read_record(folder):
    """Read what a `Recorder` left in `folder`."""
    lines = (folder / "operations").read_text(encoding="utf-8").splitlines()
    operations = tuple(json.loads(line) for line in lines)
    begins = next(number for number, operation in enumerate(operations) if operation["kind"] == "begins")
    return Record(folder=folder, operations=operations, begins=begins)


def crash_states(record, *, without=""):
    """All states that differ; `without` leaves out a kind of operation, as a careless program would."""
    begun, rest = record.operations[: record.begins], record.operations[record.begins :]
    kept = (*begun, *(operation for operation in rest if operation["kind"] != without))
    met = set()
    for end in range(record.begins + 1, len(kept) + 1):
        past = _Past(kept[:end], begins=record.begins, are_commits_synced=without != COMMIT_SYNCED)
        for choice in _CHOICES:
            state = past.state(choice)
            if state.identity not in met:
                met.add(state.identity)
                yield state


def lay_out(state, record, folder):
    """Make a state of the disk below an empty folder."""
    for path, content in sorted(state.files.items()):
        if content is None:
            (folder / path).mkdir(parents=True)
        else:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(_spoilt(record, *content))
    if state.commit is not None:
        shutil.copyfile(record.commit(state.commit), folder / DATABASE)
    if state.lock:
        (folder / LOCK).write_text(state.lock, encoding="utf-8")


def _spoilt(record, digest, fate):
    if not digest:
        return b""
    data = (record.folder / "bytes" / digest).read_bytes()
    half = len(data) // 2
    return {"one byte": data[:1], "half": data[:half], "zeros": data[:half] + bytes(len(data) - half)}.get(fate, data)


class _Past:
    """The operations that were done when the power went."""

    def __init__(self, done, *, begins, are_commits_synced):
        self._done = done
        self._begins = begins
        self._are_commits_synced = are_commits_synced
        self._owners = _owners(done)
        self._commits = [operation["number"] for operation in done if operation["kind"] == "committed"]

    def state(self, choice):
        """The disk as `choice` leaves it."""
        fate, are_names_kept = _CHOICES[choice]
        names = self._names(are_names_kept=are_names_kept)
        files = {path: owner and self._content(owner, fate) for path, owner in names.items() if _stands(path, names)}
        has_database = files.pop(DATABASE, None) is not None
        locks = [operation["lock"] for operation in self._done if operation["kind"] == "committed"]
        return CrashState(
            name=f"after {len(self._done) - self._begins} operations, {choice}",
            files=files,
            commit=self._commit(is_kept=fate == "kept") if has_database else None,
            lock=locks[-1] if locks and choice == "everything" else "",
            acknowledged=max(self._commits, default=0),
            purchases=tuple(each["text"] for each in self._done if each["kind"] == "purchase"),
        )

    def _names(self, *, are_names_kept):
        names = {}
        for number, operation in enumerate(self._done):
            if operation["kind"] not in _NAMINGS or not (are_names_kept or self._is_name_durable(number)):
                continue
            if operation["kind"] in {"name removed", "name changed"}:
                names.pop(operation.get("old") or operation["path"], None)
            if operation["kind"] != "name removed":
                names[operation["path"]] = self._owners[number]
        return names

    def _is_name_durable(self, number):
        folder = str(PurePosixPath(self._done[number]["path"]).parent)
        return number < self._begins or any(
            each["kind"] == "folder synced" and each["path"] == folder for each in self._done[number:]
        )

    def _content(self, owner, fate):
        """The digest of what a file holds, "" for nothing, and what became of it."""
        digests, synced = [""], ""
        for number, operation in enumerate(self._done):
            if self._owners[number] == owner and operation["kind"] == "written":
                digests.append(operation["digest"])
            if self._owners[number] == owner and (operation["kind"] == "file synced" or number < self._begins):
                synced = digests[-1]
        if synced == digests[-1] or fate == "kept":
            return digests[-1], "kept"
        return (synced, "kept") if fate == "lost" else (digests[-1], fate)

    def _commit(self, *, is_kept):
        last = max(self._commits, default=0)
        if not is_kept:
            return last if self._are_commits_synced else 0
        return max([last, *(each["number"] for each in self._done if each["kind"] == "committing")])


def _owners(done):
    """For each operation the file that it is about, as the name of the operation that made it; None for a folder."""
    names, owners = {}, []
    for number, operation in enumerate(done):
        kind, path = operation["kind"], operation.get("path")
        if kind == "file made":
            names[path] = f"file {number}"
        elif kind in {"name given", "name changed"}:
            names[path] = names.get(operation["old"])
        owners.append(names.get(path))
        for gone in {"name removed": [path], "name changed": [operation.get("old")]}.get(kind, ()):
            names.pop(gone, None)
    return owners


def _stands(path, names):
    """Whether all folders above a name are there."""
    return all(str(above) in names for above in PurePosixPath(path).parents if str(above) != ".")
