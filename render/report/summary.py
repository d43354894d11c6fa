"""The end of a run as text and as the stable JSON shape."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from render.report.table import counted, one_line

if TYPE_CHECKING:
    from render.records import Failure, Summary
    from render.report.palette import Palette

_COUNTS = ("saved", "skipped", "failed", "left", "ambiguous", "held", "parked", "lost")
_WORDS = {
    "saved": "saved",
    "skipped": "up to date",
    "failed": "failed",
    "left": "left undone",
    "ambiguous": "ambiguous",
    "held": "held",
    "parked": "parked",
    "lost": "lost",
}
_ADVICE = {
    "ambiguous": "an ambiguous task may have been paid for: look at the provider; only a changed shot is bought again",
    "parked": "parked tasks are with the provider or recorded; the next run goes on with them",
    "held": "the files of held tasks are finished; their links are kept in the record",
    "lost": "lost files were paid for and are gone",
}


def summary_json(summary: Summary) -> dict[str, Any]:
    """Return counts, requests, cost and `"failures": [{"key", "kind", "message"}]`."""
    facts = asdict(summary)
    facts.pop("exit_status")
    return {**facts, "failures": [asdict(failure) for failure in summary.failures]}


def summary_text(summary: Summary, paint: Palette, *, folder: str, is_offline: bool = False) -> str:
    """Return what was done, what was not and why, what it cost, and where the files are."""
    counts = {name: getattr(summary, name) for name in _COUNTS}
    lines = [f"  {paint.red('!')} {failure.key}: {_told(failure)}" for failure in summary.failures]
    if summary.tasks and summary.skipped == summary.tasks:
        lines.append(paint.green(f"nothing to do: {counted(summary.tasks, 'file')} up to date"))
    else:
        told = ", ".join(f"{count} {_WORDS[name]}" for name, count in counts.items() if count)
        lines.append(paint.bold(f"{counted(summary.tasks, 'task')}: {told or 'nothing to render'}"))
    lines += [f"  {paint.dim(_ADVICE[name])}" for name in _ADVICE if counts[name]]
    lines.append(f"  {counted(summary.requests, 'request')}{_cost(summary, is_offline=is_offline)}")
    lines.append(f"  files: {folder}")
    return "\n".join(lines) + "\n"


def _told(failure: Failure) -> str:
    message = one_line(failure.message)
    return message if message.startswith(failure.kind) else f"{failure.kind}: {message}"


def _cost(summary: Summary, *, is_offline: bool) -> str:
    if is_offline:
        return " to the embedded server, nothing paid"
    return f", ${summary.cost_usd:.4f} reported by the providers"
