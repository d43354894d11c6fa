"""No run buys more than it may: reserved before it is sent, counted as charged, and stopped before it is too much."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render.errors import BudgetError
from render.estimate import PriceTerms
from render.events import BudgetReached, CostAboveCeiling, CostUnknown, TaskRendered
from render.providers import PROVIDERS
from render.records import Action, PlannedTask, Status
from render.runner.budget import Budget, Spending
from render.runner.job import Job
from render.runner.lane import LaneTerms
from render.runner.prices import Account
from render.settings import LaneSettings, Secret
from render.store import Change
from tests.runner.scripted import accept, accept_and_reset, refusing, reset
from tests.runner.stage import IMAGE, VIDEO, Stage, clip, picture
from tests.store.recorded import an_attempt

MONEY = st.integers(0, 400).map(lambda cents: cents / 100)


def spending(*, price=0.3, is_free=False, **limits):
    """Limits, and a price that somebody named for each model."""
    prices = PriceTerms(is_free=is_free, assumed_usd={} if price is None else {IMAGE: price, VIDEO: price})
    runware = Account(endpoint="test", prices=prices)
    return Spending(accounts={"runware": runware, "aimlapi": Account(endpoint="test", prices=prices)}, **limits)


def refused(stage, *tasks):
    with pytest.raises(BudgetError) as caught:
        stage.attempt_to_run(*tasks)
    return caught.value


@pytest.mark.parametrize("limit", ["budget_usd", "max_cost_usd"])
def test_what_fits_to_the_cent_is_bought(stage, limit):
    stage.script.cost_usd = 0.3
    stage.spending = spending(**{limit: 0.9})
    summary = stage.run(picture("a"), picture("b"), picture("c"), saved=3)
    assert (summary.committed_usd, summary.reserved_usd) == (0.9, 0.0)


@pytest.mark.parametrize("limit", ["budget_usd", "max_cost_usd"])
def test_what_may_not_fit_is_refused_whole_before_anything_is_sent(stage, limit):
    stage.spending = spending(**{limit: 0.89})
    error = refused(stage, picture("a"), picture("b"), picture("c"))
    assert "$0.8900" in error.message
    assert "$0.9000" in error.message
    assert "a, b, c" in error.message
    assert error.exit_status == 5
    assert stage.script.requests == 0
    assert stage.record()[0] == ()


def test_a_refusal_names_ten_tasks_and_counts_the_rest(stage):
    stage.spending = spending(price=None, max_cost_usd=100.0)
    error = refused(stage, *(clip(f"n{number:02d}") for number in range(12)))
    assert "n00, n01" in error.message
    assert "n09 and 2 more" in error.message
    assert f"--assume-price {VIDEO}=USD" in error.hint


def test_a_task_without_a_price_is_refused_under_a_limit_and_named_alone(stage):
    prices = PriceTerms(set_usd={IMAGE: 0.1})
    stage.spending = Spending(budget_usd=5.0, accounts={"runware": Account(endpoint="test", prices=prices)})
    error = refused(stage, picture("a"), clip("b"))
    assert "what b may cost" in error.message
    assert stage.script.requests == 0


def test_without_a_limit_nothing_needs_a_price(stage):
    summary = stage.run(picture("a"), clip("b"), saved=2)
    assert summary.budget_usd is None
    assert summary.committed_usd == 0.5


def test_the_budget_counts_earlier_runs_and_max_cost_does_not(stage):
    stage.script.cost_usd = 0.3
    stage.spending = spending(budget_usd=0.6, max_cost_usd=0.3)
    stage.run(picture("a"), saved=1)
    stage.run(picture("a"), picture("b"), saved=1, skipped=1)
    assert "budget_usd" in refused(stage, picture("a"), picture("b"), picture("c")).message
    stage.spending = spending(max_cost_usd=0.3)
    stage.run(*map(picture, "abc"), saved=1, skipped=2)


def test_a_run_that_buys_nothing_is_never_refused(stage):
    stage.run(picture("a"), saved=1)
    stage.spending = spending(price=None, budget_usd=0.0, max_cost_usd=0.0)
    assert stage.run(picture("a"), skipped=1).committed_usd == 0.25


def test_a_purchase_bears_its_bound_and_the_mark_of_its_key(stage):
    stage.spending = spending(price=0.4)
    stage.run(picture("a"), saved=1)
    (attempt,) = stage.record()[0]
    assert attempt.ceiling_usd == 0.4
    assert attempt.key_mark == "b3d9"


def test_nothing_tells_one_key_from_another_where_none_is_needed():
    def mark(endpoint, key):
        place = LaneSettings(base_url="http://127.0.0.1:1", endpoint=endpoint)
        terms = LaneTerms(
            name="runware",
            provider=PROVIDERS["runware"],
            settings=place,
            key=key,
            concurrency=1,
            ids_are_ours=True,
            repeat_window_s=60.0,
        )
        return terms.key_mark

    assert mark("offline", Secret("a-key")) == mark("test", None) == ""
    assert mark("test", Secret("a-key")) != mark("test", Secret("another-key"))


def test_what_was_charged_bounds_the_next_purchase_of_its_size(stage):
    stage.script.cost_usd = 0.2
    stage.run(picture("a"), saved=1)
    stage.spending = spending(price=None, budget_usd=0.45)
    summary = stage.run(picture("a"), picture("b"), saved=1, skipped=1)
    assert summary.committed_usd == 0.4
    assert {attempt.task_key: attempt.ceiling_usd for attempt in stage.record()[0]} == {"a": 0.012, "b": 0.25}


@pytest.mark.parametrize("cost", [None, 0, -1, "0.25", 10_001, True])
def test_a_cost_that_cannot_be_believed_keeps_the_reservation_and_is_told(stage, cost):
    stage.script.cost_usd = cost
    stage.spending = spending(budget_usd=0.5)
    summary = stage.run(picture("a"), saved=1)
    assert (summary.committed_usd, summary.reserved_usd, summary.unpriced) == (0.3, 0.3, ("a",))
    assert [event.reserved_usd for event in stage.told(CostUnknown)] == [0.3]
    assert "$0.3000 are committed" in refused(stage, picture("a"), picture("b")).message


def test_a_free_lane_costs_nothing_whatever_it_says(stage):
    stage.spending = spending(is_free=True, budget_usd=0.0, max_cost_usd=0.0)
    summary = stage.run(picture("a"), clip("b"), saved=2)
    assert (summary.committed_usd, summary.reserved_usd, summary.unpriced) == (0.0, 0.0, ())
    assert stage.told(CostUnknown) == []


def test_a_lane_that_is_free_now_does_not_make_earlier_charges_elsewhere_free():
    paid = an_attempt(status=Status.SAVED, endpoint="https://elsewhere.test", cost_usd=2.5)
    free = an_attempt(2, status=Status.SAVED, endpoint="test", cost_usd=2.5)
    budget = Budget(spending(is_free=True), [paid, free], {}.get)
    assert budget.sums().committed_usd == Decimal("2.5")


def test_an_actual_above_its_bound_is_counted_and_stops_purchases(stage):
    stage.concurrency, stage.script.cost_usd = 1, 0.7
    stage.spending = spending(budget_usd=0.95)
    summary = stage.run(*map(picture, "abc"), saved=1, left=2, exit_status=5)
    assert summary.committed_usd == 0.7
    assert [(event.ceiling_usd, event.cost_usd) for event in stage.told(CostAboveCeiling)] == [(0.3, 0.7)]
    assert [(failure.key, failure.kind) for failure in summary.failures] == [("b", "budget"), ("c", "budget")]
    assert len(stage.told(BudgetReached)) == 1
    assert stage.bought() == {"shot a": 1}


def test_what_is_in_flight_when_the_budget_is_reached_is_still_fetched(stage):
    stage.concurrency, stage.script.cost_usd = 2, 3.0
    stage.spending = spending(budget_usd=1.0)
    summary = stage.run(*map(picture, "abc"), saved=2, left=1, exit_status=5)
    assert summary.committed_usd == 6.0


def test_a_purchase_that_was_passed_over_is_made_once_there_is_room(stage):
    stage.concurrency, stage.script.cost_usd = 1, 0.7
    stage.spending = spending(budget_usd=0.95)
    stage.run(*map(picture, "abc"), saved=1, left=2, exit_status=5)
    stage.script.cost_usd, stage.spending = 0.1, spending(budget_usd=2.0)
    stage.run(*map(picture, "abc"), saved=2, skipped=1)
    assert set(stage.bought().values()) == {1}


def test_what_may_have_been_bought_stays_counted(stage):
    stage.script.submits.append(accept_and_reset)
    stage.spending = spending(budget_usd=0.5)
    summary = stage.run(clip("a"), ambiguous=1, exit_status=6)
    assert (summary.committed_usd, summary.reserved_usd) == (0.3, 0.3)
    assert "$0.3000 are committed" in refused(stage, clip("a"), clip("b")).message


def test_a_refused_purchase_gives_its_reservation_back(stage):
    stage.script.submits.append(refusing(400, "invalidPositivePrompt"))
    stage.spending = spending(budget_usd=0.3)
    assert stage.run(picture("a"), failed=1, exit_status=1).committed_usd == 0.0
    stage.script.cost_usd = 0.3
    stage.run(picture("b"), saved=1)


def test_a_render_that_failed_after_it_was_accepted_stays_counted(stage):
    stage.script.failing["shot a"] = "invalidPositivePrompt"
    stage.spending = spending(budget_usd=0.5)
    assert stage.run(picture("a"), failed=1, exit_status=1).committed_usd == 0.3


def test_a_request_that_is_sent_again_counts_for_the_run_that_sends_it(stage):
    stage.script.submits.extend([reset] * 20)
    stage.spending = spending()
    stage.run(picture("a"), parked=1, exit_status=6)
    stage.script.submits.clear()
    stage.spending = spending(max_cost_usd=0.2)
    assert "--max-cost" in refused(stage, picture("a")).message
    stage.script.cost_usd, stage.spending = 0.3, spending(budget_usd=0.3, max_cost_usd=0.3)
    stage.run(picture("a"), saved=1)


def test_a_request_that_is_counted_already_is_sent_again_though_the_budget_was_lowered_since(stage):
    stage.script.submits.extend([reset] * 20)
    stage.spending = spending()
    stage.run(picture("a"), parked=1, exit_status=6)
    stage.script.submits.clear()
    stage.spending = spending(budget_usd=0.1)
    assert stage.run(picture("a"), saved=1).committed_usd == 0.25
    assert stage.told(BudgetReached) == []


def test_each_purchase_of_a_key_is_remarked_on_once():
    old, new = (job_of(an_attempt(no, status=Status.RENDERED, task_key="a", ceiling_usd=0.3)) for no in (1, 2))
    budget = Budget(spending(), [old.record, new.record], {}.get)
    budget.watch([old, new])
    rendered = TaskRendered(key="a", lane="runware", cost_usd=None)
    assert [event.key for event in budget.heed(rendered)] == ["a", "a"]
    assert budget.heed(rendered) == ()


def job_of(attempt):
    task = picture(attempt.task_key)
    planned = PlannedTask(task=task, fingerprint="f" * 64, action=Action.POLL, reason="", attempt=attempt)
    return Job(planned=planned, attempt=attempt, ids_are_ours=True)


def test_a_record_without_a_bound_is_priced_anew_or_named(stage):
    stage.run(picture("z"), saved=1)
    stage.before = lambda store: store.write([Change(attempt=unbounded(store))])
    stage.attempt_to_run(picture("z"))
    stage.before, stage.spending = None, spending(price=None, budget_usd=9.0)
    error = refused(stage, picture("z"), picture("b"))
    assert "recorded of old (lost)" in error.message
    assert f"--assume-price {VIDEO}=USD" in error.hint
    stage.spending = spending(price=0.3, budget_usd=9.0)
    assert stage.attempt_to_run(picture("z"), picture("b")).saved == 1


def unbounded(store):
    """A purchase of a clip whose cost nobody told and that was made without a budget."""
    attempt = store.snapshot().attempts[0]
    values = {
        "status": Status.LOST,
        "provider": "aimlapi",
        "model": VIDEO,
        "endpoint": "test",
        "params": {"prompt": "x"},
    }
    return an_attempt(task_key="old", submitted_at=attempt.submitted_at, **values)


def test_sums_are_exact():
    attempts = [an_attempt(no, status=Status.SAVED, cost_usd=usd) for no, usd in enumerate((0.1, 0.2))]
    budget = Budget(spending(budget_usd=0.3), attempts, {}.get)
    assert budget.sums().committed_usd == Decimal("0.3")
    assert not any(limit.is_passed for limit in budget.limits())


@given(
    st.lists(st.tuples(MONEY, MONEY, st.sampled_from(["saved", "failed", "ambiguous", "unpriced"])), max_size=12), MONEY
)
def test_what_is_committed_never_passes_a_limit_while_costs_keep_to_their_bounds(purchases, limit):
    budget = Budget(Spending(budget_usd=limit, max_cost_usd=limit), [], {}.get)
    for no, (ceiling, part, end) in enumerate(purchases):
        attempt = an_attempt(no, ceiling_usd=ceiling, remote_id="")
        if not budget.reserve(attempt):
            break
        assert budget.sums().committed_usd <= Decimal(str(limit))
        settled = {"saved": {"cost_usd": min(ceiling, part)}, "unpriced": {"cost_usd": None}}
        status = {"failed": Status.FAILED, "ambiguous": Status.PREPARED}.get(end, Status.SAVED)
        budget.settle(an_attempt(no, ceiling_usd=ceiling, remote_id="", status=status, **settled.get(end, {})))
        assert budget.sums().committed_usd <= Decimal(str(limit))
        assert not any(limit.is_passed for limit in budget.limits())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    costs=st.lists(st.sampled_from([0.05, 0.1, 0.3, None, "0.1"]), min_size=5, max_size=5),
    cap=st.sampled_from([1.5, 2]),
)
def test_a_whole_run_keeps_its_budget_whatever_each_render_costs(tmp_path_factory, costs, cap):
    stage = Stage(root=tmp_path_factory.mktemp("stage") / "film", concurrency=2)
    stage.spending = spending(budget_usd=cap)
    left = list(costs)

    async def accept_at_another_price(moment):
        stage.script.cost_usd = left.pop()
        return await accept(moment)

    stage.script.submits.extend([accept_at_another_price] * len(costs))
    summary = stage.attempt_to_run(*map(picture, "abcde"))
    assert (summary.saved, summary.exit_status) == (5, 0)
    assert summary.committed_usd <= cap


def test_a_refusal_beside_something_paid_for_says_how_to_bring_that_home(stage):
    stage.run(picture("a"), saved=1)
    (stage.root / "a.jpg").unlink()
    stage.spending = spending(max_cost_usd=0.0)
    assert "`render fetch`" in refused(stage, picture("a"), picture("b")).hint
    assert "`render fetch`" not in refused(stage, picture("b")).hint
