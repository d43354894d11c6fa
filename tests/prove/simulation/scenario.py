"""What one seed is about: the wish and its edits, the server's character, the network's weather, and who dies when.

All of it is drawn before anything runs, from the generator that then also feeds everything that happens.
"""

import math
from dataclasses import dataclass

from render.server.rules import FailureRule, LatencyRule, Lognormal, PriceRule
from render.server.switches import AimlSwitches, RunwareSwitches, Switches
from tests.prove.simulation.money import draw_money
from tests.prove.simulation.trouble import draw_faults, without_dates

PROVIDERS = ("runware", "aimlapi")
_MOST_SHOTS = 12
_HOUR_S, _TEN_YEARS_S = 3600.0, 3600.0 * 24 * 3652
_CLOCK_ERRORS_S = (-_HOUR_S, _HOUR_S, -_TEN_YEARS_S, _TEN_YEARS_S)


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How bad the network is: the slowest piece in seconds, and the share of pieces and connections that suffer."""

    slowest_s: float = 0.05
    resets: float = 0.0
    swallows: float = 0.0
    refusals: float = 0.0
    silences: float = 0.0


FAIR = Weather()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One shot as it is wished for; the same content under another name is a rename."""

    name: str
    content: str
    provider: str


@dataclass(frozen=True, kw_only=True)
class Life:
    """One run: what it is asked for, and what ends it before its time."""

    wishes: tuple
    #: the number of the act before which it is killed; None for never
    dies_at: int | None = None
    #: seconds after its start at which it is asked to stop; None for never
    stops_at: float | None = None
    #: seconds between the end of the one before and its start
    after_s: float = 1.0
    #: by how many seconds the wall clock of this run is wrong
    clock_is_off_s: float = 0.0
    #: whether the limits on money hold for it
    is_limited: bool = True


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything that is settled before a seed begins."""

    lives: tuple
    weather: Weather
    concurrency: int
    slowest_disk_s: float
    money: object
    adopts_from_log: bool
    faults: tuple
    latency: tuple
    failures: tuple
    switches: Switches


def draw_scenario(chance):
    """Draw all there is to a seed."""
    wishes = _draw_wishes(chance)
    lives = _draw_lives(chance, wishes)
    faults = draw_faults(chance, PROVIDERS)
    return Scenario(
        lives=lives,
        weather=_draw_weather(chance),
        concurrency=chance.choice((1, 2, 3, 4, 8)),
        slowest_disk_s=chance.choice((0.0, 0.002, 0.05)),
        money=draw_money(chance, wishes),
        adopts_from_log=chance.random() < 0.5,
        faults=without_dates(faults) if any(life.clock_is_off_s for life in lives) else faults,
        latency=_draw_latency(chance),
        failures=_draw_failures(chance),
        switches=_draw_switches(chance),
    )


def price_rules(money):
    """What the server charges."""
    return tuple(PriceRule(provider=name, usd=usd, noise=money.noise) for name, usd in money.prices.items())


def _draw_wishes(chance):
    share = chance.choice((0.0, 0.3, 0.5, 1.0))
    return tuple(
        Wish(name=f"shot{number:02d}", content=f"picture {number}", provider=PROVIDERS[chance.random() < share])
        for number in range(chance.randint(2, _MOST_SHOTS))
    )


def _draw_lives(chance, wishes):
    lives = []
    for number in range(chance.randint(1, 4)):
        if number and chance.random() < 0.5:
            wishes = _edited(chance, wishes, number)
        end = chance.random()
        lives.append(
            Life(
                wishes=wishes,
                dies_at=round(math.exp(chance.uniform(0, math.log(900)))) if end < 0.5 else None,
                stops_at=chance.uniform(0, 120) if 0.5 <= end < 0.65 else None,
                after_s=chance.choice((1.0, 20.0, 600.0)),
                clock_is_off_s=chance.choice(_CLOCK_ERRORS_S) if chance.random() < 0.1 else 0.0,
            )
        )
    return tuple(lives)


def _edited(chance, wishes, number):
    """Drop, rename, rewrite or add a shot, or change their order."""
    shots = list(wishes)
    place = chance.randrange(len(shots))
    shot = shots[place]
    match chance.choice(("drop", "rename", "rewrite", "add", "shuffle")):
        case "drop" if len(shots) > 1:
            del shots[place]
        case "rename":
            shots[place] = Wish(name=f"renamed{number}", content=shot.content, provider=shot.provider)
        case "rewrite":
            content = f"{shot.content}, rewritten {number}"
            shots[place] = Wish(name=shot.name, content=content, provider=shot.provider)
        case "add":
            provider = chance.choice(PROVIDERS)
            shots.append(Wish(name=f"added{number}", content=f"addition {number}", provider=provider))
        case _:
            chance.shuffle(shots)
    return tuple(shots)


def _draw_weather(chance):
    if chance.random() < 0.3:
        return Weather(slowest_s=0.2)
    worst = chance.choice((0.003, 0.01, 0.03))
    shares = {name: chance.uniform(0, worst) for name in ("resets", "swallows", "refusals", "silences")}
    return Weather(slowest_s=chance.choice((0.01, 0.2)), **shares)


def _draw_latency(chance):
    rules = (
        LatencyRule(uniform=(0.0, 5.0)),
        LatencyRule(uniform=(5.0, 40.0)),
        LatencyRule(lognormal=Lognormal(median=10.0, sigma=1.0)),
        LatencyRule(uniform=(2.0, 12.0), workers=2),
    )
    return (chance.choice(rules),)


def _draw_failures(chance):
    rate = chance.choice((0.0, 0.0, 0.1, 0.4))
    codes = ("timeoutProvider", "contentPolicyViolation", "providerError")
    return (FailureRule(rate=rate, code=chance.choice(codes)),) if rate else ()


def _draw_switches(chance):
    runware = RunwareSwitches(
        error_in_data=chance.random() < 0.5,
        conflict_status=chance.choice((400, 409)),
        poll_arrays=chance.random() < 0.9,
        unknown_id=chance.choice(("running", "running", "not_found")),
    )
    aimlapi = AimlSwitches(
        words=chance.choice(("modern", "legacy")),
        errors=chance.choice(("envelope", "problem")),
        unknown_id=chance.choice(("404", "400", "queued")),
        log_lag_s=chance.choice((0.0, 1.0, 30.0)),
    )
    return Switches(runware=runware, aimlapi=aimlapi)
