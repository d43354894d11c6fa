"""What the server does wrong in a seed: a script of faults, each of a kind that a provider may fairly commit.

Unfair would be to charge and to say that nothing was accepted: no client can survive that, so it is not drawn.
"""

from dataclasses import replace

from render.server.faults.records import (
    BadJson,
    Cut,
    Drop,
    ExpiredLink,
    Fault,
    Hang,
    Html,
    MissingFields,
    Refuse,
    ResetAfter,
    ResetBefore,
    RetryAfter,
    Status,
    Trickle,
    UnknownStatus,
    WrongId,
    ZeroByteFile,
)

_MOST_FAULTS = 8


def draw_faults(chance, providers):
    """Draw a script; a fifth of all seeds have none."""
    if chance.random() < 0.2:
        return ()
    events = [f"{name}.{kind}" for name in providers for kind in ("submit", "submit", "poll")]
    single = (_draw_fault(chance, chance.choice([*events, "file"])) for _ in range(chance.randint(1, _MOST_FAULTS)))
    return (*_draw_holds(chance, events), *single)


def _draw_holds(chance, events):
    """In half of all scripts a server that asks for patience again and again, now here and now there."""
    if chance.random() < 0.5:
        return ()
    return tuple(
        Fault(
            on=chance.choice(events), action=_patience(chance), first=chance.randint(1, 6), every=chance.randint(5, 9)
        )
        for _ in range(2)
    )


def without_dates(faults):
    """The same script for a client whose clock is wrong: what a date asks of it, it cannot know."""
    return tuple(
        replace(fault, action=replace(fault.action, form="seconds")) if isinstance(fault.action, RetryAfter) else fault
        for fault in faults
    )


def _draw_fault(chance, event):
    action = chance.choice(_BY_EVENT[event.rpartition(".")[2]])(chance)
    first = chance.randint(1, 12)
    if chance.random() < 0.6:
        return Fault(on=event, action=action, first=first, last=first)
    return Fault(on=event, action=action, first=first, last=first + chance.randint(1, 12), every=chance.randint(1, 3))


def _is_charged(chance):
    return chance.random() < 0.5


def _patience(chance):
    form, status = chance.choice(("seconds", "date")), chance.choice((429, 503))
    return RetryAfter(seconds=chance.choice((1.0, 7.0, 45.0, 200.0)), form=form, status=status)


_ANYWHERE = (
    lambda _: Refuse(),
    lambda _: ResetBefore(),
    lambda _: ResetAfter(),
    lambda chance: Drop(charged=_is_charged(chance)),
    lambda chance: Hang(seconds=chance.choice((5.0, 600.0)), charged=_is_charged(chance)),
    lambda chance: Cut(bytes=chance.choice((0, 1, 20, 60))),
    lambda chance: Status(status=chance.choice((500, 502, 503, 504)), body="html", charged=_is_charged(chance)),
    lambda chance: Html(charged=_is_charged(chance)),
)
_OF_AN_API = (
    *_ANYWHERE,
    _patience,
    _patience,
    lambda chance: Status(status=chance.choice((500, 503, 504)), body="json", charged=_is_charged(chance)),
    lambda _: Status(status=429),
    lambda chance: Status(status=chance.choice((401, 402, 403)), charged=False),
    lambda _: Trickle(seconds=0.3),
    lambda _: BadJson(),
    lambda _: MissingFields(),
)
_BY_EVENT = {
    "submit": (*_OF_AN_API, lambda _: Status(status=400), lambda _: WrongId()),
    "poll": (*_OF_AN_API, lambda _: Status(status=404), lambda _: UnknownStatus(), lambda _: WrongId()),
    "file": (
        *_ANYWHERE,
        lambda _: ZeroByteFile(),
        lambda chance: ExpiredLink(status=chance.choice((403, 404, 410))),
        lambda chance: Cut(bytes=chance.choice((1000, 70_000))),
        lambda _: Status(status=429),
    ),
}
