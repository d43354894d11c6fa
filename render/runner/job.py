"""One planned task on its way through a run, and how it ended. The only mutable record of a task."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from render.records import Status
from render.runner.sights import Sights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.providers.protocol import Result
    from render.records import Attempt, Failure, PlannedTask
    from render.wish import Task


class Outcome(StrEnum):
    """How a task stands at the end of a run; the words of records.Summary."""

    SAVED = "saved"
    SKIPPED = "skipped"
    FAILED = "failed"
    LEFT = "left"
    AMBIGUOUS = "ambiguous"
    HELD = "held"
    PARKED = "parked"
    LOST = "lost"


@dataclass(kw_only=True, slots=True)
class Job:
    """A planned task and the newest record of its attempt."""

    planned: PlannedTask
    #: None until something was prepared
    attempt: Attempt | None
    ids_are_ours: bool
    outcome: Outcome | None = None
    failure: Failure | None = None
    #: what the provider charged, if it said so to this run, the first time or again
    cost_usd: float | None = None
    #: whether it counts among the lane's unfinished work
    holds_slot: bool = False
    #: whether it keeps its slot for the rest of the run: nobody knows when the provider will be through with it
    is_stuck: bool = False
    #: whether an earlier send may have reached the provider, so that no refusal proves that nothing was bought
    may_have_arrived: bool = False
    #: monotonic moment at which this run first wanted to send it
    wanted_since: float | None = None
    #: monotonic moment at which this run began to wait for the provider
    waiting_since: float = 0.0
    #: monotonic moment of the last poll that found it unfinished
    unfinished_at: float | None = None
    #: monotonic moment of the last poll that asked about it
    asked_at: float = 0.0
    #: how often a dead link made us ask for a fresh one
    refreshes: int = 0
    #: monotonic moment at which its link was first found dead in this run
    dead_since: float | None = None
    #: whether polls have had their time to give a link that works
    is_past_polls: bool = False
    #: whether a fresh link that came after that was tried
    has_tried_late_link: bool = False
    #: monotonic moment before which no fresh link is looked for
    not_before: float = 0.0
    #: what stands for its input files in what is sent, by digest; nothing once it was sent
    inputs: Mapping[str, str] = field(default_factory=dict)
    #: whether its inputs were given to the provider anew because of a refusal
    has_renewed: bool = False
    #: whether its attempt was refused for its inputs alone, so that another is to follow in this run
    begins_again: bool = False
    #: what polls have said of it so far
    sights: Sights = field(default_factory=Sights)
    #: the last progress it was told, so that the same figure for ever is no progress
    percent: int | None = None
    #: whether the provider's archive was asked for another link
    has_asked_archive: bool = False
    #: whether the host of its file last said that there is no such file, and not only that the link is no good
    is_gone: bool = True
    #: why what came under its link was refused, once a fresh link was asked for because of that
    refused_for: str = ""
    #: how often the archive failed to answer about it
    archive_tries: int = 0
    #: monotonic moment at which the archive was last asked about it
    archive_asked_at: float | None = None
    #: files that came beside the one that was asked for
    extras: tuple[Result, ...] = ()

    @property
    def task(self) -> Task:
        """The task it is about."""
        return self.planned.task

    @property
    def record(self) -> Attempt:
        """Its attempt; only for jobs that have one."""
        if self.attempt is None:
            raise LookupError(self.task.key)
        return self.attempt

    @property
    def found(self) -> Attempt | None:
        """Its attempt as it was recorded before this run; None for one that the run itself prepared."""
        before = self.planned.attempt
        is_same = before is not None and self.attempt is not None and before.id == self.attempt.id
        return before if is_same else None

    @property
    def is_fetched_again(self) -> bool:
        """Whether its file was here once, so that what it cost has been told."""
        return self.found is not None and self.found.status is Status.SAVED

    def outcome_if_stopped(self) -> Outcome:
        """Say how it stands when a run ends before it did."""
        if self.attempt is None or self.attempt.status in {Status.FAILED, Status.ABANDONED}:
            return Outcome.LEFT
        if self.attempt.status is Status.PREPARED and not self.ids_are_ours:
            return Outcome.AMBIGUOUS
        return Outcome.PARKED
