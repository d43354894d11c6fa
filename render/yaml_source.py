"""Owns YAML text: turns it into plain data, and says for every key and value of it in which line and column it stands.

Places are wanted for what is wrong, and most of what is read is in order. So a text is read by the quickest way that
leads to its data (`yaml_ordinary`), and by the parser that keeps places (`yaml_reader`) where that way is closed, or
once somebody asks for a place. Knows nothing of manifests: its caller says what the data means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from render.wish import Place, Problem
from render.yaml_ordinary import UnusualError, read_ordinary
from render.yaml_text import Lines, decode, read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.yaml_reader import Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One YAML file, read. `data` is None where `problems` says why nothing could be read."""

    file: str
    data: Any
    problems: tuple[Problem, ...]
    #: for showing a finding in its place
    lines: Lines
    _closely: _Closely | None = field(repr=False)

    def place(self, path: Sequence[str | int], *, of_key: bool = False) -> Place:
        """Find where the value at `path` stands, or its key; what is not in the text answers with what holds it."""
        return Place(line=1, column=1) if self._closely is None else self._closely.reader.place(path, of_key=of_key)


def read_source(path: str, *, shown_as: str | None = None) -> Source:
    """Read the YAML file at `path`.

    Raises:
        SettingsError: the file is missing, unreadable, not a regular file or larger than 64 MiB.
    """
    return parse_source(read_bytes(path), file=shown_as or path)


def parse_source(content: bytes, *, file: str) -> Source:
    """Parse YAML text given as UTF-8 bytes; findings come back in the Source, nothing is raised for them."""
    text, lines = decode(content, file=file), Lines(content)
    if isinstance(text, Problem):
        return Source(file=file, data=None, problems=(text,), lines=lines, _closely=None)
    closely = _Closely(text, file)
    try:
        data = read_ordinary(text, _read_flow)
    except UnusualError:
        reader = closely.reader
        return Source(file=file, data=reader.data, problems=tuple(reader.problems), lines=lines, _closely=closely)
    return Source(file=file, data=data, problems=(), lines=lines, _closely=closely)


class _Closely:
    """A text, read with its places when that is asked for."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file

    @cached_property
    def reader(self) -> Reader:
        # most files are read without it, and it takes as long to import as they take to read
        from render.yaml_reader import Reader  # noqa: PLC0415

        return Reader(self._text, self._file)


def _read_flow(text: str) -> Any:
    """Read one value in brackets that stands on a line by itself."""
    reader = _Closely(text, "").reader
    if reader.problems:
        raise UnusualError
    return reader.data
