"""Sees that the inputs of a task are where they must be before it is bought, and says how it ends where they are not.

Nothing is charged here, and nothing about a purchase is decided: what may have been bought before stays as recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.errors import AccountError, InputChangedError, ProviderError, RejectedError, StateError
from render.records import Status
from render.runner.archive import is_past_recognition
from render.runner.job import Outcome

if TYPE_CHECKING:
    from render.runner.job import Job
    from render.runner.lane import Lane


async def provide(job: Job, lane: Lane) -> bool:
    """Find the words for a job's inputs, and give the provider what it lacks; False where the job ends here."""
    if is_past_recognition(lane, job):
        # it is only asked about
        return True
    try:
        job.inputs = await lane.shared.inputs.words_for(job, lane)
    except StateError as error:
        lane.shared.gate.close(error.message)
    except AccountError as error:
        lane.close(error)
    except InputChangedError as error:
        _end(job, lane, Outcome.LEFT, error.message)
    except RejectedError as error:
        _end(job, lane, Outcome.FAILED, f"an input was refused: {error.message}")
    except ProviderError as error:
        lane.shared.gate.is_cut_short = True
        _end(job, lane, Outcome.LEFT, f"an input could not be given to the provider: {error.message}")
    else:
        return True
    return False


def _end(job: Job, lane: Lane, outcome: Outcome, message: str) -> None:
    if job.attempt is not None and job.attempt.status is Status.PREPARED:
        # it may have been sent by an earlier run
        outcome = Outcome.PARKED
    kind = "rejected" if outcome is Outcome.FAILED else outcome.value
    lane.settle(job, outcome, kind=kind, message=message)
