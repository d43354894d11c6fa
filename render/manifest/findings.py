"""Collects what is wrong with one manifest: one problem a place and rule, in file order, at most fifty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.wish import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from render.yaml_source import Source

MAX_PROBLEMS = 50
_MAX_SENTENCE = 1000

Path = tuple[str | int, ...]


class Findings:
    """Problems of one file, each found at a path into its data."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._found: dict[tuple[int, int, str, str], Problem] = {
            (problem.line, problem.column, problem.rule, problem.message): problem for problem in source.problems
        }
        #: what cannot be read is not judged as well
        self._unread = frozenset((problem.line, problem.column) for problem in source.problems)
        self._error_places = set(self._unread)
        self._error_paths: set[Path] = set()
        #: every path above one of those
        self._above_errors: set[Path] = set()

    def add(self, path: Path, rule: str, message: str, *, hint: str = "", of_key: bool = False) -> None:
        """Report an error at the value at `path`, or at its key; where the path ends early, at what holds it."""
        place = self.source.place(path, of_key=of_key)
        self._error_paths.add(path)
        self._above_errors.update(path[:depth] for depth in range(len(path)))
        self._error_places.add((place.line, place.column))
        self._add(path, rule, (message, hint), Severity.ERROR, of_key=of_key)

    def warn(self, path: Path, rule: str, message: str, *, hint: str = "", of_key: bool = False) -> None:
        """Report a warning at the value at `path`, or at its key."""
        self._add(path, rule, (message, hint), Severity.WARNING, of_key=of_key)

    def is_told(self, path: Path, *, of_key: bool = False) -> bool:
        """Whether an error was already reported for this path, or at its place, which aliases may share."""
        place = self.source.place(path, of_key=of_key)
        return path in self._error_paths or (place.line, place.column) in self._error_places

    def is_missing_told(self, path: Path) -> bool:
        """Whether an error was already reported for something that is not there and has no place of its own."""
        return path in self._error_paths

    def is_told_within(self, path: Path) -> bool:
        """Whether an error was already reported for this path, at its place, or for anything below it."""
        return path in self._above_errors or self.is_told(path)

    @property
    def has_errors(self) -> bool:
        """Whether anything found stops the command."""
        return any(problem.is_error for problem in self._found.values())

    def sorted(self) -> tuple[Problem, ...]:
        """Return the problems in file order; past the fiftieth error only their number is told."""
        problems = sorted(self._found.values())
        errors = [problem for problem in problems if problem.is_error]
        if len(errors) <= MAX_PROBLEMS:
            return tuple(problems)
        last, left = errors[MAX_PROBLEMS - 1], len(errors) - MAX_PROBLEMS
        more = Problem(
            file=last.file,
            line=last.line,
            column=last.column,
            rule="too-many",
            message=f"and {left} more error{'' if left == 1 else 's'} from here on",
            hint="mend these first",
        )
        return (*(problem for problem in problems if problem <= last), more)

    def _add(self, path: Path, rule: str, text: tuple[str, str], severity: Severity, *, of_key: bool) -> None:
        place = self.source.place(path, of_key=of_key)
        if (place.line, place.column) in self._unread:
            return
        problem = Problem(
            file=self.source.file,
            line=place.line,
            column=place.column,
            severity=severity,
            rule=rule,
            message=_one_line(text[0]),
            hint=_one_line(text[1]),
        )
        self._found.setdefault((place.line, place.column, rule, problem.message), problem)


def _one_line(sentence: str) -> str:
    """A problem is one line, whatever the author's own text in it holds."""
    line = sentence.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return line if len(line) <= _MAX_SENTENCE else f"{line[: _MAX_SENTENCE - 1]}…"


def listed(words: Iterable[str], *, most: int = 8) -> str:
    """Return `a`, `b`, `c` and 4 more."""
    shown: Sequence[str] = [f"`{word}`" for word in words]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more
