"""Owns the bytes of a YAML file: reads a regular file of bearable size, decodes it, finds what nobody sees in it.

Knows nothing of YAML's grammar: `yaml_source` reads the text.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from render.errors import SettingsError
from render.wish import Excerpt, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 32
#: as many as fit into the memory of a small machine, and fifty for each of 100,000 tasks
MAX_NODES = 5_000_000

#: characters that make a reviewer, or an editor's count of lines, see another text than the program reads
_DECEPTIVE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
#: of ASCII, what `_DECEPTIVE` lets pass
_PLAIN_BYTES = b"\t\n\r" + bytes(range(0x20, 0x7F))
_LINE_END = re.compile("\r\n|[\r\n]")
_LINE_END_BYTES = re.compile(b"\r\n|[\r\n]")
#: characters of a long line that are kept on either side of a place
_SHOWN_BEFORE, _SHOWN_AFTER = 300, 300
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: str, *, most: int = MAX_BYTES) -> bytes:
    """Read the file at `path`.

    Raises:
        SettingsError: the file is missing, unreadable, not a regular file or larger than `most` bytes.
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
        content = file.read(most + 1)
    if len(content) > most:
        size = f"{most // 2**20} MiB" if most >= 2**20 else f"{most // 2**10} KiB"
        raise SettingsError(f"cannot read {path}: it is larger than {size}")
    return content


class Lines:
    """The lines of a file, looked up only when one of them is to be shown; cheapest where that is in file order."""

    def __init__(self, content: bytes = b"") -> None:
        self._content = b"" if content.startswith(_UTF_16) else content
        #: a line, and where it begins
        self._last = (1, 0)

    def excerpt(self, line: int, column: int) -> Excerpt | None:
        """Return what stands around a place, both counted from 1; None where there is no such line, or nothing in it.

        What is not UTF-8 stands as U+FFFD.
        """
        begin = self._begin_of(line)
        if begin is None or not self._content:
            return None
        # a character has at most four bytes, and a line may have millions of them
        most = begin + 4 * (column + _SHOWN_AFTER)
        end = _LINE_END_BYTES.search(self._content, begin, most)
        text = self._content[begin : end.start() if end else most].decode("utf-8-sig", errors="replace")
        first = max(0, column - 1 - _SHOWN_BEFORE)
        return Excerpt(text=text[first : column + _SHOWN_AFTER], column=first + 1) if text.strip() else None

    def holding(self, pattern: re.Pattern[bytes], *, needs: re.Pattern[bytes]) -> Iterator[tuple[Place, str]]:
        """Yield where the first group of `pattern` stands and what it holds, unless `needs` is nowhere in the file."""
        if needs.search(self._content) is None:
            return
        line, begin = 1, 0
        for found in pattern.finditer(self._content):
            for end in _LINE_END_BYTES.finditer(self._content, begin, found.start(1)):
                line, begin = line + 1, end.end()
            before = self._content[begin : found.start(1)].decode("utf-8-sig", errors="replace")
            yield Place(line=line, column=len(before) + 1), found.group(1).decode("utf-8", errors="replace")

    def _begin_of(self, line: int) -> int | None:
        number, begin = self._last if 0 < self._last[0] <= line else (1, 0)
        if number < line:
            ends = _LINE_END_BYTES.finditer(self._content, begin)
            end = next(islice(ends, line - number - 1, None), None)
            if end is None:
                return None
            begin = end.end()
        self._last = (line, begin)
        return begin if line > 0 else None


def excerpted(problem: Problem, content: bytes) -> Problem:
    """Return a finding about a file with the line it is about."""
    return replace(problem, excerpt=Lines(content).excerpt(problem.line, problem.column))


def decode(content: bytes, *, file: str) -> str | Problem:
    """Return the text of `content`, or the first thing in it that no text file may hold."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        before = content[: exc.start].decode("utf-8", errors="replace")
        begin = f"no character begins with 0x{content[exc.start]:02x}"
        found = "it is UTF-16" if content.startswith(_UTF_16) else begin
        return _problem(before, file, "encoding", (f"this file is not UTF-8: {found}", "save it as UTF-8"))
    # looking for what is left of plain text is the quickest look at most files
    deceptive = _DECEPTIVE.search(text) if content.translate(None, _PLAIN_BYTES) else None
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
