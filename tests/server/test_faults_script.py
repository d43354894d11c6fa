import pytest

from render.server.faults.reading import read_faults
from render.server.faults.records import ACTIONS
from render.server.strict_yaml import ConfigError
from tests.server.raw_client import Raw
from tests.server.rehearsal import until

PATH, MODEL = "/v2/video/generations", "sber-ai/kandinsky5-distill-t2v"
BODY = {"model": MODEL, "prompt": "a dragon"}


def test_a_fault_happens_at_the_occurrences_that_were_named(serve_script):
    witness = serve_script(
        {"on": "aimlapi.poll", "from": 2, "to": 6, "every": 2, "action": {"status": 500}},
        {"on": "aimlapi.poll", "nth": 3, "action": {"status": 503}},
        {"on": "aimlapi.poll", "nth": 4, "action": {"status": 502}},
    )
    statuses = [witness.ask(f"{PATH}?generation_id=x").status for _ in range(8)]
    assert statuses == [404, 500, 503, 500, 404, 500, 404, 404]


def test_requests_that_never_reached_a_provider_are_counted(serve_script):
    witness = serve_script({"on": "aimlapi.submit", "action": "reset_before"})
    Raw(witness, PATH, body=BODY)
    ledger = witness.ledger()
    assert (ledger["requests"], ledger["total_requests"]) == ({"faulted.aimlapi.submit": 1}, 1)


def test_admin_goes_through_whatever_the_script_says(serve_script):
    witness = serve_script({"on": "file", "action": "drop"}, {"on": "aimlapi.submit", "action": "drop"})
    assert until(witness.ledger, lambda ledger: ledger["faults"] == [])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"on": "aimlapi.submit"}, ["'action' is missing"]),
        ({"action": "drop"}, ["'on' is missing"]),
        ({"on": "aimlapi", "action": "drop"}, ["on must be one of", "aimlapi.submit"]),
        ({"on": "file", "action": "explode"}, ["unknown action 'explode'", "reset_after"]),
        ({"on": "file", "action": {"cut": "far"}}, ["cut.bytes", "whole number"]),
        ({"on": "file", "action": "cut"}, ["'bytes' is missing"]),
        ({"on": "file", "action": {"cut": 1, "at": 2}}, ["unknown key 'at'"]),
        ({"on": "file", "action": {"refuse": 1}}, ["takes no value"]),
        ({"on": "file", "nth": 0, "action": "drop"}, ["nth", "1 or more"]),
        ({"on": "file", "nth": 1, "every": 2, "action": "drop"}, ["nth stands alone"]),
        ({"on": "file", "often": 1, "action": "drop"}, ["unknown key 'often'"]),
        ({"on": "connection", "action": "drop"}, ["nothing but refuse"]),
        ({"on": "file", "action": "duplicate_webhook"}, ["belongs to the event webhook"]),
        ({"on": "webhook", "action": "drop"}, ["belongs to the event webhook"]),
        ({"on": "file", "action": {"kill": 1}}, ["pid"]),
        ({"on": "file", "action": {"kill": {"pid": 9, "signal": "SING"}}}, ["SING"]),
        ({"on": "file", "action": {"status": 500, "body": "xml"}}, ["body", "json, html, none"]),
        ({"on": "file", "action": []}, ["must be an action"]),
        ("drop", ["must be a mapping"]),
    ],
)
def test_a_script_that_cannot_be_followed_says_where(entry, words):
    with pytest.raises(ConfigError) as caught:
        read_faults([{"on": "file", "action": "drop"}, entry], where="f.yaml")
    assert all(word in str(caught.value) for word in ["f.yaml[1]", *words]), str(caught.value)


def test_a_bare_on_of_yaml_is_understood():
    (fault,) = read_faults([{True: "file", "action": "drop"}], where="f.yaml")
    assert fault.on == "file"


def test_every_action_has_a_sentence_and_a_class_of_its_own():
    assert all(kind.__doc__ for kind in ACTIONS.values())
    assert len(set(ACTIONS.values())) == len(ACTIONS)
