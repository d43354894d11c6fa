"""What purchases count for: the catalog, the record's own charges and what people say of prices, put together.

Decides amounts of single attempts; the sums and the limits are in `budget.py`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from render.estimate import PriceTerms, committed_usd, estimate, exact, is_believed, observations
from render.records import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from render.catalog.spec import ModelSpec
    from render.estimate import Observations
    from render.records import Attempt
    from render.wish import Task

_FINISHED = {Status.RENDERED, Status.SAVED, Status.LOST}


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """How one lane charges."""

    #: where new purchases go; a lane that is free is free there alone
    endpoint: str = ""
    #: what was accepted and failed is documented to cost nothing
    failures_are_free: bool = False
    prices: PriceTerms = field(default_factory=PriceTerms)


class Prices:
    """What tasks would cost and attempts count for; `accounts` is by name of the lane."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        attempts: Iterable[Attempt],
        spec_of: Callable[[str], ModelSpec | None],
    ) -> None:
        self._accounts = accounts
        self._spec_of = spec_of
        self._charged: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
        self._observed: dict[tuple[str, str], Observations | None] = {}
        for attempt in attempts:
            if is_believed(attempt.cost_usd):
                self._charged[attempt.model, attempt.endpoint].append(attempt)

    def of_new(self, task: Task) -> Decimal | None:
        """Return the most that one result of `task` costs; None where nothing says."""
        account = self._account(task)
        return self._ceiling(task, endpoint=account.endpoint, terms=account.prices)

    def ceiling_of(self, attempt: Attempt) -> Decimal | None:
        """Return the bound an attempt was recorded with, or the one that it would get today."""
        if self.is_free(attempt):
            return exact(0)
        if attempt.ceiling_usd is not None:
            return exact(attempt.ceiling_usd)
        said = self._account(attempt).prices
        terms = PriceTerms(assumed_usd=said.assumed_usd, set_usd=said.set_usd)
        return self._ceiling(attempt, endpoint=attempt.endpoint, terms=terms)

    def committed(self, attempt: Attempt) -> Decimal | None:
        """Return what an attempt of the record counts for; None where neither a charge nor a bound is known."""
        if self.is_free(attempt):
            return exact(0)
        ceiling = None if is_believed(attempt.cost_usd) else self.ceiling_of(attempt)
        free = self._account(attempt).failures_are_free
        return committed_usd(attempt, ceiling_usd=ceiling, failures_are_free=free)

    def is_free(self, attempt: Attempt) -> bool:
        """Whether nothing is charged where it was made."""
        account = self._account(attempt)
        return account.prices.is_free and attempt.endpoint == account.endpoint

    def is_unpriced(self, attempt: Attempt) -> bool:
        """Whether it was finished and must have been charged, and nobody told a price that can be believed."""
        return attempt.status in _FINISHED and not self.is_free(attempt) and not is_believed(attempt.cost_usd)

    def _account(self, what: Task | Attempt) -> Account:
        """How its lane charges; a lane that is gone from the manifest charges as its provider does."""
        return self._accounts.get(what.lane) or self._accounts.get(what.provider) or Account()

    def _ceiling(self, what: Task | Attempt, *, endpoint: str, terms: PriceTerms) -> Decimal | None:
        spec = self._spec_of(what.model)
        return estimate(what, spec, terms=terms, observed=self._seen(what.model, endpoint, spec))

    def _seen(self, model: str, endpoint: str, spec: ModelSpec | None) -> Observations | None:
        place = (model, endpoint)
        if place not in self._observed:
            self._observed[place] = observations(self._charged.get(place, ()), spec) if spec else None
        return self._observed[place]
