"""Asks before the first request whether everything that a run would buy fits, and says what to do where it does not.

All or nothing: what would have to stop in the middle is not begun. Knows the books and the tasks, and no provider.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from render.errors import BudgetError
from render.records import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from render.records import PlannedTask
    from render.runner.budget import Budget, Limit

_NAMED = 10
_PAID_FOR = frozenset({Action.POLL, Action.DOWNLOAD})


def require_room(budget: Budget, planned: Iterable[PlannedTask]) -> None:
    """Refuse a plan that may pass a limit, or that nothing can be said about.

    Raises:
        BudgetError: names the tasks, every limit that is passed, and what is missing.
    """
    planned = tuple(planned)
    to_buy = [one for one in planned if one.action in {Action.SUBMIT, Action.RECOVER}]
    if not to_buy or not budget.spending.is_limited:
        return
    bounds = {id(one): _bound(budget, one) for one in to_buy}
    faults, hints = _without_a_price(budget, [one for one in to_buy if bounds[id(one)] is None])
    known = [(one, bound) for one in to_buy if (bound := bounds[id(one)]) is not None]
    for limit in budget.limits():
        adding = _adding(limit, known)
        needed_usd = sum(adding.values(), Decimal(0))
        # a limit that is passed already forbids nothing that adds nothing
        if needed_usd and limit.counted_usd + needed_usd > limit.limit_usd:
            faults.append(_too_little(limit, adding))
            hints.append(f"raise {limit.name}, or render fewer tasks")
    if faults:
        if any(one.action in _PAID_FOR for one in planned):
            hints.append("`render fetch` brings home what is bought already")
        raise BudgetError(f"nothing was sent: {'; '.join(faults)}", hint="; or ".join(dict.fromkeys(hints)))


def _bound(budget: Budget, planned: PlannedTask) -> Decimal | None:
    if planned.action is Action.RECOVER and planned.attempt is not None:
        return budget.prices.committed(planned.attempt)
    return budget.prices.of_new(planned.task)


def _without_a_price(budget: Budget, tasks: Sequence[PlannedTask]) -> tuple[list[str], list[str]]:
    """Say which tasks and, under a budget for the whole record, which recorded purchases have no upper bound."""
    faults, models = [], {planned.task.model: planned.task.lane for planned in tasks}
    if tasks:
        faults.append(f"nothing says what {_named([planned.task.key for planned in tasks])} may cost")
    if budget.spending.budget_usd is not None and budget.unbounded:
        told = {planned.attempt.id for planned in tasks if planned.attempt is not None}
        open_ended = [attempt for attempt in budget.unbounded.values() if attempt.id not in told]
        models |= {attempt.model: attempt.lane for attempt in open_ended}
        if open_ended:
            names = _named([f"{attempt.task_key} ({attempt.status})" for attempt in open_ended])
            faults.append(f"nothing says what was charged for what is recorded of {names}")
    return faults, _how_to_set(models)


def _how_to_set(models: Mapping[str, str]) -> list[str]:
    return [
        f"say the most one result costs: --assume-price {model}=USD, or `price: {{{model}: USD}}` in the manifest "
        f"under `providers: {lane}:`"
        for model, lane in sorted(models.items())
    ]


def _adding(limit: Limit, known: Sequence[tuple[PlannedTask, Decimal]]) -> Mapping[str, Decimal]:
    """What each task would add to a limit; a request sent again is in the record, and so in its budget, already."""
    return {
        planned.task.key: bound
        for planned, bound in known
        if not (limit.counts_record and planned.action is Action.RECOVER)
    }


def _too_little(limit: Limit, adding: Mapping[str, Decimal]) -> str:
    needed = sum(adding.values(), Decimal(0))
    counted = f", of which ${limit.counted_usd:.4f} are committed," if limit.counts_record else ""
    more = "more " if limit.counts_record else ""
    return (
        f"{limit.name} of ${limit.limit_usd:.4f}{counted} does not do for up to ${needed:.4f} {more}"
        f"for {_named(list(adding))}"
    )


def _named(keys: Sequence[str]) -> str:
    shown = ", ".join(keys[:_NAMED])
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"{shown}{more}"
