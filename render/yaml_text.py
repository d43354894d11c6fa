"""Owns the bytes of a YAML file: reads a regular file of bearable size, decodes it, finds what nobody sees in it.

Knows nothing of YAML's grammar: `yaml_source` reads the text.
"""

from __future__ import annotations

import os
import re
import stat

from render.errors import SettingsError
from render.wish import Problem

MAX_BYTES = 64 * 1024 * 1024

#: characters that make a reviewer, or an editor's count of lines, see another text than the program reads
_DECEPTIVE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n|[\r\n]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: str) -> bytes:
    """Read the file at `path`.

    Raises:
        SettingsError: the file is missing, unreadable, not a regular file or larger than 64 MiB.
    """
    try:
        # non-blocking, so that opening a pipe nobody writes to does not wait for ever
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as exc:
        raise SettingsError(f"cannot read {path}: {exc.strerror}") from exc
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SettingsError(f"cannot read {path}: it is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise SettingsError(f"cannot read {path}: it is larger than {MAX_BYTES // 2**20} MiB")
    return content


def decode(content: bytes, *, file: str) -> str | Problem:
    """Return the text of `content`, or the first thing in it that no text file may hold."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        before = content[: exc.start].decode("utf-8", errors="replace")
        begin = f"no character begins with 0x{content[exc.start]:02x}"
        found = "it is UTF-16" if content.startswith(_UTF_16) else begin
        return _problem(before, file, "encoding", (f"this file is not UTF-8: {found}", "save it as UTF-8"))
    deceptive = _DECEPTIVE.search(text)
    if deceptive is None:
        return text
    said = (f"{_named(deceptive.group())} is not allowed", "remove it; most editors can show invisible characters")
    return _problem(text[: deceptive.start()], file, "character", said)


def deceptive_escape(text: str) -> str:
    """Name the first character of a decoded text that no file may hold, so that an escape put it there; or ""."""
    found = _DECEPTIVE.search(text)
    return _named(found.group()) if found else ""


def _named(character: str) -> str:
    return f"the invisible character U+{ord(character):04X}"


def _problem(before: str, file: str, rule: str, said: tuple[str, str]) -> Problem:
    """Build a finding about what comes right after the text `before`."""
    ends = [match.end() for match in _LINE_END.finditer(before)]
    column = len(before) - (ends[-1] if ends else 0) + 1
    return Problem(file=file, line=len(ends) + 1, column=column, rule=rule, message=said[0], hint=said[1])
