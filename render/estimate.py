"""Says what one result will cost at most, and on whose word; and what one recorded attempt counts for. Pure.

Amounts are exact decimals, so that sums do not drift. An upper bound is a quarter above what was charged for something
at least as large: prices of one request shape were seen to move by a tenth. It knows nothing of budgets.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from render.catalog.spec import Kind
from render.fingerprint import content
from render.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.records import Attempt
    from render.wish import Task

MARGIN = Decimal("1.25")
#: more than this for one file is no price that anybody charges
MOST_BELIEVED_USD = 10_000.0

#: what a price grows with, beside the two sides of the picture
_SIZES = ("duration", "steps", "fps")
#: what may change a price beside the sizes, so that an observation speaks only for tasks that ask for the same
_EXTRAS = frozenset({Kind.OBJECT, Kind.LIST, Kind.BOOLEAN})
_NAMED_EXTRAS = ("acceleration", "resolution")
_UNREAD_SIDES = ("aspect_ratio", "width", "height")


class Origin(StrEnum):
    """On whose word a price is, the strongest first."""

    FREE = "free"
    ASSUMED = "assumed"
    SET = "set"
    OBSERVED = "observed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What one result costs, in USD: at least as seen, and at most."""

    low_usd: Decimal
    high_usd: Decimal
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceTerms:
    """What people say of a lane's prices: the most one result costs, in USD by full model id."""

    is_free: bool = False
    #: on the command line
    assumed_usd: Mapping[str, float] = field(default_factory=dict)
    #: in the manifest
    set_usd: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What a price depends on."""

    #: by name: sides in px, seconds, steps, frames a second; absent where neither author nor spec says
    sizes: Mapping[str, float]
    #: everything else that may be charged for, as canonical text
    extras: str

    def covers(self, other: Shape) -> bool:
        """Whether this is at least as large in everything, and otherwise the same."""
        return (
            self.extras == other.extras
            and self.sizes.keys() == other.sizes.keys()
            and all(self.sizes[name] >= size for name, size in other.sizes.items())
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What was charged for one shape; the lowest and the highest seen."""

    shape: Shape
    low_usd: Decimal
    high_usd: Decimal


def exact(usd: float) -> Decimal:
    """Return the decimal number that a float is written as: 0.1 is one tenth."""
    return Decimal(str(usd))


def is_believed(usd: float | None) -> bool:
    """Whether a reported charge can be one: nothing, zero, less, and more than anybody charges cannot."""
    return usd is not None and 0 < usd <= MOST_BELIEVED_USD


def believed(usd: float | None) -> Decimal | None:
    """Return a reported charge that can be one; None for any other."""
    return exact(usd) if usd is not None and is_believed(usd) else None


def estimate(
    task: Task | Attempt, spec: ModelSpec | None, *, terms: PriceTerms, observed: Sequence[Observation] = ()
) -> Price | None:
    """Say what the result of `task` costs; None where nothing says.

    Of what was seen the cheapest that is at least as large decides, unless something no larger has cost more.
    `observed` is what `observations` made of the spec and of earlier attempts at the same model and endpoint.
    """
    if terms.is_free:
        return Price(low_usd=Decimal(0), high_usd=Decimal(0), origin=Origin.FREE)
    for origin, told in ((Origin.ASSUMED, terms.assumed_usd), (Origin.SET, terms.set_usd)):
        if task.model in told:
            usd = exact(told[task.model])
            return Price(low_usd=usd, high_usd=usd, origin=origin)
    if spec is None:
        return None
    shape = shape_of(task.params, spec)
    larger = [one for one in observed if one.shape.covers(shape)]
    if not larger:
        return None
    cheapest = min(larger, key=lambda one: one.high_usd)
    # what cost more although it is no larger shows that the cheapest is out of date
    smaller = [one.high_usd for one in observed if shape.covers(one.shape)]
    return Price(low_usd=cheapest.low_usd, high_usd=max([cheapest.high_usd, *smaller]) * MARGIN, origin=Origin.OBSERVED)


def observations(attempts: Iterable[Attempt], spec: ModelSpec) -> tuple[Observation, ...]:
    """Gather what the catalog has seen and what was charged for earlier attempts, one observation a shape.

    `attempts` are at the model of `spec`. What failed says nothing: it may have been charged in part.
    """
    charged: dict[str, list[Decimal]] = defaultdict(list)
    shapes: dict[str, Shape] = {}
    for attempt in attempts:
        usd = believed(attempt.cost_usd)
        if usd is None or attempt.status in {Status.FAILED, Status.ABANDONED}:
            continue
        shape = shape_of(attempt.params, spec)
        name = json.dumps([sorted(shape.sizes.items()), shape.extras])
        shapes[name] = shape
        charged[name].append(usd)
    seen = [Observation(shape=shapes[name], low_usd=min(usd), high_usd=max(usd)) for name, usd in charged.items()]
    return (*_listed(spec), *seen)


def shape_of(params: Mapping[str, Any], spec: ModelSpec) -> Shape:
    """Return what a price of these parameters depends on, the model's defaults filled in."""
    given = {param.name: param.default for param in spec.params if param.default is not None} | dict(params)
    sides = _sides(given, spec)
    sizes = {name: given[name] for name in _SIZES if _is_number(given.get(name))}
    extras = {param.name for param in spec.params if param.kind in _EXTRAS and not param.is_delivery}
    told = {name: value for name, value in content(params, spec.params).items() if name in extras}
    if sides:
        sizes |= {"short side": min(sides), "long side": max(sides)}
    told |= {name: given[name] for name in (*_NAMED_EXTRAS, *(() if sides else _UNREAD_SIDES)) if name in given}
    return Shape(sizes=sizes, extras=json.dumps(told, sort_keys=True))


def _sides(given: Mapping[str, Any], spec: ModelSpec) -> tuple[float, ...]:
    """Width and height in px where both are known; which of them is the longer changes no price."""
    told = (given.get("width"), given.get("height"))
    sides = told if all(map(_is_number, told)) else spec.aspect_sizes.get(str(given.get("aspect_ratio")), ())
    return tuple(side for side in sides if side is not None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(spec: ModelSpec) -> Iterable[Observation]:
    """What the catalog has seen; a spec that speaks for many models has no price of its own."""
    for price in () if spec.matches else spec.prices:
        shape = shape_of(price.when, spec)
        yield Observation(shape=shape, low_usd=exact(price.usd_low), high_usd=exact(price.usd_high))


def committed_usd(attempt: Attempt, *, ceiling_usd: Decimal | None, failures_are_free: bool) -> Decimal | None:
    """Say what an attempt counts for; None where neither a charge nor a bound is known.

    What was never accepted was never charged. What was charged counts as charged, anything else as `ceiling_usd`: the
    provider may have charged it and not said so.
    """
    if attempt.status is Status.FAILED and not attempt.submitted_at and not attempt.remote_id:
        return Decimal(0)
    charged = believed(attempt.cost_usd)
    if charged is None and attempt.status is Status.FAILED and failures_are_free:
        return Decimal(0)
    return ceiling_usd if charged is None else charged
