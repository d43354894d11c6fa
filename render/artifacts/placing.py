"""Gives a written file its final name, and whatever stood there a place in `.earlier/`. Blocking; never overwrites.

A name is taken by a hard link, which fails where something stands already, and the old name is removed afterwards.
A crash in between leaves one file under two names, never half a file and never none. What makes room has its second
name before it gives up its first, and keeps it however often it is told to: so that can be written down in between.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import threading
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from render.artifacts.part import create_part, part_name, publish, remove_part
from render.artifacts.paths import earlier_path, opened_folder
from render.errors import BytesRefusedError, HeldError

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path, PurePosixPath

#: what a file system answers that has no hard links, or will not give this file another one
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
#: names change hands one at a time in this process; the project's writer lock keeps other runs out
_NAMING = threading.Lock()


def keep(root: Path, target: PurePosixPath, *, sha256: str, earlier: str) -> str:
    """Give what stands at `target` a second name in `.earlier/`, durably; it keeps its first until `settle` takes it.

    Returns the second name, below `root`; "" where nothing stands there, or a file of the digest `sha256`, which is
    that of the file to come. `earlier` is as for `settle`.

    Raises:
        HeldError: something that is no ordinary file stands at the target.
        OSError: a link, a copy or a sync failed.
    """
    with suppress(FileNotFoundError), opened_folder(root, target.parent, create=False) as folder, _NAMING:
        standing = digest_at(folder, target.name)
        if standing not in {None, sha256}:
            return str(_kept(root, target, folder=folder, standing=standing, mark=earlier or standing))
    return ""


def settle(root: Path, target: PurePosixPath, *, written: tuple[int, str], sha256: str, earlier: str) -> None:
    """Move a written and synced file to `target`, durably; a file with the same bytes there makes that unnecessary.

    Args:
        root: the output folder.
        target: the final name, below `root`.
        written: the open folder that the file stands in, which is the target's, and its name there.
        sha256: the digest of the written file.
        earlier: the fingerprint of what may stand at the target, or "" where it is not known.

    Raises:
        HeldError: something that is no ordinary file stands at the target.
        OSError: a link, a rename or a sync failed.
    """
    folder, name = written
    with _NAMING:
        standing = digest_at(folder, target.name)
        if standing == sha256:
            os.unlink(name, dir_fd=folder)
        else:
            if standing is not None:
                _kept(root, target, folder=folder, standing=standing, mark=earlier or standing)
                os.unlink(target.name, dir_fd=folder)
            if not _renamed(folder, name, folder, target.name):
                raise HeldError(f"something else took the name {target} at this moment")
    os.fsync(folder)


def place_again(root: Path, source: PurePosixPath, target: PurePosixPath, *, sha256: str, earlier: str) -> None:
    """Give the file at `source` a second name, by a hard link or else a copy; `source` stays.

    Raises:
        BytesRefusedError: the file at `source` does not have this digest.
        HeldError: there is none, or something that is no file stands at the target.
        OSError: a link, a copy or a sync failed.
    """
    part = part_name(f"place-{sha256[:16]}")
    with opened_folder(root, source.parent, create=False) as old, opened_folder(root, target.parent) as new:
        if not _stands(old, source.name):
            raise HeldError(f"there is no file {source}")
        remove_part(new, part)
        try:
            _link_or_copy(old, source.name, new, part)
            if digest_at(new, part) != sha256:
                raise BytesRefusedError(f"{source} no longer holds the recorded bytes")
            settle(root, target, written=(new, part), sha256=sha256, earlier=earlier)
        finally:
            remove_part(new, part)


def digest_at(folder: int, name: str) -> str | None:
    """Return the SHA-256 of the file called `name` in an open folder; None where nothing stands.

    Raises:
        HeldError: what stands there is no ordinary file.
        OSError: it cannot be read.
    """
    if not _stands(folder, name):
        return None
    with _opened_at(folder, name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stands(folder: int, name: str) -> bool:
    """Say whether an ordinary file of this name stands in an open folder."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode):
        kind = "folder" if stat.S_ISDIR(found.st_mode) else "symbolic link or device"
        raise HeldError(f"a {kind} called {name} stands where a file belongs")
    return True


def _opened_at(folder: int, name: str) -> BufferedReader:
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    return open(descriptor, "rb")  # noqa: PTH123  a name in an open folder has no path


def _link_or_copy(old_folder: int, old: str, new_folder: int, new: str) -> None:
    try:
        os.link(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS | {errno.EXDEV}:
            raise
        _copy(old_folder, old, new_folder, new)


def _copy(old_folder: int, old: str, new_folder: int, new: str) -> None:
    with _opened_at(old_folder, old) as taken, create_part(new_folder, new) as made:
        shutil.copyfileobj(taken, made)
        made.flush()
        publish(new_folder, made.fileno())
        os.fsync(made.fileno())


def _kept(root: Path, target: PurePosixPath, *, folder: int, standing: str, mark: str) -> PurePosixPath:
    """Return where in `.earlier/` what stands at `target` has its second name: where it is already, or the first free.

    `standing` is its digest.
    """
    with opened_folder(root, earlier_path(target, mark=mark, number=1).parent) as kept:
        places = (earlier_path(target, mark=mark, number=number) for number in count(1))
        taken = next(place for place in places if _named_twice(folder, target.name, kept, place.name, standing))
        os.fsync(kept)
    return taken


def _named_twice(old_folder: int, old: str, new_folder: int, new: str, digest: str) -> bool:
    """Give a file a second name; say whether it has it, which is so as well where the same bytes have that name."""
    try:
        os.link(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder, follow_symlinks=False)
    except FileExistsError:
        return _is_same(old_folder, old, new_folder, new, digest)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if new in os.listdir(new_folder):
            return _is_same(old_folder, old, new_folder, new, digest)
        part = part_name(f"keep-{digest[:16]}")
        try:
            _copy(old_folder, old, new_folder, part)
            os.rename(part, new, src_dir_fd=new_folder, dst_dir_fd=new_folder)
        finally:
            remove_part(new_folder, part)
    return True


def _is_same(old_folder: int, old: str, new_folder: int, new: str, digest: str) -> bool:
    one = os.stat(old, dir_fd=old_folder, follow_symlinks=False)
    other = os.stat(new, dir_fd=new_folder, follow_symlinks=False)
    if os.path.samestat(one, other):
        return True
    is_likely = stat.S_ISREG(other.st_mode) and one.st_size == other.st_size
    return is_likely and digest_at(new_folder, new) == digest


def _renamed(old_folder: int, old: str, new_folder: int, new: str) -> bool:
    """Rename a file unless something stands under the new name; say whether it was done."""
    try:
        os.link(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _renamed_without_links(old_folder, old, new_folder, new)
    os.unlink(old, dir_fd=old_folder)
    return True


def _renamed_without_links(old_folder: int, old: str, new_folder: int, new: str) -> bool:
    if new in os.listdir(new_folder):
        return False
    os.rename(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder)
    return True
