"""Decides when results are ready: how long each takes, and how long it waits for a worker before that.

A queue is a sum done at the moment of the sale: its workers are the moments at which each is free again. Nothing has
to run while jobs wait.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.server.rules import LatencyRule, best_rule

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One result to come, by what its time depends on."""

    provider: str
    model: str
    #: of the job and the result's number in it; equal keys take equal time
    key: str


class Schedule:
    """All queues of one server; one for each rule that names a number of workers."""

    def __init__(self, rules: Sequence[LatencyRule], *, otherwise_s: tuple[float, float]) -> None:
        self._rules = (LatencyRule(uniform=otherwise_s), *rules)
        #: for each rule, when its busy workers are free again, the earliest first
        self._busy: dict[LatencyRule, list[float]] = {}

    def ready_at(self, work: Work, *, accepted_at: float) -> float:
        """Give the work to the first worker that is free, and say when it is done, in seconds since 1970."""
        rule = self._rule(work)
        busy = self._busy.setdefault(rule, [])
        begins_at = accepted_at
        if rule.workers is not None and len(busy) >= rule.workers:
            begins_at = max(accepted_at, heapq.heappop(busy))
        ready_at = begins_at + rule.seconds(work.key)
        if rule.workers is not None:
            heapq.heappush(busy, ready_at)
        return ready_at

    def begins_at(self, work: Work, *, ready_at: float) -> float:
        """When a worker takes up work that is ready at that moment."""
        return ready_at - self._rule(work).seconds(work.key)

    def resume(self, work: Work, *, ready_at: float) -> None:
        """Take account of work that an earlier process sold and that is not done."""
        rule = self._rule(work)
        if rule.workers is not None:
            busy = self._busy.setdefault(rule, [])
            heapq.heappush(busy, ready_at)
            if len(busy) > rule.workers:
                heapq.heappop(busy)

    def _rule(self, work: Work) -> LatencyRule:
        rule = best_rule(self._rules, provider=work.provider, model=work.model)
        # the first of all rules names nothing, and so holds for everything
        return rule or self._rules[0]
