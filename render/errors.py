"""Every error a user can meet, grouped by what must happen next; the class decides, never a text or a number.

RenderError                        message, hint; carries its exit status
├─ UsageError                exit 2  the command was asked for something it cannot make sense of
├─ ManifestError             exit 2  the author must edit a file; carries every Problem
├─ SettingsError             exit 3  a key is missing or refused, a folder is not writable, an extra is not installed
├─ BudgetError               exit 5  what is asked for does not fit into the budget, or has no price to judge by
├─ StateError                exit 4  state.db is locked, from a newer version, or of another kind
│  └─ DamageError            exit 4  what it holds cannot be trusted, or part of it is gone: salvage it
├─ ProviderError                     one task's or one provider's trouble; never leaves the runner
│  ├─ TransientError                 certainly not accepted: wait and send again
│  │  ├─ CertificateError            nor sent: the host cannot prove who it is
│  │  └─ UnreachableError            nor sent: no connection to the host came to be
│  ├─ OutcomeUnknownError            may have been accepted: again only under the same id, else hold
│  ├─ RejectedError                  will never be accepted as it is: fail this task
│  │  └─ InputRefusedError           for one of its inputs: perhaps they lost it, so give it to them anew, once
│  ├─ AccountError                   will not be accepted for any task: close this provider's lane
│  └─ ReadFailedError                a poll could not be read: says nothing about the render, ask again
└─ ArtifactError                     one file's trouble; never leaves the runner
   ├─ BytesRefusedError              short, or not of the kind asked for: fetch again
   ├─ InputChangedError              an input is not as it was read, or gone: leave this task to the next run
   ├─ LinkExpiredError               the link answers 403, 404 or 410: ask the provider for a fresh one
   └─ HeldError                      finished, but not to be taken here (host, target): keep the link
      ├─ FolderFullError             nothing more can be written there: buy nothing more
      └─ FilesExhaustedError         too many files are open: try again

Errors carry facts and never print; the edge draws them. This module knows nothing of any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.wish import Problem


class RenderError(Exception):
    """Something a person can act on: `message` says what is wrong, `hint` what to do about it."""

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(RenderError):
    """The command was asked for something it cannot make sense of."""

    exit_status = 2


class ManifestError(RenderError):
    """A manifest or a model spec needs an edit; `problems` holds every finding, in file order."""

    exit_status = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        errors = sum(problem.is_error for problem in problems)
        super().__init__(f"{errors} problem{'s' if errors != 1 else ''}")
        self.problems = tuple(problems)


class SettingsError(RenderError):
    """The surroundings are not ready: a key, a folder, or an optional part of the installation."""

    exit_status = 3


class BudgetError(RenderError):
    """What is to be bought does not fit into the budget, or cannot be judged; nothing was sent."""

    exit_status = 5


class StateError(RenderError):
    """The record cannot be used as it is; it was left untouched."""

    exit_status = 4


class DamageError(StateError):
    """What the record holds cannot be trusted, or part of it is gone; it was left untouched."""


class ProviderError(RenderError):
    """One task's or one provider's trouble.

    Attributes:
        code: the provider's own word for it, as received, or "".
        http_status: the status of the reply, or None where there was none.
    """

    def __init__(self, message: str, *, code: str = "", http_status: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.http_status = http_status


class TransientError(ProviderError):
    """Certainly not accepted; the same request may pass later.

    Attributes:
        retry_after_s: seconds the provider asked us to stay away from the whole host, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        http_status: int | None = None,
        retry_after_s: float | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, code=code, http_status=http_status, hint=hint)
        self.retry_after_s = retry_after_s


class CertificateError(TransientError):
    """No secure connection: the host could not prove who it is, so nothing was sent."""


class UnreachableError(TransientError):
    """No connection to the host came to be, so nothing was sent.

    Attributes:
        host: its name alone, with its port where that is not the usual one.
        reason: why, in a few words that do not name it.
    """

    def __init__(self, message: str, *, host: str, reason: str) -> None:
        super().__init__(message)
        self.host = host
        self.reason = reason


class OutcomeUnknownError(ProviderError):
    """The request may have been accepted and charged: bytes left, and no valid answer came back.

    Attributes:
        retry_after_s: seconds the other side asked us to stay away from the whole host, or None.
    """

    def __init__(
        self, message: str, *, code: str = "", http_status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, code=code, http_status=http_status)
        self.retry_after_s = retry_after_s


class RejectedError(ProviderError):
    """Will never be accepted, or never be rendered, as it is asked for."""


class InputRefusedError(RejectedError):
    """Refused for one of its inputs; where that was given to them before, they may have lost it."""


class AccountError(ProviderError):
    """The provider refuses everything from us: for missing credit, or else for the key or the address.

    A run that meets one ends with 5 for credit and with 3 for anything else.
    """

    def __init__(self, message: str, *, code: str = "", http_status: int | None = None, is_credit: bool) -> None:
        hint = "add credit at the provider, then run again" if is_credit else "check the key and the base URL"
        super().__init__(message, code=code, http_status=http_status, hint=hint)
        self.is_credit = is_credit


class ReadFailedError(ProviderError):
    """A poll gave no readable answer; no verdict about any render follows from it.

    Attributes:
        retry_after_s: seconds the provider asked us to stay away from the whole host, or None.
    """

    def __init__(
        self, message: str, *, code: str = "", http_status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, code=code, http_status=http_status)
        self.retry_after_s = retry_after_s


class ArtifactError(RenderError):
    """One file's trouble."""


class BytesRefusedError(ArtifactError):
    """The bytes are short, or not a whole file of the kind asked for."""


class InputChangedError(ArtifactError):
    """A file that goes in is gone, or holds other bytes than when the manifest was read."""


class LinkExpiredError(ArtifactError):
    """The link no longer leads to the file; the provider may give a fresh one.

    Attributes:
        is_gone: whether the host says that there is no such file, or only that this link does not open it.
    """

    def __init__(self, message: str, *, is_gone: bool = True) -> None:
        super().__init__(message)
        self.is_gone = is_gone


class HeldError(ArtifactError):
    """The file is finished and perhaps paid for, but cannot be taken here; its link is kept."""


class FolderFullError(HeldError):
    """The output folder takes nothing more: the disk or the quota is full, or it became read-only."""


class FilesExhaustedError(HeldError):
    """This process or this machine has too many files open; some are closed before long."""
