"""Lets signals that whoever started us had ignored work again: children inherit them, and would not hear any."""

import signal
from contextlib import suppress


def restore():
    """Undo what a shell does to what it starts in the background, and `nohup` to everything."""
    for number, usual in {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            # only the main thread may, and only it starts with what was inherited
            with suppress(ValueError):
                signal.signal(number, usual)
