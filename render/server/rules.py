"""What a server is told about time, money and bad luck: a rule each, for everything, a provider or one model.

The most particular rule holds: one that names the model before one that names the provider before one that names
neither; among equals, the last. Which number falls is decided by a key alone, so that a repetition repeats it.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What a rule speaks of; "" stands for any."""

    provider: str = ""
    model: str = ""

    def holds(self, *, provider: str, model: str) -> bool:
        """Whether work of that provider and model is meant."""
        return self.provider in {"", provider} and self.model in {"", model}


@dataclass(frozen=True, kw_only=True, slots=True)
class LatencyRule(Scope):
    """How long work takes from the moment a worker takes it up. Exactly one of the three forms is given."""

    fixed: float | None = None
    #: the least and the most seconds, all between them equally likely
    uniform: tuple[float, float] | None = None
    lognormal: Lognormal | None = None
    #: how many pieces of work are done at the same time; the others wait in the order they came. None: all at once
    workers: int | None = None

    def __post_init__(self) -> None:
        forms = [form for form in (self.fixed, self.uniform, self.lognormal) if form is not None]
        if len(forms) != 1:
            raise ValueError("give one of fixed, uniform and lognormal")
        if self.workers is not None and self.workers < 1:
            raise ValueError("workers must be 1 or more")
        low, high = self.uniform or (self.fixed or 0.0, self.fixed or 0.0)
        if not 0 <= low <= high:
            raise ValueError("times are seconds, 0 or more, the least first")

    def seconds(self, key: str) -> float:
        """The time that falls for this key."""
        chance = random.Random(key)
        if self.lognormal is not None:
            return self.lognormal.seconds(chance)
        low, high = self.uniform or (self.fixed or 0.0, self.fixed or 0.0)
        return chance.uniform(low, high)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lognormal:
    """Half of all times lie below the median; `sigma` is how far they spread, on a scale of factors of e."""

    median: float
    sigma: float

    def __post_init__(self) -> None:
        if self.median <= 0 or self.sigma < 0:
            raise ValueError("the median must be above 0, sigma 0 or more")

    def seconds(self, chance: random.Random) -> float:
        """The next time."""
        return chance.lognormvariate(math.log(self.median), self.sigma)


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceRule(Scope):
    """What a result costs: a price of its own, or the list price times a factor; either with noise."""

    usd: float | None = None
    factor: float = 1.0
    #: the greatest share by which a price differs from what was said: 0.1 is a tenth up or down
    noise: float = 0.0

    def __post_init__(self) -> None:
        if (self.usd or 0) < 0 or self.factor < 0 or not 0 <= self.noise < 1:
            raise ValueError("usd and factor must be 0 or more, noise from 0 to below 1")

    def price_usd(self, list_usd: float, *, key: str) -> float:
        """The price of one result whose list price is that."""
        base = list_usd * self.factor if self.usd is None else self.usd
        return round(base * random.Random(f"{key}:noise").uniform(1 - self.noise, 1 + self.noise), 6)


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureRule(Scope):
    """Which accepted renders fail, and how: a share of them, of those whose prompt holds a word."""

    rate: float = 1.0
    #: only renders whose prompt holds this; "" for all
    prompt: str = ""
    code: str = "providerError"
    message: str = "The external provider could not render this."

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError("rate must be from 0 to 1")

    def strikes(self, key: str, *, prompt: str) -> bool:
        """Whether the render of that key fails."""
        return self.prompt in prompt and random.Random(f"{key}:fate").random() < self.rate


_Rule = TypeVar("_Rule", bound=Scope)


def best_rule(rules: Iterable[_Rule], *, provider: str, model: str) -> _Rule | None:
    """The rule that holds for work of that provider and model; None where none does."""
    fitting = [rule for rule in rules if rule.holds(provider=provider, model=model)]
    return max(reversed(fitting), key=_particularity, default=None)


def _particularity(rule: Scope) -> int:
    return 2 * bool(rule.model) + bool(rule.provider)
