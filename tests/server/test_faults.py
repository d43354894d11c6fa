import json
import signal
import time
from email.utils import parsedate_to_datetime

import pytest

from tests.server.raw_client import Raw

PATH, MODEL = "/v2/video/generations", "sber-ai/kandinsky5-distill-t2v"
BODY = {"model": MODEL, "prompt": "a dragon"}


def _purchases(witness):
    return len(witness.ledger()["purchases"])


def _fired(witness):
    return [(fault["event"], fault["occurrence"], fault["action"]) for fault in witness.ledger()["faults"]]


@pytest.mark.parametrize(
    ("action", "end", "charged"),
    [
        ("refuse", "reset", 0),
        ("reset_before", "reset", 0),
        ("reset_after", "reset", 1),
        ("drop", "closed", 1),
        ({"drop": {"charged": False}}, "closed", 0),
        ({"hang": 0.1}, "closed", 1),
        ({"hang": 0.1, "charged": False}, "closed", 0),
    ],
)
def test_a_reply_that_never_comes_ends_as_told_and_is_charged_or_not(serve_script, action, end, charged):
    witness = serve_script({"on": "aimlapi.submit", "nth": 1, "action": action})
    raw = Raw(witness, PATH, body=BODY)
    assert (raw.received, raw.end) == (b"", end)
    assert _purchases(witness) == charged
    name = action if isinstance(action, str) else next(iter(action))
    assert _fired(witness) == [("aimlapi.submit", 1, name)]
    assert witness.ask(PATH, body=BODY).status == 200
    assert _purchases(witness) == charged + 1


def test_a_hanging_server_sends_nothing_while_the_client_stays(serve_script):
    witness = serve_script({"on": "aimlapi.submit", "action": "hang"})
    raw = Raw(witness, PATH, body=BODY, patience_s=0.3)
    assert (raw.received, raw.end) == (b"", "silent")
    assert _purchases(witness) == 1


def test_a_connection_is_refused_before_a_byte_is_read(serve_script):
    witness = serve_script({"on": "connection", "from": 2, "to": 3, "action": "refuse"})
    assert Raw(witness, PATH, body=BODY).end == "closed"
    assert [Raw(witness, PATH, body=BODY).end for _ in range(2)] == ["reset", "reset"]
    assert _purchases(witness) == 1
    assert _fired(witness) == [("connection", 2, "refuse"), ("connection", 3, "refuse")]


def test_a_cut_reply_is_charged_and_shorter_than_it_promised(serve_script):
    witness = serve_script({"on": "aimlapi.submit", "action": {"cut": 10}})
    raw = Raw(witness, PATH, body=BODY)
    assert (len(raw.body), raw.end) == (10, "closed")
    assert raw.promised > 10
    assert _purchases(witness) == 1


def test_a_reply_can_trickle(serve_script):
    witness = serve_script({"on": "aimlapi.submit", "nth": 1, "action": {"trickle": 0.02}})
    raw = Raw(witness, PATH, body=BODY, stop_at=2)
    assert 2 <= len(raw.body) < raw.promised
    assert _purchases(witness) == 1


def test_a_trickling_reply_is_whole_in_the_end(serve_script):
    witness = serve_script({"on": "aimlapi.submit", "nth": 1, "action": {"trickle": 0.0}}, latency_s=(60, 60))
    raw = Raw(witness, PATH, body=BODY)
    assert json.loads(raw.body)["status"] == "queued"


@pytest.mark.parametrize(
    ("action", "status", "media_type", "charged"),
    [
        ({"status": 503}, 503, "application/json", 0),
        ({"status": 502, "body": "html"}, 502, "text/html", 0),
        ({"status": 500, "body": "none"}, 500, None, 0),
        ({"status": 504, "charged": True}, 504, "application/json", 1),
        ("html", 200, "text/html", 1),
        ({"html": {"charged": False}}, 200, "text/html", 0),
    ],
)
def test_another_status_or_a_page_is_sent_in_place_of_the_reply(serve_script, action, status, media_type, charged):
    witness = serve_script({"on": "aimlapi.submit", "action": action})
    answer = witness.ask(PATH, body=BODY)
    assert (answer.status, (answer.headers["Content-Type"] or "").split(";")[0]) == (status, media_type or "")
    if media_type == "application/json":
        assert answer.body["statusCode"] == status
    assert _purchases(witness) == charged


