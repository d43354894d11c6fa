"""No task ends without a word: what a run did not finish says how it stands and why."""

import pytest

from render.records import Action, PlannedTask, Status
from render.runner.job import Job, Outcome
from render.runner.leftovers import Causes, explain
from tests.runner.scripted import accept, hang, stopping
from tests.runner.stage import clip, picture
from tests.store.recorded import an_attempt


def unfinished(*, status=None, ids_are_ours=True, outcome=None):
    planned = PlannedTask(task=picture("a"), fingerprint="f" * 64, action=Action.SUBMIT, reason="new")
    attempt = an_attempt(status=status) if status else None
    return Job(planned=planned, attempt=attempt, ids_are_ours=ids_are_ours, outcome=outcome)


@pytest.mark.parametrize(
    ("causes", "kind", "word"),
    [
        (Causes(signal="SIGINT"), "left", "SIGINT"),
        (Causes(budget="budget_usd is passed", run="budget_usd is passed"), "budget", "passed"),
        (Causes(run="the disk is full"), "left", "disk"),
        (Causes(run="the disk is full", lanes={"runware": "no such key"}), "left", "no such key"),
        (Causes(budget="passed", lanes={"runware": "no such key"}), "left", "no such key"),
        (Causes(lanes={"aimlapi": "no such key"}), "left", "reached"),
    ],
)
def test_what_was_not_sent_names_its_cause(causes, kind, word):
    job = unfinished()
    explain([job], causes)
    assert job.outcome is Outcome.LEFT
    assert job.failure.kind == kind
    assert word in job.failure.message


@pytest.mark.parametrize(
    ("status", "ids_are_ours", "kind"),
    [(Status.SUBMITTED, True, "parked"), (Status.PREPARED, True, "parked"), (Status.PREPARED, False, "ambiguous")],
)
def test_what_is_with_the_provider_says_so(status, ids_are_ours, kind):
    job = unfinished(status=status, ids_are_ours=ids_are_ours)
    explain([job], Causes(signal="SIGTERM"))
    assert (job.outcome.value, job.failure.kind) == (kind, kind)


@pytest.mark.parametrize("outcome", [Outcome.SAVED, Outcome.SKIPPED])
def test_what_is_there_has_nothing_to_explain(outcome):
    job = unfinished(status=Status.SAVED, outcome=outcome)
    explain([job], Causes(signal="SIGTERM"))
    assert job.failure is None


def test_a_run_that_was_stopped_names_every_task_it_did_not_finish(stage):
    stage.concurrency = 1
    stage.script.submits.append(stopping(accept))
    summary = stage.run(picture("a"), picture("b"), parked=1, left=1, exit_status=130)
    assert [(failure.key, failure.kind) for failure in summary.failures] == [("a", "parked"), ("b", "left")]


def test_a_purchase_that_was_cut_off_is_named_as_ambiguous(stage, impatient):
    stage.script.submits.append(stopping(hang))
    summary = stage.run(clip("a"), ambiguous=1, exit_status=130)
    assert [(failure.key, failure.kind) for failure in summary.failures] == [("a", "ambiguous")]
