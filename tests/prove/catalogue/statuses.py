"""The rows H1 to H13: every status that can stand in the place of the right one."""

import functools
from datetime import UTC, datetime, timedelta

from render.server.credit import Account
from render.server.faults.records import Fault, RetryAfter
from render.server.rules import PriceRule
from tests.prove.catalogue import strikes
from tests.prove.catalogue.connections import BOTH, POSITIONS
from tests.prove.catalogue.outcomes import DONE, account, case, passing, rejected, unknown
from tests.prove.catalogue.records import AIMLAPI, RUNWARE, expect
from tests.prove.catalogue.relay import OTHER, SUBMIT, Strike
from tests.runner.stage import SPEED

_ACCOUNT_STATUSES = {401: "invalidApiKey", 402: "insufficientCredits"}
_DEEP = b"[" * 200_000 + b"]" * 200_000


def cases():
    yield from _asked_to_wait()
    yield from _asked_in_other_words()
    yield from _their_trouble()
    yield from _keys_and_credit()
    yield from _bodies()
    yield from _moved_and_refused()
    yield from _odd_statuses()


def _struck(position, do, **when):
    return (Strike(on=POSITIONS[position], do=do, **when),)


def _asked_to_wait():
    """On a clock of true speed, so that the server's own book of who came too early is the judge."""
    for provider in BOTH:
        for event in ("submit", "poll"):
            for form in ("seconds", "date"):
                for status in (429, 503):
                    fault = Fault(
                        on=f"{provider}.{event}", action=RetryAfter(seconds=1, form=form, status=status), last=1
                    )
                    done = expect("saved", 0, 2), expect("skipped", 0, 2)
                    # a 503 proves nothing where ids are theirs
                    is_open = (provider, event, status) == (AIMLAPI, "submit", 503)
                    outcome = (expect("saved ambiguous", 6, 1), expect("skipped ambiguous", 6, 1)) if is_open else done
                    yield case(
                        "H1", event[0].upper(), provider, f"{status}_{form}", outcome, count=2, speed=1,
                        server={"faults": (fault,)}, is_quick=(event, status) == ("submit", 429),
                    )  # fmt: skip
        for position in "SPD":
            refuse = strikes.refuse(429, "rateLimitExceeded", headers=("Retry-After: 40",))
            yield case(
                "H1", position, provider, "40_s", passing, strikes=_struck(position, refuse),
                examine=functools.partial(_kept_away, position, 40), is_quick=position != "S",
            )  # fmt: skip


def _kept_away(position, seconds, theatre, *_):
    """The second request of a kind must not come before the hold is over, on the run's own clock."""
    first, second, *_ = theatre.script.moments[POSITIONS[position]]
    if (second - first) * SPEED < seconds:
        yield f"came back after {(second - first) * SPEED:.1f} of {seconds} s"


def _asked_in_other_words():
    soon = datetime.now(UTC) + timedelta(seconds=3600 * 24)
    never = "Retry-After: Thu, 01 Jan 2015 00:00:00 GMT"
    own_pace = {
        "past": (never,),
        "negative": ("Retry-After: -1",),
        "garbage": ("Retry-After: soon",),
        "iso": (f"Retry-After: {soon:%Y-%m-%dT%H:%M:%SZ}",),
        "exponent": ("Retry-After: 1e9",),
        "two": ("Retry-After: 20", "Retry-After: 30"),
        "empty": ("Retry-After:",),
        "fraction": ("Retry-After: 1.5",),
        "overlong": (f"Retry-After: {'9' * 400}",),
    }
    clamped = {
        "imf": (f"Retry-After: {soon:%a, %d %b %Y %H:%M:%S} GMT",),
        "rfc850": (f"Retry-After: {soon:%A, %d-%b-%y %H:%M:%S} GMT",),
        "asctime": (f"Retry-After: {soon:%a %b %e %H:%M:%S %Y}",),
        "huge": ("Retry-After: 999999999",),
    }
    for provider in BOTH:
        for name, headers in own_pace.items():
            refuse = strikes.refuse(429, "rateLimitExceeded", headers=headers)
            quick = name in {"garbage", "negative"}
            yield case("H2", "S", provider, name, passing, strikes=_struck("S", refuse), is_quick=quick)
        for name, headers in clamped.items():
            refuse = strikes.refuse(429, "rateLimitExceeded", headers=headers)
            # an hour is the longest that anybody may ask for; whoever parks instead buys nothing meanwhile
            # and at this speed a render that takes a moment is parked for want of news
            outcome = expect("saved parked left failed", (0, 1, 6), (0, 1)), expect("saved skipped parked", (0, 6), 1)
            quick = name in {"imf", "rfc850"}
            yield case(
                "H2", "S", provider, name, outcome, strikes=_struck("S", refuse), speed=1000,
                examine=_waited_an_hour, is_quick=quick,
            )  # fmt: skip
        crowded = strikes.refuse(429, "rateLimitExceeded")
        done = expect("saved", 0, 6), expect("skipped", 0, 6)
        for position, hits in (("S", 1), ("S", 5), ("P", 4), ("D", 3)):
            many = _struck(position, crowded, last=hits)
            quick = (position, hits) in {("S", 5), ("P", 4)}
            yield case("H3", position, provider, f"429_{hits}_times", done, count=6, strikes=many, is_quick=quick)


