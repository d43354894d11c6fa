"""Collects what is wrong with a manifest and its files: one problem a place and rule, in file order, at most fifty
errors and fifty warnings.

A path leads from the data of a file to a value in it. Paths into the first file begin with a key; those into any other
with the number of that file. What the command line gives has the path of its option, and no place.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from render.wish import Place, Problem, Severity
from render.yaml_text import excerpted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from render.yaml_source import Source

MAX_PROBLEMS = 50
#: the rule of what stands for all that are not shown
TOO_MANY = "too-many"
_MAX_SENTENCE = 1000
_OPTIONS = ("--set", "--var")
#: what is in order for one model, or beside one value, and not for another
_DEPENDS_ON_USE = frozenset({"range", "not-allowed", "length", "not-taken", "combination"})

Path = tuple[str | int, ...]


class Findings:
    """Problems of a manifest, each found at a path into the data of one of its files."""

    def __init__(self, source: Source, *, is_strict: bool = False) -> None:
        #: whether warnings count as errors
        self._is_strict = is_strict
        self._prefix: Path = ()
        #: where in a text what is looked at begins
        self._offset = 0
        #: texts that stand in files of their own, by the paths of what names them: the file, and what is in it
        self._texts: dict[Path, tuple[str, str]] = {}
        #: who uses what is looked at, where that stands in a place that several share
        self._user = ""
        self._sources: list[Source] = []
        #: position of each file in the order in which problems are told
        self._ranks: dict[str, int] = {}
        self._found: dict[tuple[int, int, int, str, str], Problem] = {}
        #: what cannot be read is not judged as well
        self._unread: set[Place] = set()
        self._error_places: set[Place] = set()
        self._error_paths: set[Path] = set()
        #: every path above one of those
        self._above_errors: set[Path] = set()
        self.admit(source)

    def admit(self, source: Source) -> Path:
        """Take in one more file with what was found in reading it, and return what paths into its data begin with."""
        number = len(self._sources)
        self._sources.append(source)
        self._ranks.setdefault(source.file, len(self._ranks))
        for problem in source.problems:
            self.tell(problem)
            self._unread.add(Place(file=source.file, line=problem.line, column=problem.column))
        self._error_places |= self._unread
        return (number,) if number else ()

    def within(self, prefix: Path) -> Findings:
        """Return the same findings for somebody whose paths begin below `prefix`."""
        made = copy.copy(self)
        made._prefix = (*self._prefix, *prefix)  # noqa: SLF001 - one of its own kind
        return made

    def used_by(self, user: str) -> Findings:
        """Return the same findings for a value in a shared place, which may be right for all others who use it."""
        made = copy.copy(self)
        made._user = user  # noqa: SLF001 - as above
        return made

    def admit_text(self, path: Path, file: str, text: str) -> None:
        """Let what is wrong with the value at `path` name the file in which that text stands."""
        self._texts[(*self._prefix, *path)] = file, text

    def at(self, offset: int) -> Findings:
        """Return the same findings for what begins so many characters into a text; told so where it has a file."""
        made = copy.copy(self)
        made._offset = offset  # noqa: SLF001 - as above
        return made

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Find where the value at `path` stands, or its key; what is not in the text answers with what holds it."""
        if path and path[0] in _OPTIONS:
            return Place(file=f"{path[0]} {path[1]}", line=0, column=0)
        source, steps = self._source_of((*self._prefix, *path))
        place = source.place(steps, of_key=of_key)
        return Place(file=source.file, line=place.line, column=place.column)

    def add(self, path: Path, rule: str, message: str, *, hint: str = "", of_key: bool = False) -> None:
        """Report an error at the value at `path`, or at its key; where the path ends early, at what holds it."""
        place = self.place(path, of_key=of_key)
        self.mark(path)
        self._error_places.add(place)
        if (*self._prefix, *path) in self._texts:
            place, hint = self._in_text(path), self._with_namer(path, hint)
        self._add(place, rule, (message, hint), Severity.ERROR)

    def warn(self, path: Path, rule: str, message: str, *, hint: str = "", of_key: bool = False) -> None:
        """Report a warning at the value at `path`, or at its key."""
        self._add(self.place(path, of_key=of_key), rule, (message, hint), Severity.WARNING)

    def tell(self, problem: Problem) -> None:
        """Report what was found elsewhere, in a file that the manifest names."""
        if self._is_strict:
            problem = replace(problem, severity=Severity.ERROR)
        rank = self._ranks.setdefault(problem.file, len(self._ranks))
        self._found.setdefault((rank, problem.line, problem.column, problem.rule, problem.message), problem)

    def mark(self, path: Path) -> None:
        """Let the value at `path` count as told, because what is wrong with it is told elsewhere."""
        whole = (*self._prefix, *path)
        self._error_paths.add(whole)
        self._above_errors.update(whole[:depth] for depth in range(len(whole)))

    def is_told(self, path: Path, *, of_key: bool = False) -> bool:
        """Whether an error was already reported for this path, or at its place, which aliases may share."""
        # places are dear to find, and a manifest in order has no use for them
        if not self._error_paths and not self._error_places:
            return False
        return self.is_missing_told(path) or self.place(path, of_key=of_key) in self._error_places

    def is_missing_told(self, path: Path) -> bool:
        """Whether an error was already reported for something that is not there and has no place of its own."""
        return (*self._prefix, *path) in self._error_paths

    def is_told_within(self, path: Path) -> bool:
        """Whether an error was already reported for this path, at its place, or for anything below it."""
        return (*self._prefix, *path) in self._above_errors or self.is_told(path)

    @property
    def errors(self) -> int:
        """How many findings stop the command."""
        return sum(problem.is_error for problem in self._found.values())

    @property
    def warnings(self) -> int:
        """How many findings stop nothing."""
        return len(self._found) - self.errors

    @property
    def has_errors(self) -> bool:
        """Whether anything found stops the command."""
        return any(problem.is_error for problem in self._found.values())

    def sorted(self) -> tuple[Problem, ...]:
        """Return the problems by file and place; past the fiftieth error or warning only their number is told."""
        problems = [problem for _, problem in sorted(self._found.items(), key=_order)]
        return tuple(map(self._with_excerpt, first_of(problems, errors=self.errors, warnings=self.warnings)))

    def _with_excerpt(self, problem: Problem) -> Problem:
        lines = next((source.lines for source in self._sources if source.file == problem.file), None)
        if problem.excerpt is not None:
            return problem
        if lines is None:
            text = next((text for file, text in self._texts.values() if file == problem.file), None)
            return problem if text is None else excerpted(problem, text.encode())
        return replace(problem, excerpt=lines.excerpt(problem.line, problem.column))

    def _in_text(self, path: Path) -> Place:
        """Return the place of what is looked at in the file of a text."""
        file, text = self._texts[*self._prefix, *path]
        before = text[: self._offset]
        return Place(file=file, line=before.count("\n") + 1, column=len(before) - before.rfind("\n"))

    def _with_namer(self, path: Path, hint: str) -> str:
        named = self.place(path)
        return _joined(hint, f"named in {named.file} on line {named.line}")

    def _source_of(self, path: Path) -> tuple[Source, Path]:
        if path and isinstance(path[0], int):
            return self._sources[path[0]], path[1:]
        return self._sources[0], path

    def _add(self, place: Place, rule: str, text: tuple[str, str], severity: Severity) -> None:
        if place in self._unread:
            return
        message, hint = text
        if self._user and rule in _DEPENDS_ON_USE:
            hint = _joined(hint, self._user)
        problem = Problem(
            file=place.file,
            line=place.line,
            column=place.column,
            severity=severity,
            rule=rule,
            message=_one_line(message),
            hint=_one_line(hint),
        )
        self.tell(problem)


