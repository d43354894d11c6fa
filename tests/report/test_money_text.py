"""What the end of a run says of money, and how many that ended alike are told."""

from render.events import BudgetReached, CostAboveCeiling, CostUnknown
from render.records import Failure, Summary
from render.report.palette import Palette
from render.report.progress import line_for
from render.report.summary import summary_text

PLAIN = Palette(has_colour=False)


def text(*, is_offline=False, **changes):
    summary = Summary(tasks=1, saved=1, requests=3, **changes)
    return summary_text(summary, PLAIN, folder="renders/x", is_offline=is_offline)


def test_a_budget_is_told_with_what_counts_against_it():
    assert "  $1.2500 of the budget of $5.0000 are committed\n" in text(budget_usd=5.0, committed_usd=1.25)


def test_what_has_no_final_cost_is_told():
    told = text(committed_usd=1.25, reserved_usd=0.25, unpriced=("a.t01", "b.t01"))
    assert "  $0.2500 are reserved for what has no final cost yet\n" in told
    assert "  the provider told no believable cost of a.t01, b.t01\n" in told
    assert "budget" not in told


def test_of_many_without_a_cost_ten_are_named():
    assert "n8, n9 and 2 more\n" in text(unpriced=tuple(f"n{number}" for number in range(12)))


def test_offline_nothing_is_said_of_money():
    assert text(reserved_usd=0.25, is_offline=True) == text(is_offline=True)


def test_of_many_tasks_that_ended_alike_ten_are_named_and_the_rest_counted():
    failures = [Failure(key=f"n{number}", kind="budget", message="budget_usd is passed") for number in range(13)]
    failures.insert(11, Failure(key="x", kind="rejected", message="no faces"))
    lines = text(failures=tuple(failures)).splitlines()
    assert lines[9] == "  ! n9: budget_usd is passed"
    assert lines[10:12] == ["  ! x: rejected: no faces", lines[9].replace("n9:", "and 3 more:")]


def test_events_about_money_have_a_line_each():
    unknown = CostUnknown(key="a", lane="runware", reserved_usd=0.3)
    assert line_for(unknown, PLAIN) == "note      a: runware told no believable cost; $0.3000 stay reserved"
    above = CostAboveCeiling(key="a", lane="runware", ceiling_usd=0.3, cost_usd=0.7)
    assert line_for(above, PLAIN) == "note      a: cost $0.7000, and $0.3000 were reserved"
    reached = BudgetReached(cause="budget_usd of $1.0000 is passed")
    assert line_for(reached, PLAIN) == "closed    nothing more is bought: budget_usd of $1.0000 is passed"
