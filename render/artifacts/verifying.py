"""Reads files that stand in the output folder again, and compares each with what was recorded of it. Changes nothing.

Blocking, piece by piece, and through no symbolic link: a file is what was recorded or it is not, whoever put it there.
Also finds what stands in the folder and is in no record.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from render.artifacts.paths import EARLIER, checked, opened_folder
from render.containers.measure import measure, media_types_for
from render.errors import BytesRefusedError, HeldError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from io import BufferedReader

    from render.records import Artifact, Measured

#: what else belongs into an output folder: the record with its parts and copies, the log, what is on its way
_OUR_OWN = re.compile(r"state\.(?:db|lock)(?:[.-].+)?|render\.log")
_ON_ITS_WAY = ".renderline-"
#: the names of files that made room, and of those that came beside one that was asked for
_PUT_ASIDE = re.compile(rf"{re.escape(EARLIER)}/(.+)\.(?:[0-9a-f]{{8}}(?:\.[0-9]+)?|extra_[0-9]+)(\.[a-z0-9]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing about a recorded file that is not as it was recorded."""

    #: `missing`, `not-a-file`, `unreadable`, `size`, `digest`, `container` or `measured`
    kind: str
    message: str


def faults_of(root: Path, artifact: Artifact) -> tuple[Fault, ...]:
    """Read one recorded file to its end and say what is wrong with it; empty where nothing is."""
    try:
        with _opened(root, checked(artifact.path)) as file:
            return tuple(_faults_in(file, artifact))
    except FileNotFoundError:
        return (Fault(kind="missing", message="there is no such file"),)
    except HeldError as error:
        return (Fault(kind="not-a-file", message=error.message),)
    except OSError as error:
        return (Fault(kind="unreadable", message=f"it cannot be read: {os.strerror(error.errno or errno.EIO)}"),)


@contextmanager
def _opened(root: Path, path: PurePosixPath) -> Iterator[BufferedReader]:
    with opened_folder(root, path.parent, create=False) as folder:
        if not stat.S_ISREG(os.stat(path.name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise HeldError("what stands there is no ordinary file")
        # what stands there may have been exchanged since: no link is followed, and no pipe is waited for
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(path.name, flags, dir_fd=folder)
    with open(descriptor, "rb") as file:  # noqa: PTH123  a name in an open folder has no path
        yield file


def _faults_in(file: BufferedReader, artifact: Artifact) -> Iterator[Fault]:
    size_bytes = os.fstat(file.fileno()).st_size
    if size_bytes != artifact.size_bytes:
        yield Fault(kind="size", message=f"it has {size_bytes} bytes, and {artifact.size_bytes} were recorded")
    elif hashlib.file_digest(file, "sha256").hexdigest() != artifact.sha256:
        yield Fault(kind="digest", message="its bytes are not those that were recorded")
    try:
        measured = measure(file, size_bytes)
    except BytesRefusedError as error:
        yield Fault(kind="container", message=error.message)
        return
    if measured.media_type not in media_types_for(artifact.path):
        yield Fault(kind="container", message=f"it is {measured.media_type}, whatever its name says")
    yield from _differences(measured, artifact.measured)


def _differences(now: Measured, recorded: Measured) -> Iterator[Fault]:
    """Compare what was known when the file came; later versions may read more out of the same headers."""
    found = asdict(now)
    for name, was in asdict(recorded).items():
        if was is not None and found[name] != was:
            yield Fault(kind="measured", message=f"its headers say {name} {found[name]}, and {was} was recorded")


def strangers(root: Path, known: Collection[str]) -> list[str]:
    """Return the files below `root` that are neither among `known` nor our own, by path with `/`, sorted."""
    found = []
    for folder, below, files in os.walk(root):
        here = Path(folder).relative_to(root)
        names = (*files, *(name for name in below if Path(folder, name).is_symlink()))
        found += [str(PurePosixPath(here / name)) for name in names if not _is_ours(here, name)]
    return sorted(path for path in found if path not in known)


def is_put_aside(path: str, known: Collection[str]) -> bool:
    """Whether a path is one that a run gives to a file that stood where one of `known` belongs, or came beside it."""
    told = _PUT_ASIDE.fullmatch(path)
    return told is not None and "".join(told.groups()) in known


def _is_ours(folder: Path, name: str) -> bool:
    is_at_top = folder == Path()
    return name.startswith(_ON_ITS_WAY) or (is_at_top and _OUR_OWN.fullmatch(name) is not None)
