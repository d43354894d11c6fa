"""What a run shows while it works: a line an event, and below them a bar where a person watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from render.disclosure import one_line
from render.events import (
    AttemptSubmitted,
    BudgetReached,
    CostAboveCeiling,
    CostUnknown,
    ExtraSaved,
    FetchFailed,
    HostAwaited,
    InputGiven,
    LaneClosed,
    LookupScheduled,
    OddStatusSeen,
    PollFailed,
    PurchasesPaused,
    RetryScheduled,
    RunStopping,
    TaskFailed,
    TaskRendered,
    TaskSaved,
)
from render.report.news import News

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from render.display import Display
    from render.events import Event
    from render.report.palette import Palette

#: where the words after the first begin
_COLUMN = 10
#: what would be told as none at all
_SHORTEST_WAIT_S = 0.05
_FAILED_WORDS = {"parked": "parked", "held": "held", "ambiguous": "ambiguous", "lost": "lost"}


def line_for(event: Event, paint: Palette) -> str:  # noqa: PLR0911 - a row an event
    """Return what to print about an event, or "" for those that need no line."""
    match event:
        case AttemptSubmitted():
            return _line("sent", paint.cyan, f"{event.key}  to {event.lane}")
        case TaskRendered():
            cost = f"  ${event.cost_usd:.4f}" if event.cost_usd is not None else ""
            return _line("rendered", paint.cyan, f"{event.key}{cost}")
        case TaskSaved():
            saved = _line("saved", paint.green, f"{event.path}  ") + paint.dim(size_text(event.size_bytes))
            return "\n".join(
                (saved, *(" " * _COLUMN + f"{paint.yellow('note:')} {one_line(said)}" for said in event.remarks))
            )
        case TaskFailed():
            return _line(_FAILED_WORDS.get(event.kind, "failed"), paint.red, f"{event.key}: {event.message}")
        case LaneClosed():
            return _line("closed", paint.red, f"{event.lane}: {event.cause}")
        case RunStopping():
            by_signal = f"on {event.signal}: nothing more is sent; again to leave at once"
            return _line("stopping", paint.yellow, by_signal if event.signal else event.cause)
        case _:
            return _line_of_wait(event, paint) or _line_aside(event, paint)


def _line_of_wait(event: Event, paint: Palette) -> str:
    """Return what to print about what did not go through and is tried again, or ""."""
    match event:
        case RetryScheduled() | FetchFailed():
            when = f"in {event.wait_s:.1f} s" if event.wait_s >= _SHORTEST_WAIT_S else "at once"
            return _line("again", paint.yellow, f"{event.key}  {when}: {event.cause}")
        case LookupScheduled():
            return _line("seeking", paint.yellow, f"{event.key}  in the log of {event.lane}, in {event.wait_s:.1f} s")
        case PollFailed():
            return _line("waiting", paint.yellow, f"for {event.lane}, {event.wait_s:.1f} s: {event.cause}")
        case HostAwaited():
            return _line("waiting", paint.yellow, f"for {event.host}: {event.cause}")
        case _:
            return ""


def _line_aside(event: Event, paint: Palette) -> str:  # noqa: PLR0911 - a row an event
    """Return what to print about what is seldom met, or ""."""
    match event:
        case InputGiven():
            return _line("given", paint.cyan, f"{event.name}  {size_text(event.size_bytes)} to {event.lane}")
        case CostUnknown():
            kept = f"; ${event.reserved_usd:.4f} stay reserved" if event.reserved_usd is not None else ""
            return _line("note", paint.yellow, f"{event.key}: {event.lane} told no believable cost{kept}")
        case CostAboveCeiling():
            told = f"{event.key}: cost ${event.cost_usd:.4f}, and ${event.ceiling_usd:.4f} were reserved"
            return _line("note", paint.yellow, told)
        case BudgetReached():
            return _line("closed", paint.red, f"nothing more is bought: {event.cause}")
        case PurchasesPaused():
            return _line("waiting", paint.yellow, f"to buy from {event.lane}: {event.cause}")
        case OddStatusSeen():
            return _line("note", paint.yellow, f"{event.lane} says {event.word!r}, which counts as still running")
        case ExtraSaved():
            where = f"is in {event.path}" if event.path else "could not be fetched"
            return _line("note", paint.yellow, f"{event.key} came with one file more; {event.result_id} {where}")
        case _:
            return ""


def _line(word: str, colour: Callable[[str], str], told: str) -> str:
    return colour(word) + " " * (_COLUMN - len(word)) + one_line(told)


def size_text(size_bytes: int) -> str:
    """Return a size as people read it: 734 B, 12.3 kB, 4.5 MB."""
    for unit, factor in (("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.1f} {unit}"
    return f"{size_bytes} B"


@contextmanager
def progress(screen: Display, paint: Palette, *, write: Callable[[str], None]) -> Iterator[Callable[[Event], None]]:
    """Yield a listener that shows a run: lines through `write`, and a bar on stderr where lines may be redrawn."""
    news = News()

    def line(event: Event) -> str:
        return line_for(event, paint) if news.is_new(event) else ""

    if not screen.is_live:
        yield lambda event: _write_line(line(event), write)
        return
    from render.report.bar import bar  # noqa: PLC0415 - slow to import, and only wanted where somebody watches

    with bar() as listen:
        yield lambda event: listen(event, line(event))


def _write_line(line: str, write: Callable[[str], None]) -> None:
    if line:
        write(line)
