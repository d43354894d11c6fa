"""The bar that a person sees below the lines of a run. The only module that imports rich."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from render.events import AttemptSubmitted, RunStarted, TaskFailed, TaskProgressed, TaskSaved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from render.events import Event


@contextmanager
def bar() -> Iterator[Callable[[Event, str], None]]:
    """Yield a listener for an event and its line; the bar is on stderr and gone at the end."""
    columns = (
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with _shown(Progress(*columns, console=Console(stderr=True), transient=True)) as shown:
        whole = shown.add_task("", total=None)
        at_work: set[str] = set()

        def listen(event: Event, line: str) -> None:
            if line:
                shown.console.print(Text.from_ansi(line), soft_wrap=True)
            if isinstance(event, RunStarted):
                shown.update(whole, total=event.to_do)
            _count(event, at_work)
            is_settled = isinstance(event, TaskSaved | TaskFailed)
            shown.update(whole, description=f"{len(at_work)} at work", advance=int(is_settled))

        yield listen


@contextmanager
def _shown(progress: Progress) -> Iterator[Progress]:
    """Show it for the length of the block; a terminal that has gone away meanwhile is no error."""
    progress.start()
    try:
        yield progress
    finally:
        try:
            progress.stop()
        except OSError:
            # what is left in the buffer has to go somewhere when the process ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _count(event: Event, at_work: set[str]) -> None:
    if isinstance(event, AttemptSubmitted | TaskProgressed):
        at_work.add(event.key)
    elif isinstance(event, TaskSaved | TaskFailed):
        at_work.discard(event.key)
