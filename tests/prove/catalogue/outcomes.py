"""What must follow from each kind of fault: the classes of a submission's outcome, and the two kinds of a read.

A name is a class; what it means for a task depends on the provider alone, because only one of them takes our ids.
"""

from tests.prove.catalogue.records import RUNWARE, Case, expect
from tests.prove.catalogue.theatre import InProcess

DONE = expect("saved", 0, 1), expect("skipped", 0, 1)


def unknown(provider, *, charged):
    """The request may have arrived: sent again under our id, or left for a person."""
    bought = 1 if charged else 0
    return DONE if provider == RUNWARE else (expect("ambiguous", 6, bought), expect("ambiguous", 6, bought))


def rejected(_, *, charged=False):
    """Refused for what it asks: nothing is bought, and nothing is tried again."""
    return expect("failed", 1, 0), expect("left", 1, 0)


def account(_, *, charged=False):
    """Refused for who asks: exit 3, and bought once the key is right."""
    return expect("failed left", 3, 0), expect("saved", 0, 1)


def credit(_, *, charged=False):
    """Refused for want of money: exit 5, and bought once there is some."""
    return expect("failed left", 5, 0), expect("saved", 0, 1)


def passing(_, *, charged=False):
    """Trouble that is over at the next try."""
    return DONE


def unsent(_, *, charged=False):
    """Never left: nothing bought now, everything bought by the next run."""
    return expect("failed left parked", (1, 6), 0), expect("saved", 0, 1)


def resting(_, *, charged=False):
    """Bought, and its file not to be had for now: kept, and fetched by the next run."""
    return expect("parked held", 6, 1), expect("saved", 0, 1)


def case(row, position, provider, variant, outcome, *, charged=False, is_quick=False, **scene):
    """One case in this process whose ends follow from its class of outcome."""
    first, later = outcome(provider, charged=charged) if callable(outcome) else outcome
    return Case(
        row=row,
        position=position,
        provider=provider,
        variant=variant,
        scene=InProcess(provider=provider, **scene),
        first=first,
        later=later,
        is_quick=is_quick,
    )
