"""What the server remembers: jobs, their results, purchases and requests. Plain records, in no provider's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """How far one result is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One accepted and charged piece of work; it has one result or more."""

    #: the client's id at Runware, ours at AI/ML API; unique
    id: str
    provider: str
    #: as in a request: `videoInference`, `imageInference` or, at AI/ML API, `generation`
    task_type: str
    model: str
    #: the task as received, with defaults filled in
    request: Mapping[str, Any]
    #: seconds since 1970
    accepted_at: float
    cost_usd: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One file that a job makes."""

    #: random, ours, and the name of the file without its ending
    id: str
    job_id: str
    #: counts from 1 within the job
    number: int
    seed: int
    cost_usd: float
    file_name: str
    #: not handed out earlier than this; seconds since 1970
    ready_at: float
    state: State = State.WAITING
    #: seconds since 1970, once it is done or failed
    finished_at: float | None = None
    error_code: str = ""
    error_message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A request that asked for paid work, as it was received, without any key."""

    kind: str
    body: Any
    #: seconds since 1970
    at: float
    #: the client's own word for it, from the header `X-Client-Request-Id`; "" where there was none
    client_request_id: str = ""