def _waited_an_hour(theatre, ended, _):
    """A run that waits, waits long enough; one that leaves its task to the next run is through with it."""
    first, second, *_ = [*theatre.script.moments[SUBMIT], float("inf")]
    if not ended.counts["left"] and (second - first) * 4000 < 3600:
        yield f"came back after {(second - first) * 4000:.0f} of 3600 s"


def _their_trouble():
    for provider in BOTH:
        for status in (500, 502, 503, 504):
            for charged in (False, True):
                named = strikes.refuse(status, "providerError", charged=charged)
                outcome = unknown(provider, charged=charged)
                name = f"json_{status}{'_charged' if charged else ''}"
                yield case("H4", "S", provider, name, outcome, strikes=_struck("S", named), is_quick=status == 503)
                gateway = strikes.page(status, charged=charged)
                name = f"html_{status}{'_charged' if charged else ''}"
                yield case("H5", "S", provider, name, outcome, strikes=_struck("S", gateway), is_quick=status == 502)
            for position in "PD":
                gateway = _struck(position, strikes.page(status), last=3)
                yield case("H5", position, provider, f"html_{status}", DONE, strikes=gateway, is_quick=status == 504)
                named = _struck(position, strikes.refuse(status, "serverError"), last=2)
                yield case("H4", position, provider, f"json_{status}", DONE, strikes=named)


def _keys_and_credit():
    for provider in BOTH:
        refuse = strikes.refuse(401, "invalidApiKey")
        yield case(
            "H6", "S", provider, "from_the_start", account, strikes=_struck("S", refuse, last=None), is_quick=True
        )
        late = _struck("S", refuse, first=2, last=None)
        halfway = expect("saved failed left", 3, (1, 2)), expect("saved skipped", 0, 3)
        yield case(
            "H6", "S", provider, "mid_run", halfway, strikes=late, count=3, prepare=_one_at_a_time, is_quick=True
        )
        polls = _struck("P", refuse, last=None)
        parked = expect("parked", 3, 1), expect("saved", 0, 1)
        yield case("H6", "P", provider, "polls_only", parked, strikes=polls, is_quick=True)
        passing_by = expect("saved", (0, 3), 1), expect("skipped", 0, 1)
        yield case("H6", "P", provider, "one_poll", passing_by, strikes=_struck("P", refuse))
        yield from _out_of_credit(provider)
        yield from _one_model_refused(provider)


def _one_at_a_time(theatre, _):
    theatre.concurrency = 1


def _out_of_credit(provider):
    poor = {"prices": (PriceRule(usd=1.0),), "credit": {provider: Account(usd=2.0)}}
    rich = {"prices": (PriceRule(usd=1.0),)}
    ends = expect("saved failed left", 5, 2), expect("saved skipped", 0, 4)
    yield case(
        "H7", "S", provider, "mid_run", ends, count=4, server=poor, server_later=rich, prepare=_one_at_a_time,
        is_quick=True,
    )  # fmt: skip
    none = {"credit": {provider: Account(usd=0.0)}}
    yield case("H7", "S", provider, "from_the_start", _credit(), server=none, server_later={})
    for status in (402, 403):
        word = "insufficientCredits"
        often = _struck("S", strikes.refuse(status, word), last=None)
        yield case("H7", "S", provider, f"{status}", _credit(), strikes=often)
    yield case(
        "H7", "P", provider, "polls", _parked_for_credit(), strikes=_struck("P", strikes.refuse(402, word), last=None)
    )


def _credit():
    return expect("failed left", 5, 0), expect("saved", 0, 1)


def _parked_for_credit():
    return expect("parked", 5, 1), expect("saved", 0, 1)


def _one_model_refused(provider):
    ends = expect("failed saved", 1, 1), expect("left skipped saved", (0, 1), (1, 2))
    refuse = strikes.refuse(403, "modelAccessForbidden: this key has no permission for the model")
    yield case(
        "H8", "S", provider, "one_of_two", ends, strikes=_struck("S", refuse), count=2, prepare=_one_at_a_time,
        is_quick=True,
    )  # fmt: skip


