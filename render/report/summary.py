"""The end of a run as text and as the stable JSON shape."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from render.disclosure import one_line, redact
from render.report.table import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from render.records import Failure, Summary
    from render.report.palette import Palette

#: of tasks that ended alike
_NAMED = 10
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
    "ambiguous": "an ambiguous task may have been paid for: look at the provider, then decide with render resolve KEY",
    "parked": "parked tasks are with the provider or recorded; the next run goes on with them",
    "held": "held files are finished, their links kept: mend the cause and run again, or resolve KEY --file FILE",
    "lost": "lost files were paid for and are gone; decide with render resolve KEY",
}


def summary_json(summary: Summary) -> dict[str, Any]:
    """Return counts, requests, what it cost and is counted for, and `"failures": [{"key", "kind", "message"}]`."""
    facts = asdict(summary)
    facts.pop("exit_status")
    failures = [{**asdict(failure), "message": redact(failure.message)} for failure in summary.failures]
    return {**facts, "unpriced": list(summary.unpriced), "failures": failures}


def summary_text(summary: Summary, paint: Palette, *, folder: str, is_offline: bool = False) -> str:
    """Return what was done, what was not and why, what it cost, and where the files are."""
    counts = {name: getattr(summary, name) for name in _COUNTS}
    lines = [f"  {paint.red('!')} {line}" for line in _failures(summary.failures)]
    if summary.tasks and summary.skipped == summary.tasks:
        lines.append(paint.green(f"nothing to do: {counted(summary.tasks, 'file')} up to date"))
    else:
        told = ", ".join(f"{count} {_WORDS[name]}" for name, count in counts.items() if count)
        lines.append(paint.bold(f"{counted(summary.tasks, 'task')}: {told or 'nothing to render'}"))
    lines += [f"  {paint.dim(_ADVICE[name])}" for name in _ADVICE if counts[name]]
    lines.append(f"  {counted(summary.requests, 'request')}{_cost(summary, is_offline=is_offline)}")
    lines += [] if is_offline else [f"  {line}" for line in _money(summary)]
    lines.append(f"  files: {one_line(folder)}")
    return "\n".join(lines) + "\n"


def _failures(failures: Sequence[Failure]) -> Iterator[str]:
    """A line a task; of many that ended alike the first ones, and then how many more there are."""
    alike = Counter((failure.kind, failure.message) for failure in failures)
    shown: Counter[tuple[str, str]] = Counter()
    for failure in failures:
        manner = (failure.kind, failure.message)
        shown[manner] += 1
        if shown[manner] <= _NAMED:
            yield f"{one_line(failure.key)}: {_told(failure)}"
        elif shown[manner] == alike[manner]:
            yield f"and {alike[manner] - _NAMED} more: {_told(failure)}"


def _money(summary: Summary) -> Iterator[str]:
    """What is worth saying of money beside the charges: a budget, what is only reserved, and what nobody told."""
    if summary.budget_usd is not None:
        yield f"${summary.committed_usd:.4f} of the budget of ${summary.budget_usd:.4f} are committed"
    if summary.reserved_usd:
        yield f"${summary.reserved_usd:.4f} are reserved for what has no final cost yet"
    if summary.unpriced:
        more = f" and {len(summary.unpriced) - _NAMED} more" if len(summary.unpriced) > _NAMED else ""
        yield f"the provider told no believable cost of {one_line(', '.join(summary.unpriced[:_NAMED]))}{more}"


def _told(failure: Failure) -> str:
    message = one_line(failure.message)
    return message if message.startswith(failure.kind) else f"{failure.kind}: {message}"


def _cost(summary: Summary, *, is_offline: bool) -> str:
    if is_offline:
        return " to the embedded server, nothing paid"
    return f", ${summary.cost_usd:.4f} reported by the providers" if summary.cost_usd else ""
