"""What an examination of a record found, as text and as the stable JSON shape."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from render.disclosure import one_line, redact
from render.report.table import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.report.palette import Palette


@dataclass(frozen=True, kw_only=True, slots=True)
class StateFinding:
    """One thing that is wrong with a record, or with a file it names."""

    #: `damage`, `refused` or `missing-file`
    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StateReport:
    """How a record stands."""

    record: str
    attempts: int
    artifacts: int
    findings: Sequence[StateFinding]


def state_json(report: StateReport) -> dict[str, Any]:
    """Return `{"record", "attempts", "artifacts", "findings": [{"kind", "message", "hint"}]}`."""
    return {
        "record": report.record,
        "attempts": report.attempts,
        "artifacts": report.artifacts,
        "findings": [{**asdict(finding), "message": redact(finding.message)} for finding in report.findings],
    }


def state_text(report: StateReport, paint: Palette) -> str:
    """Return a line a finding, each hint once below the last finding that has it, and what there is at the end."""
    lines = [f"{paint.yellow(finding.kind)}: {one_line(finding.message)}" for finding in report.findings]
    hints = dict.fromkeys(finding.hint for finding in report.findings if finding.hint)
    lines += [f"    {paint.dim('hint:')} {one_line(hint)}" for hint in hints]
    found = counted(len(report.findings), "finding") if report.findings else "nothing is wrong"
    counts = f"{counted(report.attempts, 'attempt')}, {counted(report.artifacts, 'file')}"
    return "\n".join([*lines, paint.bold(f"{one_line(report.record)}: {counts}; {found}")]) + "\n"
