"""What one answer about one render means, given what was seen of it before. Pure but for the notes that it takes.

Success with a link is believed at once. A failure must be seen twice, some seconds apart, because a state was seen to
flip. "Finished" without a link and "not known" are believed only after a while, and then somebody else is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from render.providers.codes import CodeKind, kind_of
from render.providers.replies import FINISHED_WORDS, RUNNING_WORDS

if TYPE_CHECKING:
    from render.providers.protocol import RemoteState

#: between the two sights of a failure, in seconds
FAILURE_APART_S = 5.0
#: so many answers may say "finished" without a link that can be used
LINKLESS_ANSWERS = 10
#: an id that was accepted may be unknown for so long, in seconds
UNKNOWN_S = 120.0

_RUNNING_WORDS = RUNNING_WORDS | {""}
_UNKNOWN_KINDS = frozenset({CodeKind.GONE, CodeKind.NOT_FOUND})


class Verdict(Enum):
    """What follows from an answer."""

    FINISHED = auto()
    FAILED = auto()
    RUNNING = auto()
    #: finished, and no link came
    LINKLESS = auto()
    #: the provider does not know it, or no longer
    UNKNOWN = auto()
    #: answers have said nothing about it for long, as of a render that runs or one that is unknown
    SILENT = auto()


@dataclass(kw_only=True, slots=True)
class Sights:
    """What was seen of one render; moments are monotonic seconds."""

    failed_at: float | None = None
    linkless: int = 0
    unknown_at: float | None = None
    silent_at: float | None = None


def judge(sights: Sights, state: RemoteState, *, now: float) -> Verdict:
    """Say what `state` means and note it in `sights`."""
    if state.results:
        return Verdict.FINISHED
    if state.failures and not state.is_pending:
        sights.failed_at = now if sights.failed_at is None else sights.failed_at
        return Verdict.FAILED if now - sights.failed_at >= FAILURE_APART_S else Verdict.RUNNING
    if state.word in FINISHED_WORDS:
        sights.linkless += 1
        return Verdict.LINKLESS if sights.linkless > LINKLESS_ANSWERS else Verdict.RUNNING
    sights.unknown_at = _since(sights.unknown_at, now) if _is_unknown(state) else None
    sights.silent_at = _since(sights.silent_at, now) if _is_silent(state) else None
    if sights.unknown_at is not None and now - sights.unknown_at >= UNKNOWN_S:
        return Verdict.UNKNOWN
    if sights.silent_at is not None and now - sights.silent_at >= UNKNOWN_S:
        return Verdict.SILENT
    return Verdict.RUNNING


def _since(moment: float | None, now: float) -> float:
    return now if moment is None else moment


def _is_silent(state: RemoteState) -> bool:
    return not state.word and state.progress is None


def is_at_work(state: RemoteState) -> bool:
    """Say whether the provider says by a word of its own that it has the render, and is not through with it."""
    return state.is_pending and bool(state.word) and state.word in _RUNNING_WORDS


def _is_unknown(state: RemoteState) -> bool:
    return bool(state.word) and kind_of(state.word) in _UNKNOWN_KINDS


def is_odd(state: RemoteState) -> bool:
    """Say whether a render is in a state that no description of the API names; it counts as running."""
    if not state.is_pending or state.word in FINISHED_WORDS | _RUNNING_WORDS:
        return False
    return kind_of(state.word) not in _UNKNOWN_KINDS | {CodeKind.CONFLICT}
