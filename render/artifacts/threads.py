"""Blocking file work, done in the loop's executor and never left behind.

A thread cannot be cancelled. Whoever is cancelled while waiting for one still waits until it is done, so that no file
or folder is closed while a thread uses it, and no rename happens after its caller has gone.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from render.artifacts.refusals import held_on_trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def in_thread(what: str, function: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
    """Run blocking file work; `what` is the sentence for the error when the operating system refuses.

    Raises:
        HeldError: an OSError, in words.
    """
    with held_on_trouble(what):
        return await finished(asyncio.to_thread(function, *arguments, **named))


async def finished(work: Coroutine[None, None, _T]) -> _T:
    """Wait for `work` to its end, cancelled or not; a cancellation is passed on afterwards."""
    worker = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(worker)
    except asyncio.CancelledError:
        while not worker.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([worker])
        if not worker.cancelled():
            worker.exception()
        raise
