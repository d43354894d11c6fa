"""The rows R12 to R18: prices, seeds, refusals, results that never come, and ids after many days."""

from datetime import UTC, datetime, timedelta

from render.server.rules import FailureRule
from render.server.switches import RunwareSwitches, Switches
from tests.canary import KEY
from tests.prove.catalogue import documents as say
from tests.prove.catalogue import strikes
from tests.prove.catalogue.connections import BOTH
from tests.prove.catalogue.contents import FEW, PARKED, at, polls
from tests.prove.catalogue.outcomes import DONE, case, rejected
from tests.prove.catalogue.records import AIMLAPI, RUNWARE, expect
from tests.prove.catalogue.relay import OTHER, SUBMIT, Strike


def cases():
    yield from _costs_and_seeds()
    yield from _refused_content()
    yield from _never_there()
    yield from _days_later()


def _costs_and_seeds():
    #: as Runware says it in USD, and AI/ML API in credits
    costs = {
        "zero": (0, 0),
        "negative": (-1, -5),
        "text": ("0.1", "200000"),
        "huge": (1e9, 1e18),
        "null": (None, None),
        "flag": (True, True),
    }
    for name, (cost, credits_used) in costs.items():
        for provider in BOTH:
            odd = at("P", strikes.rewrite(say.with_cost(cost, credits_used)), last=None)
            yield case(
                "R12",
                "P",
                provider,
                name,
                DONE,
                strikes=odd,
                examine=_cost_is_believable,
                is_quick=name in {"zero", "huge"},
            )
    for provider in BOTH:
        missing = at("P", strikes.rewrite(say.without("cost", "meta")), last=None)
        yield case("R12", "P", provider, "missing", DONE, strikes=missing, examine=_cost_is_believable)
        nan = at("P", strikes.recode(lambda body: body[:-1] + b', "cost": NaN}'), last=3)
        yield case("R12", "P", provider, "nan", DONE, strikes=nan)
    seeds = {"other": 4711, "rounded": 9007199254740993, "float": 1.5e300, "text": "7", "negative": -1, "beyond": 2**70}
    yield from polls(
        "R13",
        {name: say.with_members(seed=seed) for name, seed in seeds.items()},
        quick=("rounded",),
        providers=(RUNWARE,),
    )


def _cost_is_believable(theatre, *_):
    for attempt in theatre.record()[0]:
        if attempt.cost_usd is not None and not 0 < attempt.cost_usd < 10_000:
            yield f"a cost of {attempt.cost_usd} was believed"


def _refused_content():
    for provider in BOTH:
        refuse = strikes.refuse(400, "contentPolicyViolation")
        yield case("R14", "S", provider, "refused", rejected, strikes=at("S", refuse), is_quick=True)
        failing = {
            "failures": (
                FailureRule(
                    provider=provider, code="contentPolicyViolation", message="The content was refused by the policy."
                ),
            )
        }
        for_good = expect("failed", 1, 1), expect("left", 1, 1)
        yield case("R14", "P", provider, "failed_for_content", for_good, server=failing, is_quick=True)
        passing = {"failures": (FailureRule(provider=provider, code="timeoutProvider"),)}
        again = expect("failed", 1, 1), expect("saved", 0, 2)
        yield case("R14", "P", provider, "failed_in_passing", again, server=passing, server_later={})
    flagged = at("P", strikes.rewrite(say.with_members(NSFWContent=True)), last=None)
    either = expect("saved failed", (0, 1), 1), expect("skipped left", (0, 1), 1)
    yield case("R14", "P", RUNWARE, "flagged", either, strikes=flagged)


def _never_there():
    for provider in BOTH:
        stuck = at("P", strikes.rewrite(say.still("processing")), last=None)
        yield case(
            "R15", "P", provider, "for_ever", PARKED, strikes=stuck, speed=1000, examine=_sent_once, is_quick=True
        )
        silent = at("P", strikes.rewrite(say.nothing), last=None)
        yield case("R16", "P", provider, "empty_for_ever", PARKED, strikes=silent, speed=1000, examine=_sent_once)
        yield case(
            "R16",
            "P",
            provider,
            "empty",
            DONE,
            strikes=at("P", strikes.rewrite(say.nothing), last=FEW),
            is_quick=True,
        )
        for code in ("taskFailedOrNotFound", "taskNotFound", "taskCancelled", "taskExpired"):
            status = 404 if provider == AIMLAPI else 400
            gone = strikes.refuse(status, code)
            yield case(
                "R16",
                "P",
                provider,
                code,
                DONE,
                strikes=at("P", gone, last=3),
                examine=_sent_once,
                is_quick=code == "taskFailedOrNotFound",
            )
            for_ever = at("P", gone, last=None)
            # an archive that names a link is believed, where there is one
            found = expect("saved parked held", (0, 6), 1), expect("saved skipped parked", (0, 6), 1)
            yield case(
                "R16", "P", provider, f"{code}_for_ever", found, strikes=for_ever, speed=1000, examine=_sent_once
            )
        foreign = at("P", strikes.refuse(401, "invalidApiKey"), last=None)
        yield case(
            "R17",
            "P",
            provider,
            "another_account",
            (expect("parked", 3, 1), expect("saved", 0, 1)),
            strikes=foreign,
            examine=_sent_once,
        )
        strangers = {"server": {"keys": frozenset({KEY})}, "server_later": {"keys": frozenset({"another-key"})}}
        yield case(
            "R17",
            "-",
            provider,
            "key_taken_back",
            (expect("parked", 6, 1), expect("parked", 3, 1)),
            strikes=_silence(),
            speed=1000,
            examine=_sent_once,
            is_quick=True,
            **strangers,
        )
    for code in ("taskFailedOrNotFound", "taskCancelled"):
        said = at("P", strikes.refuse(200, code), last=3)
        yield case("R16", "P", RUNWARE, f"{code}_200", DONE, strikes=said, examine=_sent_once)


def _silence():
    """Neither polls nor the archive say anything about any render."""
    nothing = strikes.rewrite(say.nothing)
    return (*at("P", nothing, last=None), Strike(on=OTHER, do=nothing, last=None))


def _sent_once(theatre, *_):
    if theatre.script.arrivals[SUBMIT] != 1:
        yield f"sent {theatre.script.arrivals[SUBMIT]} times"


def _days_later():
    """A first run whose every send was lost, and a second one after days, when an id may be free again."""
    for name, charged in (("charged", True), ("not_charged", False)):
        lost = (
            Strike(on=SUBMIT, do=strikes.reset(charged=charged), last=1),
            Strike(on=SUBMIT, do=strikes.reset(), first=2, last=None),
        )
        bought = 1 if charged else 0
        forgetful = {"switches": Switches(runware=RunwareSwitches(conflict_window="running"))}
        first = expect("parked ambiguous", 6, bought)
        later = expect("saved ambiguous parked", (0, 6), 1 if charged else (0, 1))
        yield case(
            "R18",
            "S",
            RUNWARE,
            f"days_later_{name}",
            (first, later),
            strikes=lost,
            server=forgetful,
            prepare=_days_pass,
            is_quick=True,
        )
        soon = expect("saved", 0, 1)
        yield case("R18", "S", RUNWARE, f"at_once_{name}", (first, soon), strikes=lost, is_quick=charged)
        held = expect("ambiguous", 6, bought), expect("ambiguous", 6, bought)
        yield case("R18", "S", AIMLAPI, f"days_later_{name}", held, strikes=lost, prepare=_days_pass)


def _days_pass(theatre, number):
    if number == 2:
        theatre.wall = lambda: datetime.now(UTC) + timedelta(days=40)
