"""Problems as text: place, what is wrong, the line with a caret, what would be right; and as the stable JSON shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.disclosure import one_line
from render.report.excerpt import excerpt_lines
from render.report.table import counted
from render.rules import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.report.palette import Palette
    from render.wish import Problem

_MOST_NAMED = 8


def problems_text(problems: Sequence[Problem], paint: Palette, *, width: int) -> str:
    """Return every problem, then how many errors and warnings there are and how to read more about their rules.

    Each begins with `file:line:column: error[R012]: `, as editors look for it.
    """
    if not problems:
        return ""
    lines = [line for problem in problems for line in _lines(problem, paint, width)]
    errors = sum(problem.is_error for problem in problems)
    warnings = len(problems) - errors
    counts = [counted(errors, "error")] if errors else []
    counts += [counted(warnings, "warning")] if warnings else []
    return "\n".join([*lines, ", ".join(counts), paint.dim(_more_about(problems))]) + "\n"


def problems_json(problems: Sequence[Problem]) -> dict[str, Any]:
    """Return `{"problems": [{"file", "line", "column", "severity", "rule", "name", "message", "hint"}]}`."""
    return {"problems": [_problem_json(problem) for problem in problems]}


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity.value,
        "rule": number_of(problem.rule),
        "name": problem.rule,
        "message": problem.message,
        "hint": problem.hint,
    }


def _lines(problem: Problem, paint: Palette, width: int) -> list[str]:
    file = one_line(problem.file)
    place = file if not problem.line else f"{file}:{problem.line}:{problem.column}"
    severity = f"{problem.severity}[{number_of(problem.rule)}]"
    severity = paint.red(severity) if problem.is_error else paint.yellow(severity)
    lines = [f"{paint.bold(place)}: {severity}: {one_line(problem.message)}"]
    lines += excerpt_lines(problem, paint, width=width)
    return [*lines, f"    {paint.dim('hint:')} {one_line(problem.hint)}"] if problem.hint else lines


def _more_about(problems: Sequence[Problem]) -> str:
    """Name the rules, each once, in the order of the problems."""
    numbers = list(dict.fromkeys(number_of(problem.rule) for problem in problems))
    more = ", ".join(numbers[1:_MOST_NAMED])
    left = ", …" if len(numbers) > _MOST_NAMED else ""
    return f"more about a rule: render explain {numbers[0]}" + (f" (or {more}{left})" if more else "")