def _bodies():
    """Answers of 200 whose bodies are no answers: all of them after the charge."""
    variants = {
        "html": strikes.page(200, charged=True),
        "empty": strikes.recode(lambda _: b""),
        "bom": strikes.recode(lambda body: b"\xef\xbb\xbf" + body),
        "jsonp": strikes.recode(lambda body: b"callback(" + body + b");"),
        "nan": strikes.recode(lambda body: body[:-1] + b', "cost": NaN}'),
        "repeated_key": strikes.recode(lambda body: body[:-1] + b', "data": [], "data": [], "id": 1, "id": 2}'),
        "deep": strikes.recode(lambda _: _DEEP),
        "not_utf8": strikes.recode(lambda body: body[:-1] + b', "x": "\xff"}'),
        "list": strikes.recode(lambda body: b"[" + body + b"]"),
        "half": strikes.recode(lambda body: body[: len(body) // 2]),
        "trailing": strikes.recode(lambda body: body + b"{}"),
    }
    for name, do in variants.items():
        for position in "SP":
            for provider in BOTH:
                outcome = unknown(provider, charged=True) if position == "S" else DONE
                quick = name in {"html", "nan", "deep"}
                yield case("H9", position, provider, name, outcome, strikes=_struck(position, do), is_quick=quick)
    for provider in BOTH:
        for position in "SP":
            outcome = unknown(provider, charged=True) if position == "S" else DONE
            huge = _struck(position, strikes.endless(charged=True))
            yield case("H9", position, provider, "endless", outcome, strikes=huge, is_quick=position == "S")


def _moved_and_refused():
    for provider in BOTH:
        for status in (301, 302, 303, 307, 308):
            moved = strikes.answer(status, headers=("Location: /elsewhere",))
            often = _struck("S", moved, last=None)
            yield case(
                "H10", "S", provider, f"{status}", account, strikes=often, examine=_not_followed, is_quick=status == 307
            )
            yield case(
                "H10", "P", provider, f"{status}", DONE, strikes=_struck("P", moved, last=2), examine=_not_followed
            )
        for status in (409, 413, 422, 425, 451, 400, 404, 410, 418):
            refuse = strikes.refuse(status, "invalidParameter")
            yield case(
                "H11", "S", provider, f"{status}", rejected, strikes=_struck("S", refuse), is_quick=status == 422
            )
        for status in (400, 408, 409, 413, 422, 425, 451):
            refuse = strikes.refuse(status, "invalidRequest", is_named=False)
            yield case("H11", "P", provider, f"{status}", DONE, strikes=_struck("P", refuse, last=2))
        for status in (408, 425, 403, 404, 410, 451):
            refuse = strikes.answer(status)
            yield case("H11", "D", provider, f"{status}", DONE, strikes=_struck("D", refuse, last=2))
        for charged in (False, True):
            late = strikes.refuse(408, "timeout", charged=charged)
            name = f"408{'_charged' if charged else ''}"
            outcome = unknown(provider, charged=charged)
            yield case("H11", "S", provider, name, outcome, strikes=_struck("S", late), is_quick=True)
    for status in (400, 409):
        conflict = strikes.refuse(status, "conflictTaskUUID", charged=True)
        yield case("H11", "S", RUNWARE, f"{status}_conflict", DONE, strikes=_struck("S", conflict), is_quick=True)


def _not_followed(theatre, *_):
    if theatre.script.arrivals[OTHER]:
        yield "a redirect was followed"


def _odd_statuses():
    storm = b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50
    for provider in BOTH:
        for position in "SP":
            outcome = unknown(provider, charged=True) if position == "S" else DONE
            for status in (204, 206, 100, 599):
                empty = _struck(position, strikes.answer(status, charged=True))
                yield case("H12", position, provider, f"{status}", outcome, strikes=empty, is_quick=status == 204)
            # what follows a storm is a whole answer: to believe it is as right as to doubt it
            either = expect("saved ambiguous", (0, 6), 1), expect("skipped ambiguous", (0, 6), 1)
            stormy = _struck(position, strikes.preceded_by(storm))
            yield case("H12", position, provider, "storm", either, strikes=stormy, is_quick=position == "S")
        unheard = strikes.refuse(404, "taskNotFound")
        for hits in (1, 4):
            yield case("H13", "P", provider, f"404_{hits}_times", DONE, strikes=_struck("P", unheard, last=hits))
        gone = _struck("P", strikes.answer(404), last=4)
        yield case("H13", "P", provider, "no_such_path", DONE, strikes=gone, is_quick=True)
        nowhere = _struck("P", unheard, last=None)
        # an archive that knows the result is believed, where there is one
        parked = expect("parked saved", (0, 6), 1), expect("saved skipped parked", (0, 6), 1)
        yield case("H13", "P", provider, "404_for_ever", parked, strikes=nowhere, speed=1000, is_quick=True)
