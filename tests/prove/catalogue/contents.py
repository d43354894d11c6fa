"""The rows R1 to R11: HTTP and JSON in good order that say what they should not: whose, which, where, how many."""

from render.server.rules import FailureRule
from render.server.switches import RunwareSwitches, Switches
from tests.prove.catalogue import documents as say
from tests.prove.catalogue import strikes
from tests.prove.catalogue.connections import BOTH, POSITIONS
from tests.prove.catalogue.outcomes import DONE, case, rejected, unknown
from tests.prove.catalogue.records import AIMLAPI, RUNWARE, expect
from tests.prove.catalogue.relay import Strike

#: so many polls are answered wrongly before the first that is not
FEW = 6
PARKED = expect("parked held", 6, 1), expect("saved", 0, 1)


def cases():
    yield from _whose()
    yield from _errors()
    yield from _links()
    yield from _words()
    yield from _counts()


def at(position, do, **when):
    return (Strike(on=POSITIONS[position], do=do, **when),)


def polls(row, variants, *, quick=(), providers=BOTH, **scene):
    for name, change in variants.items():
        for provider in providers:
            struck = at("P", strikes.rewrite(change), last=FEW)
            yield case(row, "P", provider, name, DONE, strikes=struck, is_quick=name in quick, **scene)


def _whose():
    wrong = at("S", strikes.rewrite(say.of_another))
    yield case("R1", "S", RUNWARE, "another_id", DONE, strikes=wrong, is_quick=True)
    for name, change in {
        "two_acks": say.doubled,
        "stranger": say.with_stranger,
        "strange_error": say.with_strange_error,
    }.items():
        yield case(
            "R1", "S", RUNWARE, name, DONE, strikes=at("S", strikes.rewrite(change)), is_quick=name == "strange_error"
        )
    yield case(
        "R1",
        "S",
        AIMLAPI,
        "no_id",
        unknown,
        charged=True,
        strikes=at("S", strikes.rewrite(lambda _: {"status": "queued"})),
        is_quick=True,
    )
    for name, bad in {"number": 7, "null": None, "long": "x" * 5000, "newline": "a\nb", "object": {"id": "a"}}.items():
        odd = at("S", strikes.rewrite(lambda document, bad=bad: {**document, "id": bad}))
        yield case("R1", "S", AIMLAPI, f"id_{name}", unknown, charged=True, strikes=odd)
    yield from polls("R1", {"another_id": say.of_another, "stranger": say.with_stranger}, quick=("stranger",))
    # a success stands beside a failure
    failing = {"failures": (FailureRule(prompt="still1", code="providerError"),)}
    mixed = expect("saved failed", 1, 2), expect("skipped saved", 0, 3)
    yield case("R2", "P", RUNWARE, "sibling_failed", mixed, count=2, server=failing, server_later={}, is_quick=True)
    in_data = {**failing, "switches": Switches(runware=RunwareSwitches(error_in_data=True))}
    yield case("R2", "P", RUNWARE, "sibling_failed_in_data", mixed, count=2, server=in_data, server_later={})
    failing = {"failures": (FailureRule(prompt="clip1", code="providerError"),)}
    yield case("R2", "P", AIMLAPI, "sibling_failed", mixed, count=2, server=failing, server_later={}, is_quick=True)
    strange = at("S", strikes.rewrite(say.with_strange_error, status=400))
    yield case("R2", "S", RUNWARE, "data_and_errors_400", DONE, strikes=strange)


def _errors():
    nameless = strikes.refuse(400, "invalidParameter", is_named=False)
    yield case("R3", "S", RUNWARE, "nameless_400", rejected, strikes=at("S", nameless), is_quick=True)
    vague = strikes.refuse(500, "serverError", is_named=False, charged=True)
    yield case("R3", "S", RUNWARE, "nameless_500_charged", DONE, strikes=at("S", vague))
    done = expect("saved", 0, 3), expect("skipped", 0, 3)
    many = at("P", strikes.rewrite(say.with_nameless_error), last=3)
    yield case("R3", "P", RUNWARE, "nameless_in_batch", done, strikes=many, count=3, is_quick=True)
    alone = at("P", strikes.refuse(400, "invalidParameter", is_named=False), last=3)
    for provider in BOTH:
        yield case("R3", "P", provider, "nameless_400", done, strikes=alone, count=3)
    for status in (200, 400, 409):
        conflict = strikes.refuse(status, "conflictTaskUUID", charged=True)
        yield case("R4", "S", RUNWARE, f"conflict_{status}", DONE, strikes=at("S", conflict), is_quick=status == 400)
        after = {"switches": Switches(runware=RunwareSwitches(conflict_status=409 if status == 409 else 400))}
        lost = strikes.reset(charged=True) if status != 200 else strikes.page(502, charged=True)
        yield case(
            "R5",
            "S",
            RUNWARE,
            f"after_unknown_{status}",
            DONE,
            strikes=at("S", lost),
            server=after,
            is_quick=status == 409,
        )
    yield from _codes()


