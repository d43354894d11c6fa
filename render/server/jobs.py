"""Owns the work: draws what was sold, in worker threads, and finishes each result no earlier than its time.

Work that a stop or a kill interrupts stays recorded as waiting and is taken up by the next start. Knows nothing of
HTTP or of the providers' replies.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from render.server.engines.order import DrawingError, DrawingStoppedError
from render.server.latency import Work
from render.server.orders import order_of
from render.server.records import State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from render.server.clock import Clock
    from render.server.engines.order import Engine
    from render.server.latency import Schedule
    from render.server.ledger import Ledger
    from render.server.records import Job, Result
    from render.server.rules import FailureRule
    from render.server.spool import Spool

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What the work is done with."""

    ledger: Ledger
    spool: Spool
    engine: Engine
    clock: Clock
    schedule: Schedule
    #: how many orders are drawn at the same time
    threads: int
    #: which orders are to fail, however well they could be drawn
    failures: tuple[FailureRule, ...] = ()
    #: providers that keep the money for what failed
    keep_money: frozenset[str] = frozenset()


class Workshop:
    """Everything that is being made. `start` and `close` frame its life."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._pool = ThreadPoolExecutor(tools.threads, thread_name_prefix="render-server-draw")
        self._workers: dict[str, asyncio.Future[None]] = {}
        self._closing = threading.Event()
        #: told of each result that has just been done or has failed; they must not wait
        self.listeners: list[Callable[[Job, Result], None]] = []

    def start(self) -> None:
        """Take up what an earlier process left unfinished."""
        waiting = self._tools.ledger.waiting()
        jobs = self._tools.ledger.jobs([result.job_id for result in waiting])
        for result in waiting:
            job = jobs[result.job_id]
            self._tools.schedule.resume(work_of(job, number=result.number), ready_at=result.ready_at)
            self._begin(job, result)

    def ready_at(self, work: Work, *, accepted_at: float) -> float:
        """When work that is being sold will be done, in seconds since 1970; it then has its place in the queue."""
        return self._tools.schedule.ready_at(work, accepted_at=accepted_at)

    def begins_at(self, job: Job, *, result: Result) -> float:
        """When a result leaves the queue, in seconds since 1970."""
        return self._tools.schedule.begins_at(work_of(job, number=result.number), ready_at=result.ready_at)

    def take(self, job: Job, *, results: Sequence[Result]) -> None:
        """Begin with a job that has just been sold."""
        for result in results:
            self._begin(job, result)

    async def wait(self, results: Sequence[Result], *, timeout_s: float) -> None:
        """Wait until these results are finished, but not longer than that; the work goes on either way."""
        workers = [self._workers[result.id] for result in results if result.id in self._workers]
        if workers:
            await asyncio.wait(workers, timeout=timeout_s)

    async def close(self) -> None:
        """Stop all work and wait for the threads to notice."""
        self._closing.set()
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    def _begin(self, job: Job, result: Result) -> None:
        worker = asyncio.ensure_future(self._make(job, result))
        self._workers[result.id] = worker
        worker.add_done_callback(lambda _: self._workers.pop(result.id, None))

    async def _make(self, job: Job, result: Result) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._draw, job, result)
            finished = replace(result, state=State.DONE)
        except DrawingStoppedError:
            return
        except DrawingError as error:
            finished = replace(result, state=State.FAILED, error_code=error.code, error_message=error.message)
        except Exception:  # noqa: BLE001 - a broken engine fails its own render; polls for it must still be answered
            _log.exception("an engine broke on result %s", result.id)
            message = "The engine broke; the server's log says how."
            finished = replace(result, state=State.FAILED, error_code="internalServerError", error_message=message)
        now = self._tools.clock.now
        await asyncio.sleep(max(0.0, result.ready_at - now()))
        finished = replace(finished, finished_at=now())
        is_given_back = finished.state is State.FAILED and job.provider not in self._tools.keep_money
        self._tools.ledger.finish(finished, refund_usd=result.cost_usd if is_given_back else 0.0)
        for listener in self.listeners:
            listener(job, finished)

    def _draw(self, job: Job, result: Result) -> None:
        if self._closing.is_set():
            raise DrawingStoppedError
        self._fail_as_told(job, result)
        order = order_of(job, result=result)
        engine, is_stopped = self._tools.engine, self._closing.is_set
        self._tools.spool.fill(
            result.file_name, write=lambda path: engine.draw(order, target=path, is_stopped=is_stopped)
        )

    def _fail_as_told(self, job: Job, result: Result) -> None:
        prompt = str(job.request.get("positivePrompt", job.request.get("prompt", "")))
        key = work_of(job, number=result.number).key
        for rule in self._tools.failures:
            if rule.holds(provider=job.provider, model=job.model) and rule.strikes(key, prompt=prompt):
                raise DrawingError(rule.message, code=rule.code)


def work_of(job: Job, *, number: int) -> Work:
    """One result of a job, as what its time and its price depend on."""
    return Work(provider=job.provider, model=job.model, key=f"{job.id}:{number}")
