"""Tells what a run could not write down, so that nothing paid for is known to this process alone.

One line of JSON an attempt goes to stderr, for people and for whatever collects the output of jobs. It never holds a
link: those may be signed.
"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from render.commands.say import talk
from render.commands.signals import STATUSES
from render.errors import StateError
from render.records import Status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from render.lanes import LaneFacts
    from render.records import Attempt, Summary
    from render.runner.journal import Journal
    from render.store import Change, Store


@asynccontextmanager
async def told(journal: Journal, lanes: Mapping[str, LaneFacts]) -> AsyncIterator[None]:
    """Keep the journal open for the length of the block; then say what it could not write, however the block ended."""
    try:
        async with journal:
            yield
    finally:
        _tell(journal, lanes)


def _tell(journal: Journal, lanes: Mapping[str, LaneFacts]) -> None:
    if journal.failure is not None:
        talk(f"error: {journal.failure.message}; nothing more was bought in this run")
    for line in emergency_lines(journal.unrecorded, lanes):
        talk(line)


def emergency_lines(changes: Sequence[Change], lanes: Mapping[str, LaneFacts]) -> tuple[str, ...]:
    """Return one line of JSON for each attempt that is not recorded as it is; of what was never sent there is none."""
    return tuple(_line(change.attempt, lanes) for change in changes if change.attempt.error_kind != "unsent")


def _line(attempt: Attempt, lanes: Mapping[str, LaneFacts]) -> str:
    said = {
        "renderline": "not recorded",
        "task": attempt.task_key,
        "attempt": attempt.id,
        "remote_id": attempt.remote_id,
        "status": attempt.status.value,
        "advice": _advice(attempt, lanes),
    }
    return json.dumps(said, ensure_ascii=True)


def _advice(attempt: Attempt, lanes: Mapping[str, LaneFacts]) -> str:
    if attempt.status is Status.FAILED:
        return f"render resolve {attempt.task_key} --retry"
    # a provider always has a lane of its own name
    if attempt.status is Status.PREPARED and not lanes[attempt.provider].ids_are_ours:
        return f"render resolve {attempt.task_key}"
    if attempt.remote_id in {"", attempt.id}:
        return "render run carries on by itself"
    return f"render resolve {attempt.task_key} --adopt {attempt.remote_id}"


def as_recorded(summary: Summary, journal: Journal) -> Summary:
    """Give the summary the exit status of a record that failed, if it did and no signal ended the run."""
    return summary if journal.is_sound else _as_failed(summary)


def end_recorded(store: Store, run_id: str, *, ended_at: datetime, summary: Summary) -> Summary:
    """Record how the run ended; where that fails the run has ended all the same, and the summary says so."""
    try:
        store.end_run(run_id, ended_at=ended_at, exit_status=summary.exit_status)
    except StateError as error:
        if summary.exit_status != StateError.exit_status:
            talk(f"error: {error.message}")
        return _as_failed(summary)
    return summary


def _as_failed(summary: Summary) -> Summary:
    """Let the failure of the record end the run, unless a signal has."""
    is_stopped = summary.exit_status in STATUSES.values()
    return summary if is_stopped else replace(summary, exit_status=StateError.exit_status)