def test_half_of_a_json_document_is_sent_as_if_it_were_all(serve_script):
    witness = serve_script({"on": "aimlapi.submit", "action": "bad_json"})
    raw = Raw(witness, PATH, body=BODY)
    assert raw.promised == len(raw.body)
    with pytest.raises(json.JSONDecodeError):
        json.loads(raw.body)
    assert _purchases(witness) == 1


def test_a_reply_bears_an_id_that_was_never_given_out(serve_script):
    witness = serve_script({"on": "aimlapi.submit", "action": "wrong_id"})
    identifier = witness.ask(PATH, body=BODY).body["id"]
    assert identifier.endswith(f":{MODEL}")
    assert witness.ledger()["purchases"][0]["id"] != identifier


@pytest.mark.parametrize(
    ("action", "gone"), [("missing_fields", {"id", "status"}), ({"missing_fields": ["meta"]}, {"meta"})]
)
def test_a_reply_lacks_what_it_needs(serve_script, action, gone):
    witness = serve_script({"on": "aimlapi.submit", "action": action})
    assert set(witness.ask(PATH, body=BODY).body) == {"id", "status", "meta"} - gone
    assert _purchases(witness) == 1


@pytest.mark.parametrize(("action", "word"), [("unknown_status", "moderating"), ({"unknown_status": "odd"}, "odd")])
def test_a_poll_says_what_nobody_has_heard_of(serve_script, action, word):
    witness = serve_script({"on": "aimlapi.poll", "every": 2, "action": action})
    identifier = witness.ask(PATH, body=BODY).body["id"]
    words = [witness.ask(f"{PATH}?generation_id={identifier}").body["status"] for _ in range(4)]
    assert [seen == word for seen in words] == [False, True, False, True]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_who_is_asked_to_wait_and_does_not_is_written_down(serve_script, form):
    action = {"retry_after": {"seconds": 3, "form": form}}
    witness = serve_script({"on": "aimlapi.submit", "nth": 1, "action": action})
    answer = witness.ask(PATH, body=BODY)
    assert (answer.status, answer.body["message"]) == (429, "Too Many Requests")
    told = answer.headers["Retry-After"]
    if form == "seconds":
        assert told == "3"
    else:
        assert 2 < parsedate_to_datetime(told).timestamp() - time.time() <= 4
    assert witness.ask(PATH, body=BODY).status == 200
    assert witness.ledger()["held_requests"] == []
    time.sleep(0.6)
    witness.ask(PATH, body=BODY)
    (held,) = witness.ledger()["held_requests"]
    assert (held["provider"], held["kind"]) == ("aimlapi", "aimlapi.submit")
    assert held["since_s"] > 0.5
    assert held["left_s"] > 0


def test_a_hold_speaks_of_one_provider_and_ends(serve_script, a_clip):
    witness = serve_script({"on": "aimlapi.submit", "nth": 1, "action": {"retry_after": 0.7}})
    witness.ask(PATH, body=BODY)
    time.sleep(0.55)
    witness.post(a_clip())
    time.sleep(0.2)
    assert witness.ask(PATH, body=BODY).status == 200
    assert witness.ledger()["held_requests"] == []


@pytest.mark.parametrize("when", ["received", "charged", "half_reply"])
def test_a_process_is_killed_at_a_stage_of_a_request(serve_script, victim, when):
    action = {"kill": {"pid": victim.pid, "signal": "TERM", "when": when}}
    witness = serve_script({"on": "aimlapi.submit", "nth": 1, "action": action})
    answer = witness.ask(PATH, body=BODY)
    assert victim.wait(10) == -signal.SIGTERM
    assert (answer.status, _purchases(witness)) == (200, 1)


def test_a_process_that_is_gone_cannot_be_killed_and_is_no_trouble(serve_script, victim):
    victim.kill()
    victim.wait(10)
    witness = serve_script({"on": "aimlapi.submit", "action": {"kill": victim.pid}})
    assert witness.ask(PATH, body=BODY).status == 200
    assert _fired(witness) == [("aimlapi.submit", 1, "kill")]
