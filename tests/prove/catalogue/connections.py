"""The rows N1 to N15: what happens to connections, names and bytes before anything is said in HTTP."""

from render.wire import Timeouts
from tests.prove.catalogue import network, strikes
from tests.prove.catalogue.outcomes import DONE, case, passing, unknown, unsent
from tests.prove.catalogue.records import AIMLAPI, RUNWARE, expect
from tests.prove.catalogue.relay import CONNECT, FILE, POLL, SUBMIT, Strike

BOTH = (RUNWARE, AIMLAPI)
POSITIONS = {"S": SUBMIT, "P": POLL, "D": FILE}
#: a run of one task opens its connections in this order
CONNECTIONS = {"S": 1, "P": 2, "D": 3}
BRIEF = Timeouts(connect_s=0.4, submit_s=0.5, poll_s=0.5, stall_s=0.5)
SLOW = Timeouts(connect_s=1.0, submit_s=1.0, poll_s=5.0, stall_s=5.0)
_LONG_HEAD = b"X-Long: " + b"x" * 9000 + b"\r\n"
_MANY_HEADS = b"".join(b"X-%d: y\r\n" % number for number in range(200))


def cases():
    yield from _names()
    yield from _no_connection()
    yield from _resets()
    yield from _silence()
    yield from _stale()
    yield from _surroundings()
    yield from _heads()


def _at(position, do, **when):
    return (Strike(on=POSITIONS[position], do=do, **when),)


def _outcome(position, provider, *, charged):
    return unknown(provider, charged=charged) if position == "S" else DONE


def _spread(row, variants, *, positions="SPD", quick=(), **scene):
    """Each variant at each position for both providers; a variant is (name, strike, charged)."""
    for name, do, charged in variants:
        for position in positions:
            for provider in BOTH:
                yield case(
                    row, position, provider, name, _outcome(position, provider, charged=charged),
                    strikes=_at(position, do), is_quick=name in quick, **scene,
                )  # fmt: skip


def _names():
    for provider in BOTH:
        for trouble in ("unknown", "failing"):
            for name, troubles, outcome in (("once", 1, passing), ("always", None, unsent)):
                around = network.names(trouble, times=troubles)
                yield case("N1", "S", provider, f"{trouble}_{name}", outcome, around=around, is_quick=name == "once")
        yield case("N1", "S", provider, "slow", passing, around=network.names("slow", times=1), timeouts=SLOW)
        yield case("N1", "P", provider, "unknown_once", passing, around=network.names("unknown", times=1, after=1))


def _no_connection():
    # who cannot prove who it is closes the lane, like a refused key
    stranger = expect("failed left", (1, 3), 0), expect("saved", 0, 1)
    for provider in BOTH:
        yield case("N2", "S", provider, "refused", unsent, around=network.nobody_listens, is_quick=True)
        yield case("N2", "S", provider, "not_tls", unsent, around=network.plain_under_https, timeouts=BRIEF)
        if network.CAN_CERTIFY:
            yield case("N2", "S", provider, "own_cert", stranger, around=network.certificate(), is_quick=True)
            yield case("N2", "S", provider, "wrong_name", stranger, around=network.certificate(name="other.test"))
            yield case("N2", "S", provider, "expired", stranger, around=network.certificate(is_expired=True))
        yield case(
            "N3", "S", provider, "black_hole", unsent, around=network.full_backlog, timeouts=BRIEF, is_quick=True
        )
        if network.HAS_IPV6:
            yield case("N13", "S", provider, "v6_black_hole", passing, around=network.black_hole_before, is_quick=True)
        else:
            yield case("N13", "S", provider, "v6_unreachable", passing, around=network.black_hole_before, is_quick=True)


def _resets():
    for position, number in CONNECTIONS.items():
        for provider in BOTH:
            outcome = _outcome(position, provider, charged=False)
            for name, do in (
                ("reset_on_accept", strikes.reset_after_reading(0)),
                ("read_1", strikes.reset_after_reading(1)),
            ):
                when = (Strike(on=CONNECT, do=do, first=number, last=number),)
                yield case("N4", position, provider, name, outcome, strikes=when, is_quick=name != "read_1")
            if position != "D":
                for octets in (64, 300):
                    when = (Strike(on=CONNECT, do=strikes.reset_after_reading(octets), first=number, last=number),)
                    yield case(
                        "N5", position, provider, f"after_{octets}", outcome, strikes=when, timeouts=BRIEF,
                        is_quick=octets == 300,
                    )  # fmt: skip
    yield from _spread("N6", [("reset", strikes.reset(), False), ("close", strikes.close(), False)], quick=("reset",))
    yield from _spread(
        "N7",
        [("reset", strikes.reset(charged=True), True), ("close", strikes.close(charged=True), True)],
        quick=("reset",),
    )
    yield from _spread("N8", _cuts(), quick=("half_body", "between_chunks"))


