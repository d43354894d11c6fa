"""Keeps the sums: what the whole record may have cost, and what this run adds, against the limits of both.

What is about to be sent is reserved at its upper bound before its intent is written, and counts as what it cost once
that is known; a purchase whose cost nobody tells stays reserved. It sends nothing and waits for nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from render.estimate import exact, is_believed
from render.events import (
    AttemptSubmitted,
    BudgetReached,
    CostAboveCeiling,
    CostUnknown,
    TaskFailed,
    TaskRendered,
    TaskSaved,
)
from render.runner.job import Outcome
from render.runner.prices import Prices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.events import Event
    from render.records import Attempt
    from render.runner.job import Job
    from render.runner.prices import Account

_NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spending:
    """What may be spent, and how each lane charges."""

    #: on everything in the record; None for no limit
    budget_usd: float | None = None
    #: on what this run buys; None for no limit
    max_cost_usd: float | None = None
    #: by name of the lane; one that is not named is paid for, and nothing is known of its prices but what was seen
    accounts: Mapping[str, Account] = field(default_factory=dict)

    @property
    def is_limited(self) -> bool:
        """Whether anything may have to be refused."""
        return self.budget_usd is not None or self.max_cost_usd is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """One limit, what counts against it, and what it is called."""

    name: str
    limit_usd: Decimal
    counted_usd: Decimal
    #: whether earlier runs count, too
    counts_record: bool

    @property
    def is_passed(self) -> bool:
        """Whether more counts against it than it allows."""
        return self.counted_usd > self.limit_usd


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """How the books stand, in USD."""

    committed_usd: Decimal = _NOTHING
    #: the part of it without a final cost
    reserved_usd: Decimal = _NOTHING
    budget_usd: float | None = None
    #: keys of tasks that this run has a result for and nobody told the cost of
    unpriced: tuple[str, ...] = ()


class Budget:
    """The books of one run; every attempt of the record is in them from the start."""

    def __init__(
        self, spending: Spending, attempts: Iterable[Attempt], spec_of: Callable[[str], ModelSpec | None]
    ) -> None:
        recorded = tuple(attempts)
        self.spending = spending
        self.prices = Prices(spending.accounts, recorded, spec_of)
        #: recorded attempts that nothing bounds, by id
        self.unbounded: dict[str, Attempt] = {}
        #: why nothing more may be bought; "" while something may
        self.closed_by = ""
        self._booked: dict[str, Decimal] = {}
        self._reserved: dict[str, Decimal] = {}
        self._of_this_run: dict[str, Decimal] = {}
        self._committed = self._new = _NOTHING
        self._jobs: dict[str, list[Job]] = defaultdict(list)
        self._remarked: set[str] = set()
        for attempt in recorded:
            self._book(attempt)
        self._recorded = frozenset(self._booked)
        #: limits that were passed before this run; they forbid what adds to them and say nothing of this run
        self._passed_before = frozenset(limit.name for limit in self.limits() if limit.is_passed)

    def watch(self, jobs: Iterable[Job]) -> None:
        """Follow these jobs: what their attempts cost is booked as soon as an event tells."""
        for job in jobs:
            self._jobs[job.task.key].append(job)

    def limits(self) -> tuple[Limit, ...]:
        """Return the limits there are, with what counts against each now."""
        named = (
            ("budget_usd", self.spending.budget_usd, self._committed, True),
            ("--max-cost", self.spending.max_cost_usd, self._new, False),
        )
        return tuple(
            Limit(name=name, limit_usd=exact(limit), counted_usd=counted, counts_record=counts_record)
            for name, limit, counted, counts_record in named
            if limit is not None
        )

    def reserve(self, attempt: Attempt) -> bool:
        """Count an attempt that is about to be sent, if every limit allows it; if not, nothing more is bought.

        What adds nothing to a limit is allowed by it, even where that limit is passed.
        """
        if self.closed_by:
            return False
        amount = self.prices.committed(attempt)
        if amount is None and self.spending.is_limited:
            self.closed_by = f"nothing says what {attempt.task_key} may cost"
            return False
        before = {limit.name: limit.counted_usd for limit in self.limits()}
        self._of_this_run.setdefault(attempt.id, _NOTHING)
        self._book(attempt)
        passed = [limit for limit in self.limits() if limit.is_passed and limit.counted_usd > before[limit.name]]
        if not passed:
            return True
        self.closed_by = _told(passed[0], amount or _NOTHING)
        self.forget(attempt.id)
        return False

    def forget(self, attempt_id: str) -> None:
        """Take back a reservation that was never written down; what the record held before stays counted."""
        self._new -= self._of_this_run.pop(attempt_id)
        if attempt_id not in self._recorded:
            self._committed -= self._booked.pop(attempt_id)
            self._reserved.pop(attempt_id)

    def heed(self, event: Event) -> tuple[Event, ...]:
        """Book what an event tells of a watched job; return what there is to say of its cost and of the limits."""
        if not isinstance(event, AttemptSubmitted | TaskRendered | TaskSaved | TaskFailed):
            return ()
        jobs = [job for job in self._jobs.get(event.key, ()) if job.attempt is not None]
        for job in jobs:
            self.settle(job.record)
        new = [job.record for job in jobs if not job.is_fetched_again]
        told: list[Event] = list(self._remarks(new)) if isinstance(event, TaskRendered) else []
        passed = self._newly_passed()
        if self._of_this_run and not self.closed_by and passed:
            self.closed_by = _told(passed[0])
            told.append(BudgetReached(cause=self.closed_by))
        return tuple(told)

    def settle(self, attempt: Attempt) -> None:
        """Count an attempt that is in the books as it is now."""
        if attempt.id in self._booked:
            self._book(attempt)

    def sums(self) -> Sums:
        """Settle every watched job and say how the books stand."""
        ours = [job for jobs in self._jobs.values() for job in jobs if job.attempt is not None]
        for job in ours:
            self.settle(job.record)
        done = [job for job in ours if job.outcome is not Outcome.SKIPPED and not job.is_fetched_again]
        return Sums(
            committed_usd=self._committed,
            reserved_usd=sum(self._reserved.values(), _NOTHING),
            budget_usd=self.spending.budget_usd,
            unpriced=tuple(job.task.key for job in done if self.prices.is_unpriced(job.record)),
        )

    def _book(self, attempt: Attempt) -> None:
        told = self.prices.committed(attempt)
        amount = told or _NOTHING
        if told is None:
            self.unbounded[attempt.id] = attempt
        else:
            self.unbounded.pop(attempt.id, None)
        self._committed += amount - self._booked.get(attempt.id, _NOTHING)
        self._booked[attempt.id] = amount
        self._reserved[attempt.id] = _NOTHING if is_believed(attempt.cost_usd) else amount
        if attempt.id in self._of_this_run:
            self._new += amount - self._of_this_run[attempt.id]
            self._of_this_run[attempt.id] = amount

    def _newly_passed(self) -> Sequence[Limit]:
        """Limits that held before this run and do not now: something may have been charged above its bound."""
        return [limit for limit in self.limits() if limit.is_passed and limit.name not in self._passed_before]

    def _remarks(self, attempts: Iterable[Attempt]) -> Iterator[CostUnknown | CostAboveCeiling]:
        """What there is to say of the cost of each attempt, once a run; two may be of one key."""
        for attempt in attempts:
            remark = self._remark(attempt)
            if remark is not None and attempt.id not in self._remarked:
                self._remarked.add(attempt.id)
                yield remark

    def _remark(self, attempt: Attempt) -> CostUnknown | CostAboveCeiling | None:
        if self.prices.is_unpriced(attempt):
            return CostUnknown(key=attempt.task_key, lane=attempt.lane, reserved_usd=attempt.ceiling_usd)
        ceiling, cost = attempt.ceiling_usd, attempt.cost_usd
        if ceiling is None or cost is None or cost <= ceiling or self.prices.is_free(attempt):
            return None
        return CostAboveCeiling(key=attempt.task_key, lane=attempt.lane, ceiling_usd=ceiling, cost_usd=cost)


def _told(limit: Limit, amount: Decimal = _NOTHING) -> str:
    """Say that a limit is passed, or would be by another `amount` that is counted already."""
    before = f"{limit.name} of ${limit.limit_usd:.4f}, with ${limit.counted_usd - amount:.4f} counted,"
    return f"{before} does not allow another ${amount:.4f}" if amount else f"{before} is passed"
