"""Mutants of buying: what is written before money moves, under which id it moves, and what it may sum up to."""

from tests.mutants.mutant import mutant

_BUYING = "tests/runner/test_buying.py"
_BUDGET = "tests/runner/test_budget.py"
_RECOVERY = "tests/runner/test_recovery.py"
_RECORD = "tests/runner/test_record.py"
_ADOPTING = "tests/runner/test_adopting.py"
_WRITE = """\
            # Before the POST: a crash after it must find the row.
            await self._shared.journal.write(Change(attempt=attempt))
"""
_READ_SUBMIT = (
    "        accepted = await self._lane.consult(call, lambda reply: provider.read_submit(reply, our_id=our_id))\n"
)

MUTANTS = (
    mutant(
        "intent-after-post",
        "the intent is durable before the request leaves",
        _WRITE,
        "            pass\n",
        f"{_RECORD}::test_a_record_that_cannot_be_written_lets_nothing_be_bought",
        also=[
            (_READ_SUBMIT, f"{_READ_SUBMIT}        await self._shared.journal.write(Change(attempt=job.record))\n"),
        ],
    ),
    mutant(
        "no-intent",
        "every purchase has an intent in the record",
        _WRITE,
        "            pass\n",
        f"{_RECORD}::test_a_record_that_cannot_be_written_lets_nothing_be_bought",
    ),
    mutant(
        "new-id-on-retry",
        "a purchase is repeated under its own id",
        "provider, our_id = self._lane.terms.provider, job.record.id\n",
        "provider, our_id = self._lane.terms.provider, self._shared.surroundings.new_id()\n",
        f"{_BUYING}::test_runware_is_asked_again_under_the_same_id_and_charges_once",
    ),
    mutant(
        "new-id-on-recover",
        "what an earlier run may have sent is sent again under its own id",
        "        job.record,\n        task_key=job.task.key,\n",
        "        job.record,\n        id=lane.shared.surroundings.new_id(),\n        task_key=job.task.key,\n",
        f"{_RECOVERY}::test_a_recent_request_is_sent_again_under_its_id",
    ),
    mutant(
        "old-request-sent-again",
        "a request too old to be recognised is never sent again",
        "        if is_past_recognition(self._lane, job):\n",
        "        if False:\n",
        f"{_RECOVERY}::test_an_old_request_that_nobody_knows_is_ambiguous_and_never_sent",
    ),
    mutant(
        "unknown-outcome-sent-again",
        "without ids of ours nothing is sent twice",
        "        is_ambiguous = isinstance(error, OutcomeUnknownError) and not ",
        "        is_ambiguous = False and not ",
        f"{_BUYING}::test_a_lost_answer_of_aimlapi_is_ambiguous_and_never_sent_again",
    ),
    mutant(
        "not-in-the-log-is-bought-again",
        "what the log does not name stays ambiguous",
        '                error = OutcomeUnknownError(f"{error.message}; {missing}")\n',
        '                error = OutcomeUnknownError(f"{error.message}; {missing}")\n'
        "                job.may_have_arrived = False\n",
        f"{_ADOPTING}::test_a_purchase_that_the_log_never_names_stays_ambiguous_and_is_not_bought_again",
    ),
    mutant(
        "render-of-another-client-adopted",
        "only a row of the log with our id speaks of our purchase",
        '        our_id, remote_id = row.get("client_request_id"), row.get("inference_id")\n',
        '        our_id, remote_id = next(iter(our_ids), None), row.get("inference_id")\n',
        f"{_ADOPTING}::test_the_render_of_another_client_is_not_taken_for_ours",
    ),
    mutant(
        "one-render-for-two-purchases",
        "a render that is another task's is not adopted",
        "                    return None if remote_id in taken else Accepted(remote_id=remote_id)\n",
        "                    return Accepted(remote_id=remote_id)\n",
        f"{_ADOPTING}::test_one_render_is_not_taken_for_two_purchases",
    ),
    mutant(
        "refusal-of-a-repeat-believed",
        "a refused repeat proves nothing about the send before it",
        "        if job.may_have_arrived:\n            await self._give_up(job, error)\n        else:\n"
        "            await self._lane.fail(job, error, is_final=True)\n",
        "        await self._lane.fail(job, error, is_final=True)\n",
        f"{_BUYING}::test_a_refusal_of_a_repeat_proves_nothing_about_what_was_sent_before_it",
    ),
    mutant(
        "foreign-id-believed",
        "the id of another render is not taken for this one's",
        "        if accepted.remote_id in self._known_ids:\n",
        "        if False:\n",
        f"{_BUYING}::test_an_id_that_another_render_has_is_not_believed",
    ),
    mutant(
        "ambiguous-is-bought",
        "what may have been sent without an id of ours is a person's to decide",
        'return Action.HOLD, f"{ambiguous(task.key)}{renamed}"',
        'return Action.SUBMIT, f"{ambiguous(task.key)}{renamed}"',
        "tests/test_plan.py::test_every_state_of_a_task_has_exactly_one_action",
    ),
    mutant(
        "missing-file-is-bought-again",
        "a file that was removed is fetched again, not bought",
        "            case Status.RENDERED:\n                return Action.DOWNLOAD,",
        "            case Status.RENDERED:\n                return Action.SUBMIT,",
        "tests/test_plan.py::test_every_state_of_a_task_has_exactly_one_action",
    ),
    mutant(
        "fetch-buys",
        "`render fetch` buys nothing",
        "        case Action.SUBMIT:\n            return None\n",
        "        case Action.SUBMIT:\n            return planned\n",
        "tests/runner/test_bringing_home.py::test_nothing_new_is_bought",
    ),
    mutant(
        "slot-released-at-submit",
        "no more than `concurrency` renders are unfinished",
        "        self._lane.track(job, accepted.remote_id)\n",
        "        self._lane.track(job, accepted.remote_id)\n        self._lane.release(job)\n"
        "        self._lane.in_flight[accepted.remote_id] = job\n",
        f"{_BUYING}::test_no_more_than_the_lanes_concurrency_is_ever_unfinished",
    ),
    mutant(
        "budget-after-post",
        "what a purchase may cost is reserved before it is sent",
        "        if not self._budget.reserve(attempt):\n",
        "        if self._budget.closed_by:\n",
        _BUDGET,
        also=[(_READ_SUBMIT, f"{_READ_SUBMIT}        self._budget.reserve(job.record)\n")],
    ),
    mutant(
        "no-look-before-the-first-purchase",
        "a plan that may pass a limit is refused whole",
        "    require_room(budget, score.plan.tasks)\n",
        "",
        f"{_BUDGET}::test_what_may_not_fit_is_refused_whole_before_anything_is_sent",
    ),
    mutant(
        "reservation-freed-at-submit",
        "a reservation lasts until the charge is known",
        "        amount = told or _NOTHING\n",
        "        amount = _NOTHING if attempt.submitted_at else told or _NOTHING\n",
        f"{_BUDGET}::test_a_cost_that_cannot_be_believed_keeps_the_reservation_and_is_told",
    ),
    mutant(
        "reservation-freed-when-nobody-knows",
        "what may have been bought stays counted",
        "        outcome = Outcome.PARKED if self._lane.terms.ids_are_ours else Outcome.AMBIGUOUS\n",
        "        outcome = Outcome.PARKED if self._lane.terms.ids_are_ours else Outcome.AMBIGUOUS\n"
        "        self._budget.forget(job.record.id)\n",
        f"{_BUDGET}::test_what_may_have_been_bought_stays_counted",
    ),
    mutant(
        "failed-after-acceptance-is-free",
        "a render that failed after it was accepted stays counted",
        "    if attempt.status is Status.FAILED and not attempt.submitted_at and not attempt.remote_id:\n",
        "    if attempt.status is Status.FAILED:\n",
        f"{_BUDGET}::test_a_render_that_failed_after_it_was_accepted_stays_counted",
    ),
    mutant(
        "absurd-charge-counted",
        "an absurd charge is not believed",
        "    charged = believed(attempt.cost_usd)\n",
        "    charged = None if attempt.cost_usd is None else exact(attempt.cost_usd)\n",
        "tests/test_estimate.py::test_what_an_attempt_counts_for",
        "tests/test_estimate.py",
    ),
)
