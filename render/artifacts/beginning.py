"""Remembers how far a download came, in a small file beside the temporary one: the next try, or run, fetches the rest.

A note holds the digest of the bytes that it speaks of, so a note that is torn, old or forged, and bytes that a power
cut took, cost a fresh start and nothing else. It holds no link. Knows nothing of what the bytes are.
"""

from __future__ import annotations

import json
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.records import Beginning, FileMark

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEW_NOTE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# without O_NONBLOCK a pipe of that name would be waited for
_OLD_NOTE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST_NOTE_BYTES = 4096
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: it is sent as a header
_TAG = re.compile(r"[ -~]{1,256}")
_LARGEST = 2**63


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What is said of the first bytes of a file."""

    beginning: Beginning
    #: hexadecimal, of those bytes
    sha256: str


def note_name(part: str) -> str:
    """Return the name of the note about the temporary file called `part`."""
    return f"{part.removesuffix('.part')}.note"


def write_note(folder: int, part: str, note: Note) -> None:
    """Write a note beside a temporary file in an open folder; an earlier one gives way. For its owner's eyes only.

    Raises:
        OSError: it cannot be written.
    """
    begun = note.beginning
    text = json.dumps(
        {
            "bytes": begun.size_bytes,
            "sha256": note.sha256,
            "of": begun.mark.size_bytes,
            "tag": begun.mark.tag,
            "source": begun.mark.source,
        }
    )
    remove_note(folder, part)
    descriptor = os.open(note_name(part), _NEW_NOTE, 0o600, dir_fd=folder)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  a name in an open folder has no path
        file.write(text)


def read_note(folder: int, part: str) -> Note | None:
    """Read the note about a temporary file; None where there is none that can be believed, or not enough bytes."""
    try:
        descriptor = os.open(note_name(part), _OLD_NOTE, dir_fd=folder)
        with open(descriptor, "rb") as file:  # noqa: PTH123  a name in an open folder has no path
            is_plain = stat.S_ISREG(os.fstat(descriptor).st_mode)
            note = _note(json.loads(file.read(_LONGEST_NOTE_BYTES))) if is_plain else None
        found = os.stat(part, dir_fd=folder, follow_symlinks=False)
    except (OSError, ValueError, RecursionError):
        return None
    return note if note is not None and is_ours(found, at_least=note.beginning.size_bytes) else None


def is_ours(found: os.stat_result, *, at_least: int) -> bool:
    """Say whether what was found can be a temporary file with so many bytes: writing to it changes no other name."""
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_size >= at_least


def remove_note(folder: int, part: str) -> None:
    """Remove the note about a temporary file, where there is one."""
    with suppress(FileNotFoundError):
        os.unlink(note_name(part), dir_fd=folder)


def _note(told: Any) -> Note | None:
    if not isinstance(told, dict) or not _is_sound(told):
        return None
    mark = FileMark(source=told["source"], tag=told["tag"], size_bytes=told["of"])
    return Note(beginning=Beginning(mark=mark, size_bytes=told["bytes"]), sha256=told["sha256"])


def _is_sound(told: Mapping[str, Any]) -> bool:
    texts = [told.get(name) for name in ("sha256", "tag", "source")]
    numbers = [told.get("bytes"), told.get("of"), _LARGEST]
    if not all(isinstance(text, str) for text in texts) or not all(type(number) is int for number in numbers):
        return False
    is_in_order = 0 < told["bytes"] < told["of"] < _LARGEST
    return is_in_order and bool(_DIGEST.fullmatch(told["sha256"]) and _TAG.fullmatch(told["tag"]))
