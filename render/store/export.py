"""A record as lines of JSON, and such lines as a record: one line that says whose it is, then attempts, then artifacts.

Owns the form of these lines and the questions that need all of them at once; the fields are spelled in `spelling`.
Rows of runs are left out: nothing is decided by them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from render.errors import ManifestError
from render.layout import EARLIER, path_fault
from render.store.salvage import Salvage
from render.store.spelling import artifact_data, artifact_from, attempt_data, attempt_from
from render.store.tables import VERSION
from render.wish import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from render.records import Artifact, Attempt
    from render.store.fitness import Owner

#: the form of the lines
FORMAT = 1
_HEAD = "record"


def export_lines(salvage: Salvage, *, owner: Owner) -> Iterator[str]:
    """Spell what was read, a line a record; the links in it are private."""
    head = {"format": FORMAT, "version": VERSION, "project": owner.project, "kind": owner.kind}
    yield _line(_HEAD, head | {"sequence": salvage.sequence, "left_out": list(salvage.unreadable)})
    yield from (_line("attempt", attempt_data(attempt)) for attempt in salvage.attempts)
    yield from (_line("artifact", artifact_data(artifact)) for artifact in salvage.artifacts)


def read_lines(text: str, *, file: str, owner: Owner) -> Salvage:
    """Read an export back; `file` is what problems call it.

    Raises:
        ManifestError: holds a problem for every line that is not in order.
    """
    reader = _Reader(file, owner)
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            reader.take(number, line)
    return reader.finish()


def _line(kind: str, data: dict[str, Any]) -> str:
    return json.dumps({kind: data}, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))


class _Reader:
    """Takes one line after the other and remembers what must not come twice."""

    def __init__(self, file: str, owner: Owner) -> None:
        self._file = file
        self._owner = owner
        self._problems: list[Problem] = []
        self._left_out: list[str] | None = None
        self._attempts: dict[str, Attempt] = {}
        self._numbers: set[tuple[str, str, str, int]] = set()
        self._artifacts: dict[str, Artifact] = {}

    def take(self, number: int, line: str) -> None:
        try:
            kind, data = _opened(line)
            if kind == _HEAD:
                self._take_head(data)
            elif self._left_out is None:
                raise ValueError(f'the first line must be {{"{_HEAD}": …}}')  # noqa: TRY301 - all kinds of faults end below
            else:
                {"attempt": self._take_attempt, "artifact": self._take_artifact}[kind](data)
        except ValueError as error:
            self._left_out = self._left_out or []
            self._problems.append(
                Problem(file=self._file, line=number, column=1, rule="export-line", message=str(error))
            )

    def finish(self) -> Salvage:
        if self._left_out is None:
            nothing = Problem(file=self._file, line=0, column=0, rule="export-line", message="there is no record in it")
            self._problems.append(nothing)
        if self._problems:
            raise ManifestError(self._problems)
        return Salvage(
            attempts=tuple(self._attempts.values()),
            artifacts=tuple(self._artifacts.values()),
            unreadable=tuple(self._left_out or ()),
        )

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


def _opened(line: str) -> tuple[str, Any]:
    try:
        data = json.loads(line, parse_constant=_refuse_number)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    kinds = (_HEAD, "attempt", "artifact")
    if not isinstance(data, dict) or len(data) != 1 or next(iter(data)) not in kinds:
        raise ValueError(f"it must be an object with one member, one of {', '.join(kinds)}")
    return next(iter(data.items()))


def _refuse_number(text: str) -> float:
    raise ValueError(f"{text} is no number")
