"""Mutants of talking to providers: what their answers prove, when they may be asked, and how a run stops asking."""

from tests.mutants.mutant import mutant

_BUYING = "tests/runner/test_buying.py"
_POLLING = "tests/runner/test_polling.py"
_PACE = "tests/runner/test_pace.py"
_WIRE = "tests/test_wire.py"
_RUNWARE = "tests/providers/test_runware_submit.py"
_REPLIES = "tests/providers/test_replies.py"

MUTANTS = (
    mutant(
        "aimlapi-5xx-is-a-refusal",
        "a 5xx leaves the outcome of a purchase open",
        "    if status == 408 or status >= 500 or not _is_their_error(document):\n",
        "    if status == 408 or not _is_their_error(document):\n",
        f"{_BUYING}::test_a_lost_answer_of_aimlapi_is_ambiguous_and_never_sent_again",
    ),
    mutant(
        "runware-5xx-is-a-refusal",
        "a 5xx leaves the outcome of a purchase open",
        "(status >= 500 and kind not in _REFUSALS)",
        "False",
        f"{_RUNWARE}::test_a_trouble_inside_the_service_proves_no_refusal_and_keeps_the_wait",
    ),
    mutant(
        "502-page-is-a-refusal",
        "an answer that cannot be read proves nothing",
        "    return OutcomeUnknownError(message, http_status=reply.status, retry_after_s=reply.retry_after_s)\n\n\n"
        "def _refuse_constant",
        "    return TransientError(message, http_status=reply.status, retry_after_s=reply.retry_after_s)\n\n\n"
        "def _refuse_constant",
        f"{_BUYING}::test_a_lost_answer_of_aimlapi_is_ambiguous_and_never_sent_again",
    ),
    mutant(
        "conflict-is-a-refusal",
        "a conflict about our id proves that it was accepted",
        "if any(kind_of(error.code) is CodeKind.CONFLICT for error in errors) or _is_acknowledged(answer, our_id):\n",
        "if _is_acknowledged(answer, our_id):\n",
        f"{_RUNWARE}::test_a_conflict_about_our_id_is_an_acceptance_whatever_the_status",
    ),
    mutant(
        "sent-counts-as-unsent",
        "whether a request left is asked of the connection",
        "    if not was_sent:\n",
        "    if True:\n",
        f"{_WIRE}::test_a_reset_before_a_byte_was_read_still_counts_as_sent",
    ),
    mutant(
        "empty-poll-is-a-failure",
        "an id that an answer does not mention is still running",
        "        failures=tuple(_failure(error, answer.status) for error in verdicts),\n"
        "        is_pending=bool(words) or not (results or verdicts),\n",
        "        failures=tuple(_failure(error, answer.status) for error in verdicts)\n"
        '        or (() if items or errors else (render_failure("gone", code="", status=answer.status),)),\n'
        "        is_pending=bool(words),\n",
        "tests/providers/test_runware_poll.py::test_an_unknown_id_looks_like_a_running_one",
    ),
    mutant(
        "forgotten-id-is-bought-again",
        "an id that a provider forgot is parked",
        "            case Verdict.UNKNOWN if job.record.status is not Status.PREPARED:\n",
        "            case Verdict.UNKNOWN:\n                self._lane.release(job)\n"
        '                await self._lane.fail(job, OutcomeUnknownError("unknown"), is_final=False)\n'
        "            case Verdict.UNKNOWN if job.record.status is not Status.PREPARED:\n",
        "tests/runner/test_archive.py::test_an_id_that_is_forgotten_is_parked_and_never_bought_again",
    ),
    mutant(
        "first-failure-believed",
        "a failure is believed when it is seen twice",
        "        return Verdict.FAILED if now - sights.failed_at >= FAILURE_APART_S else Verdict.RUNNING\n",
        "        return Verdict.FAILED\n",
        "tests/runner/test_sights.py::test_a_failure_is_believed_when_it_is_seen_again_some_seconds_later",
    ),
    mutant(
        "failed-read-is-a-verdict",
        "a poll that fails says nothing about a render",
        "    verdicts = [error for error in errors if answer.is_success and kind_of(error.code) not in _NO_VERDICT]\n",
        "    verdicts = [error for error in errors if kind_of(error.code) not in _NO_VERDICT]\n",
        "tests/providers/test_runware_poll.py::test_one_bad_id_does_not_keep_its_neighbours_results_away",
    ),
    mutant(
        "retry-after-ignored",
        "a Retry-After is honoured",
        '        self.host.hold(getattr(error, "retry_after_s", None), now=now)\n',
        "",
        f"{_PACE}::test_a_host_that_asks_for_more_patience_than_there_is_is_left_to_the_next_run",
    ),
    mutant(
        "retry-after-for-one-task",
        "a Retry-After holds everything for the host",
        "            held_s = self.host.hold_left_s(now)\n",
        "            held_s = 0.0\n",
        f"{_PACE}::test_a_host_that_asks_for_more_patience_than_there_is_is_left_to_the_next_run",
    ),
    mutant(
        "retry-after-for-one-lane",
        "lanes on one host keep to the same hold",
        "        self.host = shared.hosts.setdefault(host_of(terms.settings.base_url), Host())\n",
        "        self.host = Host()\n",
        f"{_PACE}::test_two_lanes_on_one_host_keep_to_the_same_hold",
    ),
    mutant(
        "breaker-opens-with-a-purchase",
        "a purchase is never the first thing that a broken host gets",
        "                await self._probe(job)\n",
        "                return True\n",
        f"{_POLLING}::test_a_broken_host_is_asked_one_free_question_before_anything_is_bought_there",
    ),
    mutant(
        "repeats-without-end",
        "repeats live on a budget",
        "        if self._repeats >= 1:\n",
        "        if True:\n",
        "tests/runner/test_host.py::test_an_empty_budget_of_repeats_says_when_to_come_back_and_keeps_its_word",
    ),
    mutant(
        "post-redirect-followed",
        "a call is never redirected",
        "            allow_redirects=False,\n            timeout=aiohttp.ClientTimeout(total",
        "            allow_redirects=True,\n            timeout=aiohttp.ClientTimeout(total",
        f"{_WIRE}::test_a_redirect_of_a_call_is_returned_and_not_followed",
    ),
    mutant(
        "cookies-kept",
        "no cookie is ever sent back",
        "            cookie_jar=aiohttp.DummyCookieJar(),\n",
        "            cookie_jar=aiohttp.CookieJar(unsafe=True),\n",
        f"{_WIRE}::test_no_cookie_is_ever_sent_back",
    ),
    mutant(
        "proxy-of-the-environment",
        "the environment names no proxy unasked",
        "            trust_env=False,\n",
        "            trust_env=True,\n",
        f"{_WIRE}::test_the_environment_names_no_proxy_to_us",
    ),
    mutant(
        "key-twice-in-json-accepted",
        "an answer with a key twice is no answer",
        "            object_pairs_hook=_without_repeats,\n",
        "",
        _REPLIES,
    ),
    mutant(
        "nan-in-json-accepted",
        "an answer with NaN is no answer",
        "            parse_constant=_refuse_constant,\n",
        "",
        _REPLIES,
    ),
    mutant(
        "answer-without-bound",
        "an answer longer than any should be is not read",
        "        if len(body) > _LARGEST_REPLY_BYTES:\n",
        "        if False:\n",
        f"{_WIRE}::test_a_paid_call_without_a_whole_answer_has_an_unknown_outcome",
    ),
    mutant(
        "acceptance-not-recorded",
        "an acceptance is durable before it is waited for",
        "            await self._shared.journal.note(Change(attempt=job.attempt))\n        finally:\n",
        "            pass\n        finally:\n",
        "tests/runner/test_stopping.py::test_a_stop_in_the_middle_of_a_poll_parks_what_is_in_flight",
    ),
    mutant(
        "stop-goes-on-buying",
        "nothing is bought after a request to stop",
        "        return not is_forbidden and not shared.stop.is_set()\n",
        "        return not is_forbidden\n",
        "tests/runner/test_stopping.py::test_a_stop_just_after_the_intent_is_written_sends_nothing",
    ),
    mutant(
        "second-signal-ignored",
        "a second signal ends a run at once",
        "            os._exit(STATUSES[number])\n",
        "            return\n",
        "tests/acceptance/test_stopping.py::test_a_second_signal_ends_it_at_once",
    ),
    mutant(
        "nothing-outlasts-the-first-signal-forgotten",
        "whatever hangs, a run ends soon after the first signal",
        "        _leave_after(LAST_RESORT_S, STATUSES[number])\n",
        "",
        "tests/acceptance/test_stopping.py::test_what_cannot_be_cancelled_is_left_behind",
    ),
)