def _codes():
    for name, code in {
        "unheard": "quiteUnheardOf",
        "number": 17,
        "null": None,
        "list": ["a", "b"],
        "long": "x" * 9000,
    }.items():
        for provider in BOTH:
            refuse = strikes.refuse(400, code)
            yield case(
                "R6", "S", provider, f"code_{name}", rejected, strikes=at("S", refuse), is_quick=name == "unheard"
            )
            refuse = strikes.refuse(400, code, is_named=False)
            yield case("R6", "P", provider, f"code_{name}", DONE, strikes=at("P", refuse, last=2))
    for provider in BOTH:
        speechless = strikes.answer(400, {"errors": [{"code": "x", "message": None}], "message": None})
        outcome = rejected if provider == RUNWARE else unknown
        yield case("R6", "S", provider, "null_message", outcome, strikes=at("S", speechless))


def _links():
    links = {
        "empty": "",
        "relative": "/files/a.jpg",
        "file": "file:///etc/passwd",
        "data": "data:,a",
        "null": None,
        "object": {"a": 1},
    }
    odd = {f"link_{name}": say.with_link(link) for name, link in links.items()}
    yield from polls("R7", odd, quick=("link_file", "link_empty"))
    gone = {
        "no_link": say.without("imageURL", "video"),
        "no_status": say.without("status"),
        "no_id": say.without("taskUUID", "id"),
    }
    yield from polls("R7", gone, quick=("no_link",))
    for provider in BOTH:
        stranger = at("P", strikes.rewrite(say.with_link("http://stranger.test/a.jpg")), last=None)
        # a stranger's link is kept and never followed; what a later poll names may be followed
        held = expect("held", 6, 1), expect("held saved", (0, 6), 1)
        yield case("R7", "P", provider, "stranger", held, strikes=stranger, is_quick=True)
        never = at("P", strikes.rewrite(say.without("imageURL", "video")), last=None)
        # an archive that names a link is believed, where there is one
        found = expect("saved parked held", (0, 6), 1), expect("saved skipped parked", (0, 6), 1)
        yield case("R7", "P", provider, "no_link_for_ever", found, strikes=never, speed=1000, is_quick=True)


def _words():
    words = {
        "moderating": "moderating",
        "queued": "queued",
        "shouted": "PROCESSING",
        "null": None,
        "number": 3,
        "empty": " ",
        "long": "x" * 5000,
    }
    yield from polls("R8", {name: say.still(word) for name, word in words.items()}, quick=("moderating", "null"))
    for provider in BOTH:
        failed_once = at("P", strikes.rewrite(say.failed_instead))
        yield case("R9", "P", provider, "failed_once", DONE, strikes=failed_once, is_quick=True)
        back = at("P", strikes.rewrite(say.still("processing")), first=1, last=3)
        yield case("R9", "P", provider, "back_to_processing", DONE, strikes=back)
        for_ever = at("P", strikes.rewrite(say.still("moderating")), last=None)
        yield case("R8", "P", provider, "for_ever", PARKED, strikes=for_ever, speed=1000)


def _counts():
    repeated = {"repeated": say.doubled, "more": say.with_more_results}
    yield from polls("R10", repeated, quick=("more",), providers=(RUNWARE,))
    done = expect("saved", 0, 3), expect("skipped", 0, 3)

    def backwards(document):
        return {**document, "data": document["data"][::-1]} if "data" in document else document

    shuffled = at("P", strikes.rewrite(backwards), last=None)
    yield case("R10", "P", RUNWARE, "out_of_order", done, strikes=shuffled, count=3)
    beside = at("P", strikes.rewrite(say.with_failed_sibling), last=None)
    yield case("R11", "P", RUNWARE, "one_of_two_failed", DONE, strikes=beside, is_quick=True)
