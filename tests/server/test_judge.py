"""What the server tells about others: its ledger is what tests of money and manners go by."""

import asyncio
import sqlite3

import pytest

from render.server.database import open_database
from render.server.ledger import Ledger
from render.server.records import Submission
from tests.server.rehearsal import until

PATH, MODEL = "/v2/video/generations", "sber-ai/kandinsky5-distill-t2v"
BODY = {"model": MODEL, "prompt": "a dragon"}


def test_the_ledger_keeps_the_keys_it_always_had_and_has_more(witness):
    assert set(witness.ledger()) == {
        "purchases", "refunds", "cost_usd", "refunded_usd", "balance_usd", "requests", "total_requests",
        "highest_concurrency", "concurrency", "held_requests", "headers", "faults",
    }  # fmt: skip


def test_the_most_open_jobs_are_told_by_provider(serve, a_clip):
    witness = serve(latency_s=(30, 30))
    for _ in range(3):
        witness.ask(PATH, body=BODY)
    witness.post(a_clip(), a_clip())
    ledger = witness.ledger()
    assert (ledger["concurrency"], ledger["highest_concurrency"]) == ({"aimlapi": 3, "runware": 2}, 5)


def test_headers_are_told_by_host_and_purpose_without_their_values(witness):
    identifier = witness.ask(PATH, body=BODY, headers={"X-Mark": "a-secret-value"}).body["id"]
    url = witness.settle_generation(identifier).body["video"]["url"]
    witness.ask(url.replace("127.0.0.1", "localhost"))
    answer = witness.ask("/admin/ledger")
    headers, host = answer.body["headers"], witness.base_url.removeprefix("http://")
    assert headers[host]["aimlapi"]["x-mark"] == 1
    assert headers[host]["aimlapi"]["authorization"] >= 2
    assert set(headers[host.replace("127.0.0.1", "localhost")]) == {"file"}
    assert b"a-secret-value" not in answer.raw
    assert b"a-key" not in answer.raw


def test_strangers_hosts_cannot_fill_the_memory(witness):
    for number in range(12):
        headers = {f"X-Header-{number}-{word}": "1" for word in range(80)}
        witness.ask("/nothing", headers={"Host": f"host-{number}.test", **headers})
    counted = witness.ledger()["headers"]
    assert sum(len(names) for kinds in counted.values() for names in kinds.values()) <= 4096


def test_purchases_of_an_older_database_are_still_there(serve, tmp_path):
    witness = serve()
    witness.ask(PATH, body=BODY)
    serve.stop()
    path = tmp_path / "state" / "server.db"
    with sqlite3.connect(path) as connection:
        for statement in (
            "DROP TABLE refund", "DROP TABLE fault", "DROP TABLE held", "DROP INDEX job_by_time",
            "DROP INDEX purchase_by_job", "ALTER TABLE purchase DROP COLUMN submission", "PRAGMA user_version = 1",
        ):  # fmt: skip
            connection.execute(statement)
    connection.close()
    again = serve()
    assert len(again.ledger()["purchases"]) == 1
    assert again.ask(PATH, body=BODY).status == 200
    assert [row["client_request_id"] for row in until(lambda: _rows(again), lambda rows: len(rows) == 2)] == [
        None,
        None,
    ]


def _rows(witness):
    return witness.ask("/v2/logs?period=1h").body["data"]


def _submission(word):
    return Submission(kind="test", body={}, at=0.0, client_request_id=word)


def _words(path):
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT client_request_id FROM submission").fetchall()
    connection.close()
    return [row[0] for row in rows]


def test_what_was_recorded_is_on_the_disk_once_committed_and_not_before(tmp_path):
    path = tmp_path / "server.db"

    async def record(ledger):
        ledger.sell({}, submission=_submission("first"))
        ledger.sell({}, submission=_submission("second"))
        before = _words(path)
        await ledger.committed()
        return before, _words(path)

    with open_database(path) as database:
        assert asyncio.run(record(Ledger(database))) == ([], ["first", "second"])


def test_a_sale_that_cannot_be_recorded_takes_no_other_with_it(tmp_path):
    path = tmp_path / "server.db"

    async def record(ledger):
        ledger.sell({}, submission=_submission("first"))
        with pytest.raises(sqlite3.IntegrityError):
            ledger.sell({}, submission=Submission(kind=None, body={}, at=0.0))
        ledger.sell({}, submission=_submission("third"))
        await ledger.committed()

    with open_database(path) as database:
        asyncio.run(record(Ledger(database)))
    assert _words(path) == ["first", "third"]


def test_who_waits_for_a_commit_that_fails_is_told(tmp_path):
    path = tmp_path / "server.db"

    async def record(ledger):
        ledger.sell({}, submission=_submission("lost"))
        ledger.database.execute("PRAGMA defer_foreign_keys = ON")
        ledger.database.insert("refund", {
            "job_id": "none", "provider": "runware", "result_id": "r", "cost_usd": 1.0, "at": 0.0,
        })  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError):
            await ledger.committed()
        ledger.sell({}, submission=_submission("kept"))
        await ledger.committed()

    with open_database(path) as database:
        database.execute("PRAGMA foreign_keys = ON")
        asyncio.run(record(Ledger(database)))
    assert _words(path) == ["kept"]
