"""Says what one result will cost at most; and what one recorded attempt counts for. Pure.

Amounts are exact decimals, so that sums do not drift. An upper bound is a quarter above what was charged for something
at least as large: prices of one request shape were seen to move by a tenth. It knows nothing of budgets.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from operator import ge, itemgetter, le
from typing import TYPE_CHECKING, Any

from render.catalog.spec import Kind
from render.fingerprint import content
from render.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
#: charged by number: another picture of the same clip costs the same
_MEDIA_LISTS = frozenset({"frame_images", "reference_images", "reference_videos", "input_audios"})
_UNREAD_SIDES = ("aspect_ratio", "width", "height")


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

    #: which sizes are known and everything else that may be charged for, as canonical text: only equals compare
    manner: str
    #: sides in px, seconds, steps, frames a second: those that author or spec tell, in one order
    sizes: tuple[float, ...]

    def covers(self, other: Shape) -> bool:
        """Whether this is at least as large in everything, and otherwise the same."""
        return self.manner == other.manner and all(map(ge, self.sizes, other.sizes))


class Observations:
    """What was charged for shapes, arranged so that a bound is found without comparing all of them."""

    def __init__(self, charged: Iterable[tuple[Shape, Decimal]]) -> None:
        #: by manner, the cheapest first
        self._alike: dict[str, list[tuple[tuple[float, ...], Decimal]]] = defaultdict(list)
        for shape, usd in sorted(charged, key=itemgetter(1)):
            self._alike[shape.manner].append((shape.sizes, usd))
        self._bounds: dict[Shape, Decimal | None] = {}

    def bound_usd(self, shape: Shape) -> Decimal | None:
        """Return the most that a result of this shape costs; None where nothing as large was seen.

        Of what was seen the cheapest that is at least as large decides, unless something no larger has cost more.
        """
        if shape not in self._bounds:
            self._bounds[shape] = self._find(shape)
        return self._bounds[shape]

    def _find(self, shape: Shape) -> Decimal | None:
        alike = self._alike.get(shape.manner, [])
        cheapest = next((usd for sizes, usd in alike if all(map(ge, sizes, shape.sizes))), None)
        if cheapest is None:
            return None
        # what cost more although it is no larger shows that the cheapest is out of date
        smaller = (usd for sizes, usd in reversed(alike) if usd <= cheapest or all(map(le, sizes, shape.sizes)))
        return max(cheapest, next(smaller)) * MARGIN


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
    task: Task | Attempt, spec: ModelSpec | None, *, terms: PriceTerms, observed: Observations | None = None
) -> Decimal | None:
    """Return the most that the result of `task` costs, in USD; None where nothing says.

    What people say beats what was seen, and the command line beats the manifest. `observed` is what `observations` made
    of the spec and of earlier attempts at the same model and endpoint.
    """
    if terms.is_free:
        return Decimal(0)
    for told in (terms.assumed_usd, terms.set_usd):
        if task.model in told:
            return exact(told[task.model])
    if spec is None or observed is None:
        return None
    return observed.bound_usd(shape_of(task.params, spec))


def observations(attempts: Iterable[Attempt], spec: ModelSpec) -> Observations:
    """Gather what the catalog has seen and what was charged for earlier attempts.

    `attempts` are at the model of `spec`. What failed says nothing: it may have been charged in part.
    """
    return Observations([*_listed(spec), *_charged(attempts, spec).items()])


def _charged(attempts: Iterable[Attempt], spec: ModelSpec) -> Mapping[Shape, Decimal]:
    """The most that was charged for each shape."""
    highest: dict[Shape, Decimal] = {}
    for attempt in attempts:
        usd = believed(attempt.cost_usd)
        if usd is not None and attempt.status not in {Status.FAILED, Status.ABANDONED}:
            shape = shape_of(attempt.params, spec)
            highest[shape] = max(usd, highest.get(shape, usd))
    return highest


def shape_of(params: Mapping[str, Any], spec: ModelSpec) -> Shape:
    """Return what a price of these parameters depends on, the model's defaults filled in."""
    given = {param.name: param.default for param in spec.params if param.default is not None} | dict(params)
    sides = _sides(given, spec)
    sizes = {name: given[name] for name in _SIZES if _is_number(given.get(name))}
    extras = {param.name for param in spec.params if param.kind in _EXTRAS and not param.is_delivery}
    told = {name: _counted(name, value) for name, value in content(params, spec.params).items() if name in extras}
    if sides:
        sizes |= {"short side": min(sides), "long side": max(sides)}
    told |= {name: given[name] for name in (*_NAMED_EXTRAS, *(() if sides else _UNREAD_SIDES)) if name in given}
    manner = json.dumps([sorted(sizes), told], sort_keys=True)
    return Shape(manner=manner, sizes=tuple(sizes[name] for name in sorted(sizes)))


def _counted(name: str, value: Any) -> Any:
    return len(value) if name in _MEDIA_LISTS and isinstance(value, list) else value


def _sides(given: Mapping[str, Any], spec: ModelSpec) -> tuple[float, ...]:
    """Width and height in px where both are known; which of them is the longer changes no price."""
    told = (given.get("width"), given.get("height"))
    sides = told if all(map(_is_number, told)) else spec.aspect_sizes.get(str(given.get("aspect_ratio")), ())
    return tuple(side for side in sides if side is not None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(spec: ModelSpec) -> Iterator[tuple[Shape, Decimal]]:
    """What the catalog has seen; a spec that speaks for many models has no price of its own."""
    for price in () if spec.matches else spec.prices:
        yield shape_of(price.when, spec), exact(price.usd_high)


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
