"""What a person's decision about a purchase did, as text and as the stable JSON shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.disclosure import one_line, redact

if TYPE_CHECKING:
    from render.records import Attempt, PlannedTask
    from render.resolution import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """A decision that was written down."""

    verdict: Verdict
    #: how it stood before, like `ambiguous`
    was: str
    #: as it is recorded now
    attempt: Attempt
    key: str
    #: where its file is; None where it brought none
    path: str | None
    #: what the next run does about the task; None where none asks for it
    next: PlannedTask | None


def resolved_json(resolved: Resolved) -> dict[str, Any]:
    """Return `{"key", "attempt_id", "verdict", "was", "status", "path", "next": {"action", "reason"} or null}`."""
    planned = resolved.next
    return {
        "key": resolved.key,
        "attempt_id": resolved.attempt.id,
        "verdict": resolved.verdict.value,
        "was": resolved.was,
        "status": resolved.attempt.status.value,
        "path": resolved.path,
        "next": None if planned is None else {"action": planned.action.value, "reason": redact(planned.reason)},
    }


def resolved_text(resolved: Resolved) -> str:
    """Return what was done, and what the next run will do."""
    attempt, planned = resolved.attempt, resolved.next
    done = {
        "adopt": f"recorded as sent, under the id {one_line(attempt.remote_id)}",
        "file": f"recorded as saved, at {one_line(resolved.path or '')}",
        "retry": "given up, to be bought again",
        "abandon": "given up for good",
    }[resolved.verdict]
    follows = f"{planned.action} ({one_line(planned.reason)})" if planned else "nothing: no task asks for it"
    return f"{one_line(resolved.key)}: was {resolved.was}, now {done}\n  the next run: {follows}\n"
