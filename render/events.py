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
    #: the host that could not be reached, of which a HostAwaited told; "" where that was not the trouble
    host: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchFailed:
    """A file did not come; in `wait_s` seconds it is tried again, or its provider asked for a link, as `cause` says."""

    key: str
    cause: str
    wait_s: float
    #: as in RetryScheduled
    host: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HostAwaited:
    """A host cannot be reached and is waited for, whoever wants something from it; told once until it answers."""

    #: its name alone, with its port where that is not the usual one
    host: str
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LookupScheduled:
    """The answer to a purchase was lost; it is looked for in the provider's usage log in `wait_s` seconds."""

    key: str
    lane: str
    wait_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class InputGiven:
    """A provider has a file that goes in; every task that needs it names it from here on."""

    lane: str
    #: as the manifest calls it
    name: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskProgressed:
    """The provider reports progress, 0 to 100."""

    key: str
    percent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRendered:
    """The provider finished it; `cost_usd` is None where it did not say, or where the file was here once before."""

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
    #: as in RetryScheduled
    host: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchasesPaused:
    """Nothing is bought for the time being, although there is something to buy."""

    lane: str
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OddStatusSeen:
    """A provider calls a state by a word that nobody knows; it counts as running, and is told once a word."""

    lane: str
    word: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtraSaved:
    """One task came with more files than it asked for; this one is kept at `path`, "" where it could not be fetched."""

    key: str
    result_id: str
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CostUnknown:
    """A result is there, and the provider named no price that can be believed; its reservation stays."""

    key: str
    lane: str
    #: None where it had none
    reserved_usd: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CostAboveCeiling:
    """A result cost more than was reserved for it; what it cost is counted."""

    key: str
    lane: str
    ceiling_usd: float
    cost_usd: float


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetReached:
    """Nothing more is bought in this run, because a limit would be passed."""

    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStopping:
    """The run stops before it is through: nothing more is submitted."""

    #: the name of the signal that asked for it; "" where the run stops by itself
    signal: str
    #: why it stops by itself
    cause: str = ""


Event: TypeAlias = (
    RunStarted
    | AttemptPrepared
    | AttemptSubmitted
    | RetryScheduled
    | FetchFailed
    | HostAwaited
    | LookupScheduled
    | InputGiven
    | TaskProgressed
    | TaskRendered
    | TaskSaved
    | TaskFailed
    | LaneClosed
    | PollFailed
    | PurchasesPaused
    | OddStatusSeen
    | ExtraSaved
    | CostUnknown
    | CostAboveCeiling
    | BudgetReached
    | RunStopping
)
