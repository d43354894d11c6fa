"""Counts how the tasks of a run ended, and decides its exit status. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from render.estimate import exact
from render.records import Summary
from render.runner.budget import Sums
from render.runner.job import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from render.runner.job import Job

EXIT_FAILED, EXIT_SETTINGS, EXIT_STATE, EXIT_BUDGET, EXIT_INCOMPLETE = 1, 3, 4, 5, 6

_INCOMPLETE = {Outcome.AMBIGUOUS, Outcome.HELD, Outcome.PARKED}
_NOT_AS_WISHED = {Outcome.FAILED, Outcome.LEFT, Outcome.LOST}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """What ended a run, beside its tasks."""

    #: 130 or 143 when a signal stopped it, else 0
    signal_status: int = 0
    #: the record could not be written
    record_failed: bool = False
    key_refused: bool = False
    credit_missing: bool = False
    #: a limit stopped purchases
    budget_reached: bool = False
    #: something around the run, like a full disk, left undone what another run can do
    is_cut_short: bool = False
    requests: int = 0
    sums: Sums = field(default_factory=Sums)


@dataclass(kw_only=True, slots=True)
class Standing:
    """How a run stands, for whoever must say so where an error ends it."""

    #: adds up what is known now; replaced as more is known
    say: Callable[[], Summary] = Summary


def summarise(jobs: Sequence[Job], ending: Ending) -> Summary:
    """Add up the jobs; each counts once, under its outcome or under how it stands unfinished."""
    outcomes = [job.outcome or job.outcome_if_stopped() for job in jobs]
    counts = {outcome.value: outcomes.count(outcome) for outcome in Outcome}
    return Summary(
        tasks=len(jobs),
        **counts,
        requests=ending.requests,
        cost_usd=float(sum(map(_newly_charged, jobs), Decimal(0))),
        committed_usd=float(ending.sums.committed_usd),
        reserved_usd=float(ending.sums.reserved_usd),
        budget_usd=ending.sums.budget_usd,
        unpriced=ending.sums.unpriced,
        failures=tuple(job.failure for job in jobs if job.failure is not None),
        exit_status=exit_status(set(outcomes), ending),
    )


def _newly_charged(job: Job) -> Decimal:
    """What this run was the first to learn; what an earlier one had recorded was in the sum of that one."""
    before = job.found.cost_usd if job.found is not None else None
    return max(exact(job.cost_usd or 0.0) - exact(before or 0.0), Decimal(0))


def exit_status(outcomes: set[Outcome], ending: Ending) -> int:
    """Return the status of the worst that happened: signal, record, key, money, incomplete, failed, in that order."""
    happened = (
        (bool(ending.signal_status), ending.signal_status),
        (ending.record_failed, EXIT_STATE),
        (ending.key_refused, EXIT_SETTINGS),
        (ending.credit_missing or ending.budget_reached, EXIT_BUDGET),
        (ending.is_cut_short or bool(outcomes & _INCOMPLETE), EXIT_INCOMPLETE),
        (bool(outcomes & _NOT_AS_WISHED), EXIT_FAILED),
    )
    return next((status for is_so, status in happened if is_so), 0)
