import sqlite3

import pytest

from render.server.admin import highest_overlap
from render.server.ledger import LedgerError


def test_every_purchase_stands_in_the_ledger_once_and_in_order(witness, a_clip, a_picture):
    clip, picture = a_clip(numberResults=3), a_picture()
    witness.post(clip, picture, a_clip(width=592))
    witness.post(clip)
    ledger = witness.ledger()
    assert [(row["id"], row["provider"], row["model"]) for row in ledger["purchases"]] == [
        (clip["taskUUID"], "runware", clip["model"]),
        (picture["taskUUID"], "runware", picture["model"]),
    ]
    assert all(row["cost_usd"] > 0 and row["at"].endswith("+00:00") for row in ledger["purchases"])


def test_requests_are_counted_by_kind_and_admin_is_not(witness, a_clip, a_picture):
    clip = a_clip()
    witness.post(clip, a_clip())
    witness.post(a_picture())
    ids = [clip["taskUUID"]] * 3
    url = witness.settle(*ids).body["data"][0]["videoURL"]
    polls = witness.ledger()["requests"]["runware.getResponse"]
    witness.ask(url)
    witness.ask("/v2/video/generations", body={})
    witness.ask("/v2/video/generations?generation_id=x")
    witness.ask("/nothing")
    witness.ask("/v1", body=b"{")
    witness.ask("/v1", body=[clip], headers={"Authorization": "none"})
    ledger = witness.ledger()
    assert ledger["requests"] == {
        "runware.videoInference": 1,
        "runware.imageInference": 1,
        "runware.getResponse": polls,
        "runware.malformed": 1,
        "runware.unauthorised": 1,
        "file": 1,
        "aimlapi.submit": 1,
        "aimlapi.poll": 1,
        "other": 1,
    }
    assert ledger["total_requests"] == sum(ledger["requests"].values())


def test_an_array_of_polls_is_one_request(witness, a_clip):
    tasks = [a_clip() for _ in range(5)]
    witness.poll(*(task["taskUUID"] for task in tasks))
    assert witness.ledger()["requests"] == {"runware.getResponse": 1}


def test_bodies_of_paid_requests_are_kept_as_they_came(witness, a_clip):
    task, refused = a_clip(seed=5, CFGScale=5.5), a_clip(width=592)
    witness.ask("/v1", body=[task, refused], headers={"X-Client-Request-Id": "run-1"})
    witness.poll(task["taskUUID"])
    body = {"model": "sber-ai/kandinsky5-t2v", "prompt": "a dragon"}
    identifier = witness.ask("/v2/video/generations", body=body).body["id"]
    first, second = witness.ask("/admin/requests").body["requests"]
    assert (first["kind"], first["body"], first["accepted"]) == (
        "runware.videoInference", [task, refused], [task["taskUUID"]],
    )  # fmt: skip
    assert first["client_request_id"] == "run-1"
    assert (second["kind"], second["body"], second["accepted"]) == ("aimlapi.submit", body, [identifier])


@pytest.mark.parametrize("word", ["", "two words", "x" * 129, "\u00fc"])
def test_a_request_id_that_breaks_the_rules_is_dropped(witness, word):
    body = {"model": "sber-ai/kandinsky5-t2v", "prompt": "a dragon"}
    assert witness.ask("/v2/video/generations", body=body, headers={"X-Client-Request-Id": word}).status == 200
    assert witness.ask("/admin/requests").body["requests"][0]["client_request_id"] == ""


def test_the_highest_concurrency_counts_jobs_that_were_open_at_once(serve, a_clip):
    witness = serve()
    for _ in range(3):
        task = a_clip()
        witness.post(task)
        witness.settle(task["taskUUID"])
    assert witness.ledger()["highest_concurrency"] == 1


@pytest.mark.parametrize(
    ("spans", "highest"),
    [
        ([], 0),
        ([(1, 2), (2, 3)], 1),
        ([(1, 3), (2, 4), (3, 5)], 2),
        ([(1, None), (5, 6), (7, 8)], 2),
    ],
)
def test_the_highest_overlap_of_spans(spans, highest):
    assert highest_overlap(spans) == highest


def test_admin_answers_no_page_that_reaches_loopback_by_another_name(witness):
    assert witness.ask("/admin/ledger", headers={"Host": "evil.example"}).status == 403
    assert witness.ask("/admin/requests", headers={"Host": "localhost:1"}).status == 200


def test_a_database_of_a_newer_version_is_refused_untouched(serve, tmp_path):
    serve()
    serve.stop()
    path = tmp_path / "state" / "server.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="version 99"):
        serve()
    assert path.read_bytes() == before
