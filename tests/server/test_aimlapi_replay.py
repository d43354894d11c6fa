"""Every recorded or documented exchange of AI/ML API, held against what this server answers."""

from urllib.parse import quote

import pytest

from render.server.credit import Account
from render.server.faults.records import Fault, Status
from render.server.rules import FailureRule
from render.server.switches import AimlSwitches, Switches
from tests.server.rehearsal import until

PATH, MODEL = "/v2/video/generations", "sber-ai/kandinsky5-distill-t2v"
BODY = {"model": MODEL, "prompt": "a dragon"}


def _poll(witness, identifier):
    return witness.ask(f"{PATH}?generation_id={quote(identifier, safe='')}")


def _alike(seen, answered):
    """Whether an answer has every member of what was seen, each of the same kind, and no other but `meta`."""
    same_kinds = all(type(answered[name]) is type(seen[name]) for name in seen)
    return set(answered) - {"meta"} == set(seen) - {"meta"} and same_kinds


def test_a_wrong_key_is_refused_as_it_was_seen_live(serve, recorded):
    seen = recorded("aiml-error-401")["response"]
    answer = serve(keys=frozenset({"right"}), key="wrong").ask(PATH, body=BODY)
    assert answer.status == seen["status"]
    assert _alike(seen["body"], answer.body)
    assert [answer.body[name] for name in ("message", "path", "statusCode")] == [
        seen["body"][name] for name in ("message", "path", "statusCode")
    ]


def test_a_submission_is_answered_as_documented(serve, recorded):
    exchange = recorded("aiml-submit")
    answer = serve(latency_s=(60, 60)).ask(PATH, body=exchange["request"])
    seen = exchange["response"]
    assert answer.status == seen["status"]
    assert _alike(seen["body"], answer.body)
    assert (answer.body["status"], answer.body["meta"]) == (seen["body"]["status"], seen["body"]["meta"])


def test_polls_pass_through_the_documented_bodies(serve, recorded):
    witness = serve(latency_s=(0.4, 0.4))
    identifier = witness.ask(PATH, body=BODY).body["id"]
    generating = until(lambda: _poll(witness, identifier), lambda answer: answer.body["status"] == "generating")
    completed = until(lambda: _poll(witness, identifier), lambda answer: answer.body["status"] == "completed")
    for name, answer in (("generating", generating), ("completed", completed)):
        seen = recorded(f"aiml-poll-{name}")["response"]
        assert (answer.status, answer.body["status"]) == (seen["status"], seen["body"]["status"])
        assert _alike(seen["body"], answer.body)


def test_a_finished_video_with_extras_is_as_documented(serve, recorded):
    witness = serve(switches=Switches(aimlapi=AimlSwitches(video_extras=True)))
    answer = witness.settle_generation(witness.ask(PATH, body=BODY).body["id"])
    assert _alike(recorded("aiml-poll-completed")["response_with_extras"]["body"]["video"], answer.body["video"])


def test_a_failed_generation_is_told_as_documented(serve, recorded):
    witness = serve(failures=(FailureRule(),))
    answer = witness.settle_generation(witness.ask(PATH, body=BODY).body["id"])
    seen = recorded("aiml-poll-error")["response"]
    assert (answer.status, answer.body["status"]) == (seen["status"], seen["body"]["status"])
    assert _alike(seen["body"], answer.body)
    assert _alike(seen["body"]["error"], answer.body["error"])


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503, 504])
def test_errors_bear_the_documented_words(serve, recorded, status):
    documented = recorded("aiml-errors")
    answer = serve(faults=(Fault(on="aimlapi.submit", action=Status(status=status)),)).ask(PATH, body=BODY)
    words = documented["by_status"][str(status)]
    assert answer.status == status
    assert set(answer.body) == set(documented["body_shape"])
    # the page describes a 401 in words of its own; the text itself was recorded live
    assert status == 401 or answer.body["message"] in words


def test_balances_have_the_documented_fields(serve, recorded):
    witness, documented = serve(credit={"aimlapi": Account(usd=3)}), recorded("aiml-balance")
    older, newer = witness.ask("/v1/billing/balance").body, witness.ask("/v2/billing").body
    assert (set(older), set(newer)) == (set(documented["v1"]["fields"]), set(documented["v2"]["fields"]))
    assert (older["balance"], newer["current_balance"]) == (6_000_000, 3)


def test_every_documented_value_is_taken_and_the_defaults_are_the_documented_ones(serve, recorded):
    witness, limits = serve(), recorded("aiml-limits")
    for name in ("model", "aspect_ratio", "duration"):
        for value in limits["enum"][name]:
            assert witness.ask(PATH, body={**BODY, name: value}).status == 200
    plain = witness.ask(PATH, body={name: BODY[name] for name in limits["required"]})
    spelt_out = witness.ask(PATH, body={**BODY, **limits["default"]})
    assert plain.body["meta"] == spelt_out.body["meta"]
