"""A simulated process: what it does to the outside is counted, and it can be killed between any two such acts.

A kill is sudden for the world: from that act on nothing it does reaches the disk or the network any more. What is left
of it in memory is then cleared away, which nobody outside can see.
"""

import asyncio
from contextlib import suppress
from contextvars import ContextVar, copy_context

#: whose code is running; None for the server and for the simulation itself
CURRENT = ContextVar("CURRENT", default=None)
_MOST_ROUNDS = 200


class Process:
    """One life of the program under test; it ends by itself, or at the act with the number `dies_at`."""

    def __init__(self, *, chance, slowest_disk_s, dies_at=None):
        self.tasks = set()
        self.ends = set()
        self.is_alive = True
        self.killed = asyncio.Event()
        self.acts = 0
        self.last_act = ""
        #: called at the very moment of a kill
        self.on_kill = []
        self._chance = chance
        self._slowest_disk_s = slowest_disk_s
        self._dies_at = dies_at

    def start(self, coroutine):
        """Run `coroutine` as the main task of this process."""
        context = copy_context()
        context.run(CURRENT.set, self)
        task = asyncio.get_running_loop().create_task(coroutine, context=context)
        self.tasks.add(task)
        return task

    def lives_on(self, act):
        """Count an act that is about to happen; False if the process is dead, or dies before it."""
        if self.is_alive:
            self.acts += 1
            self.last_act = act
            if self.acts == self._dies_at:
                self.kill()
        return self.is_alive

    def disk_delays(self):
        """How long the disk takes for one piece of work: before it is done, and until that is heard of."""
        slowest = self._slowest_disk_s
        return self._chance.uniform(0, slowest), self._chance.uniform(0, slowest)

    def kill(self):
        """End it now, without grace."""
        if not self.is_alive:
            return
        self.is_alive = False
        for callback in self.on_kill:
            callback()
        for end in sorted(self.ends, key=lambda end: end.number):
            end.vanish()
        self.killed.set()

    async def clear_away(self):
        """Unwind what is left of a dead process."""
        for _ in range(_MOST_ROUNDS):
            left = [task for task in self.tasks if not task.done()]
            if not left:
                return
            for task in left:
                task.cancel()
            await asyncio.sleep(0)
        raise RuntimeError(f"tasks of a dead process stay: {left}")


async def ended(task):
    """Wait for the end of a task, whatever it is."""
    with suppress(BaseException):
        await task
