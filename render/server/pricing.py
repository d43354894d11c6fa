"""Decides what a result costs here: the list price of its model, unless a rule says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.server.rules import best_rule

if TYPE_CHECKING:
    from render.server.latency import Work
    from render.server.rules import PriceRule


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceList:
    """The rules about prices."""

    rules: tuple[PriceRule, ...] = ()

    def price_usd(self, work: Work, *, list_usd: float) -> float:
        """The price of one result; the same work always costs the same."""
        rule = best_rule(self.rules, provider=work.provider, model=work.model)
        return list_usd if rule is None else rule.price_usd(list_usd, key=work.key)
