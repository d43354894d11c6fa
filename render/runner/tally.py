"""Counts how the tasks of a run ended, and decides its exit status. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.records import Summary
from render.runner.job import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.runner.job import Job

EXIT_FAILED, EXIT_SETTINGS, EXIT_BUDGET, EXIT_INCOMPLETE = 1, 3, 5, 6

_INCOMPLETE = {Outcome.AMBIGUOUS, Outcome.HELD, Outcome.PARKED}
_NOT_AS_WISHED = {Outcome.FAILED, Outcome.LEFT, Outcome.LOST}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """What ended a run, beside its tasks."""

    #: 130 or 143 when a signal stopped it, else 0
    signal_status: int = 0
    key_refused: bool = False
    credit_missing: bool = False
    requests: int = 0


def summarise(jobs: Sequence[Job], ending: Ending) -> Summary:
    """Add up the jobs; each counts once, under its outcome or under how it stands unfinished."""
    outcomes = [job.outcome or job.outcome_if_stopped() for job in jobs]
    counts = {outcome.value: outcomes.count(outcome) for outcome in Outcome}
    return Summary(
        tasks=len(jobs),
        **counts,
        requests=ending.requests,
        cost_usd=round(sum(job.cost_usd or 0.0 for job in jobs), 6),
        failures=tuple(job.failure for job in jobs if job.failure is not None),
        exit_status=exit_status(set(outcomes), ending),
    )


def exit_status(outcomes: set[Outcome], ending: Ending) -> int:
    """Return the status of the worst thing that happened: signal, key, credit, incomplete, failed, in that order."""
    if ending.signal_status:
        return ending.signal_status
    if ending.key_refused:
        return EXIT_SETTINGS
    if ending.credit_missing:
        return EXIT_BUDGET
    if outcomes & _INCOMPLETE:
        return EXIT_INCOMPLETE
    return EXIT_FAILED if outcomes & _NOT_AS_WISHED else 0
