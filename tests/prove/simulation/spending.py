"""Holds what the ledger says was spent, at every moment, against the limits that the runs were told."""

from itertools import accumulate, pairwise

#: sums of dollars in floating point are not exact
_DUST_USD = 1e-6


def judge_money(verdict, seed, record):
    """The project never costs more than its budget, nor a run's purchases more than its own limit.

    Where results cost more than anyone could know, a limit may be passed by that much for each whose price is not
    told yet: as many as may be open at once, and every purchase of which nothing was heard.
    """
    money, calm_at = seed.scenario.money, _calm_from(seed)
    over_usd = _unforeseen_usd(seed, record)
    if money.budget_usd is not None:
        spent = _highest(seed, 0.0, calm_at)
        verdict.spent_share = spent / money.budget_usd if money.is_honest else 0.0
        if spent > money.budget_usd + over_usd + _DUST_USD:
            verdict.over_budget = 1
            verdict.breach(f"spent {spent:.4f} of a budget of {money.budget_usd:.4f}")
    if money.max_cost_usd is None:
        return
    begins = [*(ran.began_at for ran in seed.lives if not ran.is_calm), calm_at]
    for begins_at, ends_at in pairwise(begins):
        spent = _highest(seed, begins_at, ends_at)
        if spent > money.max_cost_usd + over_usd + _DUST_USD:
            verdict.over_budget = 1
            verdict.breach(f"one run spent {spent:.4f} of {money.max_cost_usd:.4f}")


def _calm_from(seed):
    return next((ran.began_at for ran in seed.lives if ran.is_calm), float("inf"))


def _highest(seed, begins_at, ends_at):
    """The most that had been spent at any moment, of what was charged and given back between two moments."""
    changes = [usd for at, usd in seed.ledger.money if begins_at <= at < ends_at]
    return max(accumulate(changes), default=0.0)


def _unforeseen_usd(seed, record):
    over_usd = 0.0
    for provider, excess in seed.scenario.money.excesses.items():
        untold = sum(attempt.provider == provider and attempt.cost_usd is None for attempt in record.attempts)
        over_usd += max(excess, 0.0) * (seed.scenario.concurrency + untold)
    return over_usd
