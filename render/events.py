"""What a run says while it works: one frozen record a fact. Reporters and the log listen; nothing answers.

Times are not in here: whoever listens has a clock of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStarted:
    """A run begins: how many tasks there are, and how many of them need work."""

    run_id: str
    tasks: int
    to_do: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptPrepared:
    """The intent is durable; the request goes out next."""

    key: str
    attempt_id: str
    lane: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptSubmitted:
    """The provider has the work under `remote_id`."""

    key: str
    lane: str
    remote_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryScheduled:
    """A request did not pass and will be sent again in `wait_s` seconds; `attempt_no` counts sends from 1."""

    key: str
    lane: str
    attempt_no: int
    wait_s: float
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskProgressed:
    """The provider reports progress, 0 to 100."""

    key: str
    percent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRendered:
    """The provider finished it; `cost_usd` is None where it did not say."""

    key: str
    lane: str
    cost_usd: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskSaved:
    """The checked file is in place."""

    key: str
    path: str
    size_bytes: int
    #: differences between what was asked for and what came, in words
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskFailed:
    """The task has no file after this run and will need a decision or another run; `kind` as in records.Failure."""

    key: str
    kind: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneClosed:
    """A provider refuses everything from us: nothing more is bought there in this run."""

    lane: str
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PollFailed:
    """A poll could not be read; it will be repeated in `wait_s` seconds."""

    lane: str
    cause: str
    wait_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStopping:
    """Somebody asked the run to stop: nothing more is submitted."""

    signal: str


Event: TypeAlias = (
    RunStarted
    | AttemptPrepared
    | AttemptSubmitted
    | RetryScheduled
    | TaskProgressed
    | TaskRendered
    | TaskSaved
    | TaskFailed
    | LaneClosed
    | PollFailed
    | RunStopping
)
