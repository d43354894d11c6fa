"""What a run may spend and on whose account: the manifest's words and the command line's, put together and checked.

Offline nothing is paid: every lane is free there, and no limit applies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.errors import SettingsError, UsageError
from render.estimate import PriceTerms
from render.lanes import key_variable
from render.providers import PROVIDERS
from render.records import Status
from render.runner.budget import Spending
from render.runner.prices import Account
from render.settings import OFFLINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from render.catalog.load import Catalog
    from render.commands.session import RunTerms
    from render.project import Project
    from render.records import Attempt, Plan, Snapshot
    from render.wish import LaneWish

_UNFINISHED = {Status.PREPARED, Status.SUBMITTED, Status.RENDERED}
_NAMED = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyMark:
    """Which key is used where."""

    endpoint: str
    mark: str


def spending(project: Project, terms: RunTerms) -> Spending:
    """Return the limits of a run, and how each lane charges.

    Raises:
        UsageError: `--assume-price` names no model.
    """
    assumed = _by_full_id(terms.assumed_prices, project.catalog)
    if project.is_offline:
        free = Account(endpoint=OFFLINE, prices=PriceTerms(is_free=True))
        return Spending(accounts=dict.fromkeys(project.lane_wishes, free))
    accounts = {name: _account(project, wish, assumed) for name, wish in project.lane_wishes.items()}
    budget_usd = project.manifest.budget_usd
    return Spending(budget_usd=budget_usd, max_cost_usd=terms.max_cost_usd, accounts=accounts)


def _account(project: Project, wish: LaneWish, assumed: Mapping[str, float]) -> Account:
    settings = project.lanes.get(wish.name)
    return Account(
        endpoint=settings.endpoint if settings else "",
        failures_are_free=PROVIDERS[wish.kind].failures_are_free,
        prices=PriceTerms(is_free=wish.is_free, assumed_usd=assumed, set_usd=wish.prices),
    )


def _by_full_id(told: Mapping[str, float], catalog: Catalog) -> dict[str, float]:
    prices: dict[str, float] = {}
    for name, usd in told.items():
        meant = catalog.near_miss(name)
        if catalog.find(name) is None or meant:
            nearest = (meant,) if meant else catalog.nearest(name[:100])
            raise UsageError(f"--assume-price: there is no model {name}", hint=f"did you mean {', '.join(nearest)}?")
        if catalog.full_id(name) in prices:
            raise UsageError(f"--assume-price: {name} has two prices", hint="give one for each model")
        prices[catalog.full_id(name)] = usd
    return prices


def carried_on(plan: Plan, snapshot: Snapshot) -> Iterable[Attempt]:
    """Return every recorded attempt, those of the plan with the lane that carries on with them."""
    planned = {each.attempt.id: each.attempt for each in plan.tasks if each.attempt is not None}
    return [planned.get(attempt.id, attempt) for attempt in snapshot.attempts]


def require_same_keys(attempts: Iterable[Attempt], marks: Mapping[str, KeyMark]) -> None:
    """Refuse to carry on with what was bought under another key: another account may not see it, and would buy anew.

    `marks` is by lane, for the keys that were read.

    Raises:
        SettingsError: names what is unfinished.
    """
    unfinished = [attempt for attempt in attempts if attempt.status in _UNFINISHED and attempt.key_mark]
    for name, key in marks.items():
        here = [one for one in unfinished if one.lane == name and one.endpoint == key.endpoint]
        others = sorted({one.task_key for one in here if one.key_mark != key.mark})
        if others:
            more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
            raise SettingsError(
                f"{key_variable(name)} is not the key under which this was bought and is not finished: "
                f"{', '.join(others[:_NAMED])}{more}",
                hint="set the earlier key; or add --allow-key-change if the new key belongs to the same account",
            )
