"""What can go wrong on purpose: one record for each action, and the rule that says at which event it happens.

An action that lets the request through is charged as usual; one that does not, is not. Knows nothing of HTTP.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

#: where a fault can strike; `connection` before anything is read, `webhook` when the server is about to send one
EVENTS = (
    "connection", "runware.submit", "runware.poll", "runware.other", "runware.socket", "upload",
    "aimlapi.submit", "aimlapi.poll", "aimlapi.logs", "aimlapi.billing", "file", "webhook",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """Something that goes wrong; `name` in a script is the class's name in lower case, with underscores."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refuse(Action):
    """Reset the connection before the body is read; at the event `connection`, before anything is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResetBefore(Action):
    """Read the whole request, do nothing with it, and reset the connection."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResetAfter(Action):
    """Do what was asked, and reset the connection instead of replying."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop(Action):
    """Close the connection in good order, without a byte of a reply."""

    charged: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Hang(Action):
    """Send nothing until the client leaves, or until that many seconds have passed."""

    seconds: float = 600.0
    charged: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Trickle(Action):
    """Send the true body one byte at a time, with that many seconds between two bytes."""

    seconds: float = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut(Action):
    """Promise the true length, send that many bytes of the body, and close."""

    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Status(Action):
    """Answer with another status; `body` is an error of the provider in JSON, a page of HTML, or nothing."""

    status: int
    body: Literal["json", "html", "none"] = "json"
    charged: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Html(Action):
    """Answer 200 with a page of HTML."""

    charged: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class BadJson(Action):
    """Answer with the first half of the true JSON, as if that were all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongId(Action):
    """Answer with somebody else's id in place of every one of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingFields(Action):
    """Answer without these members, wherever they stand."""

    names: tuple[str, ...] = ("id", "taskUUID", "status", "video", "videoURL", "imageURL")


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownStatus(Action):
    """Answer with a status nobody has heard of."""

    word: str = "moderating"


@dataclass(frozen=True, kw_only=True, slots=True)
class ZeroByteFile(Action):
    """Answer 200 with a body of no bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpiredLink(Action):
    """Answer as if the file were gone."""

    status: Literal[403, 404, 410] = 404


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryAfter(Action):
    """Ask the client to stay away for that many seconds; who comes back earlier is written down."""

    seconds: float
    form: Literal["seconds", "date"] = "seconds"
    status: Literal[429, 503] = 429


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateWebhook(Action):
    """Send a webhook that many times in all."""

    times: int = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Kill(Action):
    """Send a signal to a process: once the request is here, once it is charged, or after half of the reply."""

    pid: int
    signal: str = "KILL"
    when: Literal["received", "charged", "half_reply"] = "charged"

    def __post_init__(self) -> None:
        if self.pid < 2:
            raise ValueError("pid must be that of one process, 2 or more")
        if f"SIG{self.signal.removeprefix('SIG')}" not in signal.Signals.__members__:
            raise ValueError(f"{self.signal} is not a signal")

    def send(self) -> None:
        """Send the signal; a process that has ended by itself is no trouble."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.Signals[f"SIG{self.signal.removeprefix('SIG')}"])


ACTIONS: Mapping[str, type[Action]] = {
    "refuse": Refuse,
    "reset_before": ResetBefore,
    "reset_after": ResetAfter,
    "drop": Drop,
    "hang": Hang,
    "trickle": Trickle,
    "cut": Cut,
    "status": Status,
    "html": Html,
    "bad_json": BadJson,
    "wrong_id": WrongId,
    "missing_fields": MissingFields,
    "unknown_status": UnknownStatus,
    "zero_byte_file": ZeroByteFile,
    "expired_link": ExpiredLink,
    "retry_after": RetryAfter,
    "duplicate_webhook": DuplicateWebhook,
    "kill": Kill,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """An action, and the occurrences of an event at which it happens; they count from 1 at the server's start."""

    on: str
    action: Action
    #: the occurrences from the first to the last of these, `last` None for no end; of them, every so manieth
    first: int = 1
    last: int | None = None
    every: int = 1

    def __post_init__(self) -> None:
        if self.on not in EVENTS:
            raise ValueError(f"on must be one of {', '.join(EVENTS)}")
        if (self.on == "connection") != isinstance(self.action, Refuse) and self.on == "connection":
            raise ValueError("at a connection nothing but refuse can happen")
        if (self.on == "webhook") != isinstance(self.action, DuplicateWebhook):
            raise ValueError("duplicate_webhook belongs to the event webhook, and nothing else does")

    def strikes(self, occurrence: int) -> bool:
        """Whether it happens at that occurrence of its event."""
        is_past = self.last is not None and occurrence > self.last
        return occurrence >= self.first and not is_past and (occurrence - self.first) % self.every == 0


def name_of(action: Action) -> str:
    """The name of an action in a script."""
    return next(name for name, kind in ACTIONS.items() if type(action) is kind)
