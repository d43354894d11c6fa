"""A record as lines of JSON, and such lines as a record: whose it is, attempts, artifacts, uploads, a line that closes.

The closing line says how much there is and how far the record had come: an export that was cut, or that is older than
the record, is known by it.
Owns the form of these lines and the questions that need all of them at once; the fields are spelled in `spelling`.
Rows of runs are left out: nothing is decided by them.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from render.errors import ManifestError
from render.layout import EARLIER, path_fault
from render.store.salvage import Salvage
from render.store.spelling import (
    artifact_data,
    artifact_from,
    attempt_data,
    attempt_from,
    upload_data,
    upload_from,
)
from render.store.tables import VERSION
from render.wish import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from render.records import Artifact, Attempt, Upload
    from render.store.fitness import Owner

#: the form of the lines
FORMAT = 1
_HEAD, _END = "record", "end"
_OPENING = f'{{"{_HEAD}": {{"format": {FORMAT}, '
#: no record has seen more writes; beyond it a number is a slip
_MOST_WRITES = 10**9
_COUNTS = ("attempts", "artifacts", "sequence")
_LATER_COUNT = "uploads"


def export_lines(salvage: Salvage, *, owner: Owner) -> Iterator[str]:
    """Spell what was read, a line a record; the links in it are private."""
    head = {"format": FORMAT, "version": VERSION, "project": owner.project, "kind": owner.kind}
    yield _line(_HEAD, head | {"left_out": list(salvage.unreadable)})
    yield from (_line("attempt", attempt_data(attempt)) for attempt in salvage.attempts)
    yield from (_line("artifact", artifact_data(artifact)) for artifact in salvage.artifacts)
    yield from (_line("upload", upload_data(upload)) for upload in salvage.uploads)
    counts = (len(salvage.attempts), len(salvage.artifacts), salvage.sequence)
    uploads = {"uploads": len(salvage.uploads)} if salvage.uploads else {}
    yield _line(_END, dict(zip(_COUNTS, counts, strict=True)) | uploads)


def opens_export(start: bytes) -> bool:
    """Say whether a file that begins with `start` is an export; the first 64 bytes tell."""
    return start.startswith(_OPENING.encode("ascii"))


def read_lines(
    text: str, *, file: str, owner: Owner, request_fields: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Salvage:
    """Read an export back; `file` is what problems call it.

    `request_fields` names, by provider, the texts without which a request is none of this provider's.

    Raises:
        ManifestError: holds a problem for every line that is not in order.
    """
    reader = _Reader(file, owner, request_fields)
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            reader.take(number, line)
    return reader.finish()


def _line(kind: str, data: dict[str, Any]) -> str:
    return json.dumps({kind: data}, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))


class _Reader:
    """Takes one line after the other and remembers what must not come twice."""

    def __init__(self, file: str, owner: Owner, request_fields: Mapping[str, Sequence[str]]) -> None:
        self._file = file
        self._owner = owner
        self._request_fields = request_fields
        self._last_line = 0
        self._end: dict[str, int] | None = None
        self._problems: list[Problem] = []
        self._left_out: list[str] | None = None
        self._attempts: dict[str, Attempt] = {}
        self._numbers: set[tuple[str, str, str, int]] = set()
        self._artifacts: dict[str, Artifact] = {}
        self._uploads: dict[tuple[str, str, str, str], Upload] = {}

        self._takers: Mapping[str, Callable[[Any], None]] = {
            "attempt": self._take_attempt,
            "artifact": self._take_artifact,
            "upload": self._take_upload,
            _END: self._take_end,
        }

    def take(self, number: int, line: str) -> None:
        self._last_line = number
        try:
            kind, data = _opened(line)
            if self._end is not None:
                raise ValueError(f'nothing may follow the closing line {{"{_END}": …}}')  # noqa: TRY301 - all kinds of faults end below
            if kind == _HEAD:
                self._take_head(data)
            elif self._left_out is None:
                raise ValueError(f'the first line must be {{"{_HEAD}": …}}')  # noqa: TRY301 - all kinds of faults end below
            else:
                self._takers[kind](data)
        except ValueError as error:
            self._left_out = self._left_out or []
            self._complain(str(error), line=number)

    def finish(self) -> Salvage:
        if self._left_out is None:
            self._complain("there is no record in it", line=0)
        elif self._end is None:
            self._complain(f'it was cut: the closing line {{"{_END}": …}} is missing', line=self._last_line)
        elif not self._problems:
            self._compare_counts(self._end)
        if self._problems:
            raise ManifestError(self._problems)
        return Salvage(
            attempts=tuple(self._attempts.values()),
            artifacts=tuple(self._artifacts.values()),
            uploads=tuple(self._uploads.values()),
            unreadable=tuple(self._left_out or ()),
            sequence=self._end["sequence"] if self._end else 0,
        )

    def _complain(self, message: str, *, line: int) -> None:
        column = min(line, 1)
        self._problems.append(Problem(file=self._file, line=line, column=column, rule="export-line", message=message))

    def _compare_counts(self, told: dict[str, int]) -> None:
        counts = (len(self._attempts), len(self._artifacts), len(self._uploads))
        for name, there in zip(("attempts", "artifacts", "uploads"), counts, strict=True):
            missing = told[name] - there
            if missing:
                fault = f"{missing} {name} are missing" if missing > 0 else f"{-missing} {name} are too many"
                self._complain(f"{fault}: the closing line tells of {told[name]}", line=self._last_line)

    def _take_end(self, data: Any) -> None:
        self._end = dict.fromkeys((*_COUNTS, _LATER_COUNT), 0)
        # what was exported before there were uploads does not count them
        told = {_LATER_COUNT: 0, **data} if isinstance(data, dict) else {}
        faults = [name for name in self._end if not _is_count(told.get(name))]
        if faults:
            raise ValueError(f"{', '.join(faults)}: must each be a whole number from 0 to {_MOST_WRITES}")
        self._end = {name: told[name] for name in self._end}

    def _take_head(self, data: Any) -> None:
        if self._left_out is not None:
            raise ValueError(f'there is one line {{"{_HEAD}": …}}, and it comes first')
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError(f"this renderline reads exports of format {FORMAT}")
        left_out = data.get("left_out", [])
        self._left_out = list(map(str, left_out)) if isinstance(left_out, list) else []
        found = (data.get("project"), data.get("kind"))
        if found != (self._owner.project, self._owner.kind):
            raise ValueError(
                f"it is the {found[1]} record of project {found[0]!r}, "
                f"not the {self._owner.kind} one of {self._owner.project!r}"
            )

    def _take_attempt(self, data: Any) -> None:
        attempt = attempt_from(data)
        for name in self._request_fields.get(attempt.provider, ()):
            if not isinstance(attempt.request.get(name), str) or not attempt.request[name]:
                raise ValueError(f"`request` must have the text `{name}`, or it is no request to {attempt.provider}")
        number = (attempt.endpoint, attempt.task_key, attempt.fingerprint, attempt.number)
        if attempt.id in self._attempts:
            raise ValueError(f"there is an attempt {attempt.id} before it")
        if number in self._numbers:
            raise ValueError(
                f"there is an attempt number {attempt.number} at this content of {attempt.task_key} before it"
            )
        self._attempts[attempt.id] = attempt
        self._numbers.add(number)

    def _take_artifact(self, data: Any) -> None:
        artifact = artifact_from(data)
        if artifact.attempt_id not in self._attempts:
            raise ValueError(f"there is no attempt {artifact.attempt_id} before it")
        if artifact.attempt_id in self._artifacts:
            raise ValueError(f"there is a file of attempt {artifact.attempt_id} before it")
        if fault := path_fault(artifact.path.removeprefix(f"{EARLIER}/")):
            raise ValueError(f"`path`: {fault}")
        self._artifacts[artifact.attempt_id] = artifact

    def _take_upload(self, data: Any) -> None:
        upload = upload_from(data)
        place = (upload.provider, upload.endpoint, upload.key_mark, upload.sha256)
        if place in self._uploads:
            raise ValueError(f"there is an upload of {upload.sha256} to {upload.endpoint} before it")
        self._uploads[place] = upload


def _opened(line: str) -> tuple[str, Any]:
    try:
        data = json.loads(line, parse_constant=_refuse_number)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    kinds = (_HEAD, "attempt", "artifact", "upload", _END)
    if not isinstance(data, dict) or len(data) != 1 or next(iter(data)) not in kinds:
        raise ValueError(f"it must be an object with one member, one of {', '.join(kinds)}")
    return next(iter(data.items()))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_WRITES


def _refuse_number(text: str) -> float:
    raise ValueError(f"{text} is no number")
