"""Problems as text: place, what is wrong, what would be right; and as the stable JSON shape."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from render.disclosure import one_line
from render.report.table import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.report.palette import Palette
    from render.wish import Problem


def problems_text(problems: Sequence[Problem], paint: Palette) -> str:
    """Return `file:line:column: error: what is wrong [rule]` with the hint below, and a count at the end."""
    lines = [line for problem in problems for line in _lines(problem, paint)]
    errors = sum(problem.is_error for problem in problems)
    warnings = len(problems) - errors
    counts = [counted(errors, "error")] if errors else []
    counts += [counted(warnings, "warning")] if warnings else []
    return "\n".join([*lines, ", ".join(counts)]) + "\n" if lines else ""


def problems_json(problems: Sequence[Problem]) -> dict[str, Any]:
    """Return `{"problems": [{"file", "line", "column", "severity", "rule", "message", "hint"}]}`."""
    return {"problems": [{**asdict(problem), "severity": problem.severity.value} for problem in problems]}


def _lines(problem: Problem, paint: Palette) -> list[str]:
    file = one_line(problem.file)
    place = file if not problem.line else f"{file}:{problem.line}:{problem.column}"
    severity = paint.red("error") if problem.is_error else paint.yellow("warning")
    first = f"{paint.bold(place)}: {severity}: {one_line(problem.message)} {paint.dim(f'[{problem.rule}]')}"
    return [first, f"    {paint.dim('hint:')} {one_line(problem.hint)}"] if problem.hint else [first]
