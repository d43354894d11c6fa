"""What a seed's renders cost, what may be believed of that beforehand, and how much may be spent."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Money:
    """Prices by provider in USD, and the bounds that a run is told."""

    prices: dict
    #: the share by which a price may differ from what was said
    noise: float
    #: the most one result costs, as the run is told, by provider
    ceilings: dict
    #: what the whole project may cost; None for no limit
    budget_usd: float | None
    #: what one run may buy for; None for no limit
    max_cost_usd: float | None

    @property
    def excesses(self):
        """By provider, how much more than the run is told one result may cost."""
        return {name: usd * (1 + self.noise) - self.ceilings[name] for name, usd in self.prices.items()}

    @property
    def is_honest(self):
        """Whether nothing costs more than the run is told."""
        return max(self.excesses.values()) <= 0


def draw_money(chance, wishes):
    """Draw prices, and in half of all seeds limits that may or may not hold everything."""
    prices = {"runware": round(chance.uniform(0.005, 0.02), 4), "aimlapi": round(chance.uniform(0.05, 0.3), 4)}
    noise = chance.choice((0.0, 0.1, 0.5))
    trust = chance.choice((1.0, 1.0, 1.0, 1.3, 0.6))
    ceilings = {name: round(usd * (1 + noise) * trust + 1e-6, 6) for name, usd in prices.items()}
    whole = sum(ceilings[wish.provider] for wish in wishes)
    budget = round(whole * chance.uniform(1.0, 2.0), 4) if chance.random() < 0.4 else None
    most = round(whole * chance.uniform(1.0, 1.5), 4) if chance.random() < 0.3 else None
    return Money(prices=prices, noise=noise, ceilings=ceilings, budget_usd=budget, max_cost_usd=most)
