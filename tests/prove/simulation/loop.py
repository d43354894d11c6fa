"""An event loop on a clock of its own: time stands still while anything can run, and jumps to the next timer then.

No socket, no thread, no real waiting. Work for executors runs in the loop's turn; where a simulated process asked for
it, its disk takes a drawn time before and after. A program that waits for what cannot come is a `DeadlockError`, and
one that never ends runs out of virtual time.
"""

import asyncio

from tests.prove.simulation.process import CURRENT


class DeadlockError(RuntimeError):
    """Nothing is scheduled and nothing is running."""


class OutOfTimeError(RuntimeError):
    """The clock has passed the moment by which everything had to be over."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at 0 seconds and may not pass `ends_at`."""

    def __init__(self, *, ends_at):
        super().__init__()
        self._ends_at = ends_at
        self._seconds = 0.0
        self._free_at = {}
        self._clock_resolution = 1e-9
        # no descriptor is ever watched, so the system need not be asked
        self._selector.select = self._jump

    def time(self):
        return self._seconds

    def _jump(self, timeout=None):
        if timeout is None:
            raise DeadlockError("nothing is scheduled and nothing is running")
        self._seconds += timeout
        if self._seconds > self._ends_at:
            raise OutOfTimeError(f"not over after {self._seconds:.0f} virtual seconds")
        return []

    def create_task(self, coroutine, **named):
        task = super().create_task(coroutine, **named)
        process = CURRENT.get()
        if process is not None:
            process.tasks.add(task)
            task.add_done_callback(process.tasks.discard)
        return task

    def run_in_executor(self, executor, function, *arguments):
        outcome, process = self.create_future(), CURRENT.get()
        if process is None:
            _settle(outcome, *_performed(function, arguments))
            return outcome
        before_s, after_s = process.disk_delays()
        begins_at = self.time() + before_s
        if executor is not None:
            # one worker, so what was handed in first is done first
            begins_at = max(begins_at, self._free_at.get(id(executor), 0.0))
            self._free_at[id(executor)] = begins_at + after_s

        def work():
            if not process.lives_on("disk"):
                outcome.cancel()
                return
            result, error = _performed(function, arguments)
            self.call_later(after_s, tell, result, error)

        def tell(result, error):
            if not process.lives_on("disk done"):
                outcome.cancel()
            elif not outcome.done():
                _settle(outcome, result, error)

        self.call_at(begins_at, work)
        return outcome

    async def shutdown_default_executor(self, *_arguments):
        """There is none."""

    async def sendfile(self, *_arguments, **_named):
        """Let aiohttp read the file itself."""
        raise NotImplementedError


def _performed(function, arguments):
    try:
        return function(*arguments), None
    except BaseException as error:  # noqa: BLE001 - whatever it is belongs to whoever waits for the outcome
        return None, error


def _settle(outcome, result, error):
    if error is None:
        outcome.set_result(result)
    else:
        outcome.set_exception(error)
