"""How a run hears that it is to end: the first signal asks, the second leaves at once, and nothing outlasts the first.

Whatever still hangs after `LAST_RESORT_S` (a disk, a name server, a library's thread) is left behind: what was bought
is in the record before it is waited for. A signal that was ignored when the process began stays ignored, as `nohup`
and a shell's background jobs want it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from render.runner.conductor import StopRequest

#: from the first signal to the end of the process at the latest, in seconds
LAST_RESORT_S = 4.7
#: by signal: the exit status of a run that it ended; a lost terminal counts as a request to terminate
STATUSES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}


def listen_for_signals(stop: StopRequest) -> None:
    """Pass signals on to `stop` until the process ends; to be called inside the running event loop."""
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        if stop.exit_status:
            os._exit(STATUSES[number])
        stop.signal, stop.exit_status = number.name, STATUSES[number]
        stop.event.set()
        _leave_after(LAST_RESORT_S, STATUSES[number])

    listening = [number for number in STATUSES if signal.getsignal(number) is not signal.SIG_IGN]
    for number in listening:
        loop.add_signal_handler(number, on_signal, number)


def _leave_after(seconds: float, status: int) -> None:
    timer = threading.Timer(seconds, os._exit, (status,))
    timer.daemon = True
    timer.start()
