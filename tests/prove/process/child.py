"""The command `render` in a process that may end itself at a moment of its run.

    python -m tests.prove.process.child ORDER

ORDER is a JSON object, see `Order`. Chance is taken out of the waiting, and polls come quickly: the cases are many.
"""

import asyncio
import json
import os
import random
import signal
import sys
import uuid
from collections import Counter
from concurrent.futures import Future
from dataclasses import asdict, dataclass

from render.cli import run
from render.runner import archive
from render.runner.surroundings import Surroundings, wait_at_most
from tests.prove.process.moments import Watch, watch_all

_LONGEST_PAUSE_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the process is to do."""

    arguments: list
    #: the name of a moment, which of its kind, and `before` or `after`; None to live
    death: list | None = None
    #: where every moment is written down as it comes, one line each; "" for nowhere
    moments: str = ""
    #: where the ids of this process come from, in the order of `ids_from`; None for chance
    seed: int | None = None
    #: do in the main thread what other threads would do, so that system calls come in one order and count as one
    is_one_thread: bool = False
    #: an empty folder for a record of what the run did to its storage; "" for none
    record: str = ""

    def text(self):
        """Spell it for the command line."""
        return json.dumps(asdict(self))


class _Clock(Watch):
    """Counts moments by name, writes them down, and ends the process at the one that was ordered."""

    def __init__(self, order):
        self._death = tuple(order.death or ())
        self._counts = Counter()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._out = os.open(order.moments, flags, 0o600) if order.moments else None

    def before(self, moment):
        self._told(moment, "before")

    def after(self, moment):
        self._told(moment, "after")

    def _told(self, moment, side):
        for name in moment.names:
            self._counts[name, side] += 1
            number = self._counts[name, side]
            if self._out is not None:
                os.write(self._out, f"{json.dumps([name, number, side])}\n".encode())
            if (name, number, side) == self._death:
                os.kill(os.getpid(), signal.SIGKILL)


def ids_from(seed):
    """The ids that a process with this seed makes, without end; a run takes the first for itself."""
    chance = random.Random(seed)
    while True:
        yield str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _hurry(seed):
    archive.LOST_AFTER_S, archive.LEAST_LOOKS = 0.5, 2
    begin, settled = Surroundings.__init__, {"draw": lambda: 0.0, "pause": _short_pause}
    if seed is not None:
        settled["new_id"] = ids_from(seed).__next__

    def begin_hurried(surroundings, **named):
        begin(surroundings, **named | settled)

    Surroundings.__init__ = begin_hurried


async def _short_pause(event, seconds):
    return await wait_at_most(event, min(seconds, _LONGEST_PAUSE_S))


def _in_the_main_thread(loop, executor, function, *arguments):
    done = Future()
    try:
        done.set_result(function(*arguments))
    except Exception as error:  # noqa: BLE001 - whoever waits gets it, as from a thread
        done.set_exception(error)
    return asyncio.wrap_future(done, loop=loop)


def perform(order):
    """Do what the order says, and leave with the command's exit status."""
    _hurry(order.seed)
    if order.is_one_thread:
        asyncio.BaseEventLoop.run_in_executor = _in_the_main_thread
    if order.death or order.moments:
        watch_all(_Clock(order))
    if order.record:
        # only where a record is wanted: it brings more modules than a run needs
        from tests.prove.process.recorder import Recorder  # noqa: PLC0415

        watch_all(Recorder(order.record))
    sys.exit(run(order.arguments))


if __name__ == "__main__":
    perform(Order(**json.loads(sys.argv[1])))