def first_of(problems: Sequence[Problem], *, errors: int, warnings: int) -> tuple[Problem, ...]:
    """Return the problems up to the fiftieth error with fifty warnings, and then how many more of either there are."""
    at_errors = [at for at, problem in enumerate(problems) if problem.is_error][:MAX_PROBLEMS]
    more_errors = errors - len(at_errors)
    end = at_errors[-1] + 1 if more_errors > 0 else len(problems)
    at_warnings = [at for at in range(end) if not problems[at].is_error][:MAX_PROBLEMS]
    shown = [problems[at] for at in sorted([*at_errors, *at_warnings])]
    if more_errors > 0:
        return (*shown, _more(shown[-1], more_errors, "error"))
    more_warnings = warnings - len(at_warnings)
    return (*shown, _more(problems[at_warnings[-1]], more_warnings, "warning")) if more_warnings > 0 else tuple(shown)


def _more(last: Problem, number: int, kind: str) -> Problem:
    message = f"and {number} more {kind}{'' if number == 1 else 's'} from here on"
    return replace(last, rule=TOO_MANY, message=message, hint="mend these first", excerpt=None)


def _order(found: tuple[tuple[int, int, int, str, str], Problem]) -> tuple[int, Problem]:
    return found[0][0], found[1]


def _joined(hint: str, more: str) -> str:
    return f"{hint}{' ' if hint.endswith('?') else '; '}{more}" if hint else more


def _one_line(sentence: str) -> str:
    """A problem is one line, whatever the author's own text in it holds."""
    line = sentence.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return line if len(line) <= _MAX_SENTENCE else f"{line[: _MAX_SENTENCE - 1]}…"


def listed(words: Iterable[str], *, most: int = 8) -> str:
    """Return `a`, `b`, `c` and 4 more."""
    shown: Sequence[str] = [f"`{word}`" for word in words]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more