def _cuts():
    for name, keep in (("no_body", 0.0), ("half_body", 0.5), ("all_but_a_bit", 0.98)):
        yield name, strikes.cut(keep), True
    yield "half_head", strikes.cut(0.5, in_head=True), True
    yield "half_body_reset", strikes.cut(0.5, then="reset"), True
    yield "between_chunks", strikes.chunked(0.7), True


def _silence():
    yield from _spread("N9", [("hang", strikes.hang(), False)], timeouts=BRIEF, quick=("hang",))
    yield from _spread("N9", [("hang_after_charge", strikes.hang(charged=True), True)], timeouts=BRIEF)
    for position, number in CONNECTIONS.items():
        for provider in BOTH:
            when = (Strike(on=CONNECT, do=strikes.never_read(), first=number, last=number),)
            outcome = _outcome(position, provider, charged=False)
            yield case("N9", position, provider, "never_read", outcome, strikes=when, timeouts=BRIEF)
    yield from _spread("N10", [("trickle", strikes.trickle(0.05), True)], timeouts=BRIEF, quick=("trickle",))
    yield from _spread("N9", [("cut_and_silent", strikes.cut(0.5, then="hang"), True)], timeouts=BRIEF)


def _stale():
    for provider in BOTH:
        closing = strikes.closing_behind()
        yield case("N11", "S", provider, "kept_open", passing, strikes=_at("S", closing))
        yield case("N11", "P", provider, "closed_when_idle", passing, strikes=_at("P", closing), is_quick=True)
        yield case(
            "N12", "S", provider, "all_at_once", _many_lost(provider), count=20,
            strikes=(Strike(on=SUBMIT, do=strikes.reset(), last=4),), is_quick=True,
        )  # fmt: skip
        for position in "PD":
            crowd = (Strike(on=POSITIONS[position], do=strikes.reset(), last=12),)
            done = expect("saved", 0, 12), expect("skipped", 0, 12)
            yield case("N12", position, provider, "all_at_once", done, count=12, strikes=crowd)


def _many_lost(provider):
    if provider == RUNWARE:
        return expect("saved", 0, 20), expect("skipped", 0, 20)
    # what may be running at the provider keeps its slot, so that the rest may be left to the next run
    return expect("saved ambiguous left", 6, tuple(range(17))), expect("saved skipped ambiguous", 6, 16)


def _surroundings():
    nowhere = "http://127.0.0.1:9"
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), nowhere)
    for provider in BOTH:
        yield case("N14", "S", provider, "proxy_variables", passing, environment=proxies, is_quick=True)
        for position in "SPD":
            portal = _at(position, strikes.page(200))
            outcome = _outcome(position, provider, charged=False)
            yield case("N14", position, provider, "captive_portal", outcome, strikes=portal, is_quick=position == "S")
            # a proxy in the way that nobody asked for says so in a status of its own
            refusing = _at(position, strikes.page(407))
            yield case("N14", position, provider, "proxy_407", outcome, strikes=refusing)


def _heads():
    negative = b"Content-Length: -5\r\n"
    variants = [
        ("long_header", strikes.with_heads(_LONG_HEAD), True),
        ("many_headers", strikes.with_heads(_MANY_HEADS), True),
        ("length_and_chunks", strikes.with_heads(b"Transfer-Encoding: chunked\r\n"), True),
        ("negative_length", strikes.say(b"HTTP/1.1 200 OK\r\n" + negative + b"\r\n{}", charged=True), True),
        ("no_http_at_all", strikes.say(b"\x16\x03\x01\x02\x00" + bytes(range(64)), charged=True), True),
        ("two_lengths", strikes.with_heads(b"Content-Length: 3\r\n"), True),
        ("header_without_end", strikes.say(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, charged=True), True),
    ]
    yield from _spread("N15", variants, quick=("long_header", "length_and_chunks", "no_http_at_all"))
