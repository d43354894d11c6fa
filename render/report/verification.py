"""How recorded files were found, as text and as the stable JSON shape."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from render.disclosure import one_line
from render.report.progress import size_text
from render.report.table import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from render.report.palette import Palette

_NAMED = 10
#: for these a run and `render fetch` fetch a file again
_NOT_HERE = {"missing", "size"}


@dataclass(frozen=True, kw_only=True, slots=True)
class FileProblem:
    """One thing that is wrong with a recorded file."""

    path: str
    #: the task it was bought for
    key: str
    attempt_id: str
    kind: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What was read, and what was found."""

    record: str
    #: how many recorded files were looked at
    files: int
    #: together, as recorded
    size_bytes: int
    problems: Sequence[FileProblem] = ()
    #: paths of files that no record knows, which is no failure
    unknown: Sequence[str] = ()
    #: paths of files in `.earlier/` that no record knows either, because a run moved or laid them there
    put_aside: Sequence[str] = ()

    @property
    def sound(self) -> int:
        """How many files are as they were recorded."""
        return self.files - len({(problem.attempt_id, problem.path) for problem in self.problems})


def verification_json(found: Verification) -> dict[str, Any]:
    """Return counts, `"problems": [{"path", "key", "attempt_id", "kind", "message"}]`, and the paths of other files."""
    return {
        "record": found.record,
        "files": found.files,
        "sound": found.sound,
        "size_bytes": found.size_bytes,
        "problems": [asdict(problem) for problem in found.problems],
        "unknown": list(found.unknown),
        "put_aside": list(found.put_aside),
    }


def verification_text(found: Verification, paint: Palette) -> str:
    """Return a line a problem, what to do about them, what no record knows, and one line of totals."""
    lines = [
        f"{paint.red(problem.kind)}: {one_line(problem.path)} ({one_line(problem.key)}): {one_line(problem.message)}"
        for problem in found.problems
    ]
    lines += [f"    {paint.dim('hint:')} {hint}" for hint in _hints(found.problems)]
    lines += [f"{paint.yellow('unknown')}: {one_line(path)}" for path in found.unknown[:_NAMED]]
    if len(found.unknown) > _NAMED:
        lines.append(f"{paint.yellow('unknown')}: and {len(found.unknown) - _NAMED} more")
    return "\n".join([*lines, paint.bold(_totals(found))]) + "\n"


def _hints(problems: Sequence[FileProblem]) -> Iterator[str]:
    fetched_again = {problem.path for problem in problems if problem.kind in _NOT_HERE}
    if any(problem.path not in fetched_again for problem in problems):
        yield "move a file that is not as recorded elsewhere; then it is missing"
    if problems:
        yield "render fetch brings missing files again, as long as the provider has them, and buys nothing"


def _totals(found: Verification) -> str:
    read = f"{one_line(found.record)}: {counted(found.files, 'file')}, {size_text(found.size_bytes)}"
    bad = found.files - found.sound
    told = f"{bad} not as recorded" if bad else "all as recorded"
    beside = f"; {len(found.unknown)} beside them that no record knows" if found.unknown else ""
    aside = f"; {len(found.put_aside)} put aside in .earlier/" if found.put_aside else ""
    return f"{read}; {told if found.files else 'nothing is recorded'}{beside}{aside}"
