"""The records of what was bought and what will be done, in the order in which they come to be. Read this first.

All are frozen: a changed fact is a new record. They hold no behaviour beyond naming what is already in them, and know
nothing of files, networks, databases or the command line. What an author asks for is in `wish.py`.

    Manifest ─expand─▶ Task ─plan (with the Snapshot)─▶ Plan ─run─▶ Attempt, Artifact ─read─▶ Snapshot
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from render.wish import Task


class Status(StrEnum):
    """The last fact about an attempt that is safely written down."""

    #: decided and numbered; the request may or may not have left
    PREPARED = "prepared"
    #: the provider has it; `remote_id` is known
    SUBMITTED = "submitted"
    #: the provider finished it; `source_url` is known
    RENDERED = "rendered"
    #: the checked file is in place
    SAVED = "saved"
    #: the provider said no, or the render failed there; `is_final` says whether asking again can help
    FAILED = "failed"
    #: given up by a person
    ABANDONED = "abandoned"
    #: finished and paid for, and every source says the file is gone
    LOST = "lost"


class Rest(StrEnum):
    """Why an unfinished attempt is not moving between runs."""

    AMBIGUOUS = "ambiguous"
    PARKED = "parked"
    HELD = "held"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One try at a purchase, and everything needed to carry on with it in another process."""

    #: ours, a random UUID v4, made once and never made again; also the provider's id where providers take ours
    id: str
    task_key: str
    #: hex SHA-256 of the content asked for, see `render.fingerprint`
    fingerprint: str
    #: counts from 1 within (task key, fingerprint)
    number: int
    status: Status
    shot: str
    take: int
    provider: str
    #: the lane it was bought through, whose key can ask for it
    lane: str
    model: str
    #: as in Task.params at the time of asking
    params: Mapping[str, Any]
    #: where the file was to go at the time of asking, as in Task.path
    path: str
    #: the body as sent, in the provider's words, without any secret
    request: Mapping[str, Any]
    #: which server was asked: a base URL, or `offline`
    endpoint: str
    #: the provider's id for the work; equals `id` where ids are ours; "" until known
    remote_id: str = ""
    run_id: str
    prepared_at: datetime
    submitted_at: datetime | None = None
    rendered_at: datetime | None = None
    saved_at: datetime | None = None
    #: where the finished file can be fetched; may be a signed link, so it is never printed or logged
    source_url: str = ""
    #: the provider's id for the finished file
    result_id: str = ""
    #: the seed the provider says it used
    seed: int | None = None
    #: what the provider says it charged; None while unknown
    cost_usd: float | None = None
    #: the most it may cost, reserved before it was sent; None where no bound was known, which no budget allows
    ceiling_usd: float | None = None
    #: tells keys apart without telling them: the last 4 hex digits of the key's SHA-256; "" offline
    key_mark: str = ""
    #: class of the last trouble in words, like `rejected`; "" when there was none
    error_kind: str = ""
    error_message: str = ""
    #: of a failed attempt: asking again cannot help
    is_final: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What a media file's own headers say; None where they do not."""

    #: `video/mp4`, `video/quicktime`, `video/webm`, `image/jpeg`, `image/png`, `image/webp`
    media_type: str
    width_px: int | None = None
    height_px: int | None = None
    duration_s: float | None = None
    fps: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Artifact:
    """One file we own."""

    attempt_id: str
    #: relative to the project's output folder, with `/`
    path: str
    sha256: str
    size_bytes: int
    measured: Measured


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """An input file that a provider has, and under which id: what fifty shots need is sent there once."""

    provider: str
    #: as in Attempt.endpoint
    endpoint: str
    #: as in Attempt.key_mark: what one key stored another need not see
    key_mark: str
    #: hex, of all its bytes
    sha256: str
    #: what the provider calls it; "" where it may have lost it
    media_id: str
    uploaded_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class FileMark:
    """What tells whether two answers of a host of files are parts of the same file."""

    #: tells links apart by host and path, without holding them
    source: str
    #: a strong entity tag with its quotes, or else the date of the last change, as the host wrote it
    tag: str
    #: of the whole file, as announced
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """The first bytes of a file whose download broke, kept so that only the rest need be fetched."""

    mark: FileMark
    #: how many bytes are here
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """Something that stands where a file of ours belongs."""

    #: in words: `a folder`, `a symbolic link`, `a file of 12 bytes`
    what: str
    #: where it stands, relative to the project's output folder: the file's own name, or a folder's above it
    path: str
    #: whether a run can move it into `.earlier/`
    gives_way: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The record, read once: attempts oldest first, artifacts by attempt id, which of them are there, uploads."""

    attempts: tuple[Attempt, ...] = ()
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    #: paths of recorded artifacts that exist with the recorded size
    present: frozenset[str] = frozenset()
    #: what stands at other paths where a file is recorded or is to go
    obstacles: Mapping[str, Obstacle] = field(default_factory=dict)
    #: what providers have of input files, in no order
    uploads: tuple[Upload, ...] = ()


class Action(StrEnum):
    """What a run will do about one task."""

    SUBMIT = "submit"
    RECOVER = "recover"
    ADOPT = "adopt"
    POLL = "poll"
    DOWNLOAD = "download"
    PLACE = "place"
    SKIP = "skip"
    HOLD = "hold"
    LEAVE = "leave"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedTask:
    """One task, what will be done about it, and why."""

    task: Task
    fingerprint: str
    action: Action
    #: one line for a person: `new`, `width 768 -> 512`, `up to date`
    reason: str
    #: the attempt to carry on with, or the one that finished it; None for a first purchase
    attempt: Attempt | None = None
    #: the number the next purchase of this content would bear
    next_number: int = 1
    #: what stands where its file belongs, and is not that file
    obstacle: Obstacle | None = None

    @property
    def lane(self) -> str:
        """The lane that does it: of a purchase the task's, of all else the one that carries on with the attempt."""
        return self.task.lane if self.attempt is None or self.action is Action.SUBMIT else self.attempt.lane


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The difference between the wish and the record, in manifest order; earlier purchases in flight come last."""

    tasks: tuple[PlannedTask, ...]
    #: findings that do not stop a run, like two tasks that ask for the same thing
    warnings: tuple[str, ...] = ()
    #: how many tasks were left out because they were not selected
    unselected: int = 0

    @property
    def totals(self) -> Mapping[Action, int]:
        """How many tasks stand under each action, in the order of `Action`; actions without any are absent."""
        counts = {action: sum(planned.action is action for planned in self.tasks) for action in Action}
        return {action: count for action, count in counts.items() if count}


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why one task has no file after a run."""

    key: str
    #: `rejected`, `account`, `transient`, `held`, `lost`, `ambiguous`, `parked`, `left`, `budget`
    kind: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The end of a run. The eight counts after `tasks` add up to it."""

    tasks: int = 0
    #: files put in place by this run
    saved: int = 0
    #: up to date before it began
    skipped: int = 0
    failed: int = 0
    #: not tried: refused for good earlier, its lane closed, or the run was stopped first
    left: int = 0
    ambiguous: int = 0
    held: int = 0
    parked: int = 0
    lost: int = 0
    #: HTTP requests sent, downloads included
    requests: int = 0
    #: what providers charged, as far as this run was the first to learn it
    cost_usd: float = 0.0
    #: what everything in the record counts for: as charged, or else as reserved
    committed_usd: float = 0.0
    #: the part of it without a final cost
    reserved_usd: float = 0.0
    #: what the whole project may cost; None without a limit
    budget_usd: float | None = None
    #: keys of tasks that came without a price that can be believed; their reservations stay
    unpriced: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    exit_status: int = 0
