"""Says of each task that a run did not finish how it stands, and why: no task ends without a word.

Reads jobs, lanes and what stopped the run; changes nothing that is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.records import Failure
from render.runner.job import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from render.runner.job import Job

_UNFINISHED = {
    Outcome.PARKED: "the provider has it, or may have it; the next run asks",
    Outcome.AMBIGUOUS: "the run ended before the provider answered: it may have been bought",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Causes:
    """Why purchases stopped; "" for what did not happen."""

    #: the name of the signal
    signal: str = ""
    budget: str = ""
    #: the record or the surroundings
    run: str = ""
    #: by lane: what the provider refused everything for
    lanes: Mapping[str, str] | None = None


def explain(jobs: Iterable[Job], causes: Causes) -> None:
    """Settle jobs that ended without a word: under how they stand, with the cause that came first."""
    for job in jobs:
        if job.outcome is None:
            job.outcome = job.outcome_if_stopped()
        if job.failure is None and job.outcome is Outcome.LEFT:
            job.failure = _left(job, causes)
        elif job.failure is None and job.outcome in _UNFINISHED:
            job.failure = Failure(key=job.task.key, kind=job.outcome.value, message=_UNFINISHED[job.outcome])


def _left(job: Job, causes: Causes) -> Failure:
    closed = (causes.lanes or {}).get(job.planned.lane, "")
    kind, message = Outcome.LEFT.value, closed or causes.run or _stopped(causes)
    if causes.budget and not closed:
        kind, message = "budget", causes.budget
    return Failure(key=job.task.key, kind=kind, message=message)


def _stopped(causes: Causes) -> str:
    if causes.signal:
        return f"the run was stopped by {causes.signal} before it was sent"
    return "not sent: the provider could not be reached, or has no room while unfinished tasks are parked there"
