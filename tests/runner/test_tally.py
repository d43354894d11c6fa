"""How a run's end is counted, and which status is the worst."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.records import Action, Failure, PlannedTask, Status, Summary
from render.runner.job import Job, Outcome
from render.runner.tally import Ending, exit_status, summarise
from tests.runner.stage import picture
from tests.store.recorded import an_attempt

EVERYTHING = set(Outcome)


def job(outcome=None, *, status=None, ids_are_ours=True, cost_usd=None):
    planned = PlannedTask(task=picture("a"), fingerprint="f" * 64, action=Action.SUBMIT, reason="new")
    attempt = an_attempt(status=status) if status else None
    return Job(planned=planned, attempt=attempt, ids_are_ours=ids_are_ours, outcome=outcome, cost_usd=cost_usd)


@pytest.mark.parametrize(
    ("outcomes", "ending", "status"),
    [
        (set(), Ending(), 0),
        ({Outcome.SAVED, Outcome.SKIPPED}, Ending(), 0),
        ({Outcome.SAVED, Outcome.FAILED}, Ending(), 1),
        ({Outcome.LEFT}, Ending(), 1),
        ({Outcome.LOST}, Ending(), 1),
        ({Outcome.FAILED, Outcome.AMBIGUOUS}, Ending(), 6),
        ({Outcome.LOST, Outcome.HELD}, Ending(), 6),
        ({Outcome.LEFT, Outcome.PARKED}, Ending(), 6),
        (EVERYTHING, Ending(credit_missing=True), 5),
        (EVERYTHING, Ending(credit_missing=True, key_refused=True), 3),
        (EVERYTHING, Ending(credit_missing=True, key_refused=True, signal_status=130), 130),
        ({Outcome.SAVED}, Ending(signal_status=143), 143),
        (EVERYTHING, Ending(budget_reached=True), 5),
        ({Outcome.SAVED}, Ending(budget_reached=True, is_cut_short=True), 5),
        ({Outcome.SAVED, Outcome.LEFT}, Ending(is_cut_short=True), 6),
        (EVERYTHING, Ending(record_failed=True, key_refused=True, credit_missing=True), 4),
        ({Outcome.SAVED}, Ending(record_failed=True, signal_status=130), 130),
    ],
)
def test_the_worst_thing_that_happened_decides_the_exit_status(outcomes, ending, status):
    assert exit_status(outcomes, ending) == status


@given(st.lists(st.sampled_from([None, *Outcome])))
def test_every_task_is_counted_once(outcomes):
    summary = summarise([job(outcome) for outcome in outcomes], Ending())
    names = {outcome.value for outcome in Outcome}
    assert names <= {field.name for field in fields(Summary)}
    assert sum(getattr(summary, name) for name in names) == summary.tasks == len(outcomes)


@pytest.mark.parametrize(
    ("status", "ids_are_ours", "outcome"),
    [
        (None, True, Outcome.LEFT),
        (Status.FAILED, True, Outcome.LEFT),
        (Status.ABANDONED, False, Outcome.LEFT),
        (Status.PREPARED, True, Outcome.PARKED),
        (Status.PREPARED, False, Outcome.AMBIGUOUS),
        (Status.SUBMITTED, False, Outcome.PARKED),
        (Status.RENDERED, True, Outcome.PARKED),
        (Status.SAVED, True, Outcome.PARKED),
    ],
)
def test_an_unfinished_task_stands_as_its_last_recorded_fact_says(status, ids_are_ours, outcome):
    assert job(status=status, ids_are_ours=ids_are_ours).outcome_if_stopped() is outcome


def test_costs_add_up_and_failures_are_listed_in_order():
    jobs = [job(Outcome.SAVED, cost_usd=0.1), job(Outcome.FAILED), job(Outcome.LOST, cost_usd=0.2)]
    for number, one in enumerate(jobs[1:]):
        one.failure = Failure(key=str(number), kind="rejected", message="no")
    summary = summarise(jobs, Ending(requests=7))
    assert (summary.cost_usd, summary.requests) == (0.3, 7)
    assert [failure.key for failure in summary.failures] == ["0", "1"]


@pytest.mark.parametrize(
    ("known_before", "told_now", "counted"),
    [(None, 0.2, 0.2), (0.2, 0.2, 0.0), (0.2, 0.3, 0.1), (0.3, 0.2, 0.0), (0.2, None, 0.0)],
)
def test_a_cost_counts_in_the_run_that_was_the_first_to_learn_it(known_before, told_now, counted):
    one = job(Outcome.SAVED, status=Status.SAVED, cost_usd=told_now)
    found = replace(one.planned, action=Action.DOWNLOAD, attempt=replace(one.record, cost_usd=known_before))
    again = replace(one, planned=found)
    assert again.is_fetched_again
    assert summarise([again], Ending()).cost_usd == counted


def test_what_an_earlier_try_cost_is_not_taken_off_the_next_one():
    one = job(Outcome.SAVED, status=Status.SAVED, cost_usd=0.2)
    before = an_attempt(2, status=Status.FAILED, cost_usd=0.2)
    again = replace(one, planned=replace(one.planned, attempt=before))
    assert (again.found, again.is_fetched_again) == (None, False)
    assert summarise([again], Ending()).cost_usd == 0.2
