"""The temporary file in which bytes arrive: beside their target, under a name of ours, gone unless a note is beside it.

Its name holds the attempt it belongs to, so a leftover of a killed run is recognised, continued, replaced or swept.
Knows nothing of final names.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from render.artifacts.beginning import is_ours, note_name, read_note, remove_note
from render.artifacts.paths import opened_folder
from render.errors import BytesRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from hashlib import _Hash

    from render.artifacts.beginning import Note

_PART = re.compile(r"\.renderline-[A-Za-z0-9-]{1,64}\.part")
_OURS = re.compile(r"\.renderline-[A-Za-z0-9-]{1,64}\.(part|note)")
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD_FILE = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A temporary file: the open folder that it stands in, its name there, and its own descriptor."""

    folder: int
    name: str
    descriptor: int
    #: what stands in it already, and the digest of that; not to be changed
    size_bytes: int = 0
    digest: _Hash = field(default_factory=hashlib.sha256)

    def reader(self) -> BinaryIO:
        """Open what was written so far for reading; closing it leaves the descriptor open."""
        return open(self.descriptor, "rb", closefd=False)


@contextmanager
def opened_part(root: Path, target: PurePosixPath, *, owner: str, note: Note | None = None) -> Iterator[Part]:
    """Open the temporary file of `owner` (an attempt's id) beside `target`: with what `note` speaks of, or else empty.

    At the end it is removed if it still stands, unless there is a note about it by then.

    Raises:
        BytesRefusedError: what stands there is not what the note says; it is removed.
        HeldError: the folder leads elsewhere.
        OSError: the folder or the file cannot be opened.
    """
    name = part_name(owner)
    with opened_folder(root, target.parent) as folder:
        try:
            if note is None:
                remove_note(folder, name)
                with create_part(folder, name) as file:
                    yield Part(folder=folder, name=name, descriptor=file.fileno())
            else:
                with _continued(folder, name, note) as part:
                    yield part
        finally:
            if read_note(folder, name) is None:
                remove_note(folder, name)
                remove_part(folder, name)


@contextmanager
def _continued(folder: int, name: str, note: Note) -> Iterator[Part]:
    size_bytes = note.beginning.size_bytes
    with open(os.open(name, _OLD_FILE, dir_fd=folder), "r+b", buffering=0) as file:  # noqa: PTH123  as above
        digest = hashlib.sha256()
        if is_ours(os.fstat(file.fileno()), at_least=size_bytes):
            file.truncate(size_bytes)
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
        if digest.hexdigest() != note.sha256:
            remove_note(folder, name)
            raise BytesRefusedError(f"{name} no longer holds what was kept of a broken download")
        yield Part(folder=folder, name=name, descriptor=file.fileno(), size_bytes=size_bytes, digest=digest)


def part_name(owner: str) -> str:
    """Return the name of the temporary file of `owner`, which is letters, digits and hyphens."""
    name = f".renderline-{owner}.part"
    if not _PART.fullmatch(name):
        raise ValueError(f"{owner!r} cannot be part of a file name")
    return name


def create_part(folder: int, name: str) -> BinaryIO:
    """Create a temporary file in an open folder, for writing and reading; a leftover gives way.

    Raises:
        OSError: it cannot be created.
    """
    # A leftover of this name is a killed run's: an attempt, and a digest being placed, have one owner at a time.
    remove_part(folder, name)
    descriptor = os.open(name, _NEW_FILE, 0o600, dir_fd=folder)
    return open(descriptor, "w+b")  # noqa: PTH123  a name in an open folder has no path


def publish(folder: int, descriptor: int) -> None:
    """Let whoever may read or write in an open folder do the same with a file in it; until now it was its owner's."""
    # some file systems have one mode for all, and then there is nothing to let
    with suppress(OSError):
        os.fchmod(descriptor, os.fstat(folder).st_mode & 0o666)


def remove_part(folder: int, name: str) -> None:
    """Remove a temporary file from an open folder, where it is still there."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def sweep(root: Path, *, keep: Mapping[str, str]) -> int:
    """Remove temporary files and notes below `root` that can be removed; return how many.

    What was begun for the attempts in `keep`, which gives a target by attempt id, stays where a note tells how far it
    came. Only for whoever holds the project's writer lock: another run's files would be removed as well.
    """
    swept = 0
    if not root.is_dir():
        return swept
    kept = {PurePosixPath(target).parent / part_name(owner) for owner, target in keep.items()}
    for path, _, names, folder in os.fwalk(root, follow_symlinks=False):
        here = PurePosixPath(Path(path).relative_to(root))
        begun = {name for name in names if here / name in kept and read_note(folder, name) is not None}
        staying = begun | {note_name(name) for name in begun}
        for name in filter(_OURS.fullmatch, names):
            # one that cannot be removed is only untidy, and is no reason not to render
            with suppress(OSError):
                if name not in staying:
                    os.unlink(name, dir_fd=folder)
                    swept += 1
    return swept
