from urllib.parse import urlencode

import pytest

from render.server.credit import Account
from render.server.rules import FailureRule, PriceRule
from render.server.switches import AimlSwitches, Switches
from tests.server.rehearsal import StubbornEngine, TextEngine, until

PATH = "/v2/video/generations"
MODEL = "sber-ai/kandinsky5-distill-t2v"


@pytest.fixture
def serve_with(serve):
    """Start a server with switches of AI/ML API; its usage log has no lag unless one is named."""
    return lambda switches=None, **options: serve(
        switches=Switches(aimlapi=AimlSwitches(**{"log_lag_s": 0.0, **(switches or {})})), **options
    )


def _buy(witness, *, word=None, **changes):
    headers = {"X-Client-Request-Id": word} if word is not None else {}
    return witness.ask(PATH, body={"model": MODEL, "prompt": "a dragon", **changes}, headers=headers)


def _logs(witness, **query):
    query = query or {"period": "1h"}
    return witness.ask(f"/v2/logs?{urlencode(query, doseq=True)}")


def test_a_lost_submission_is_found_in_the_usage_log_by_the_words_of_its_sender(serve_with):
    witness = serve_with()
    first, _ = _buy(witness, word="run-1:shot.2_a").body["id"], _buy(witness)
    body = _logs(witness).body
    assert body["pagination"] == {"limit": 50, "offset": 0, "total": 2, "has_more": False}
    assert [row["client_request_id"] for row in body["data"]] == [None, "run-1:shot.2_a"]
    row = body["data"][1]
    assert (row["inference_id"], row["model"], row["origin"]) == (first, MODEL, "api")
    assert row["cost"] == {"usd": 0.06, "credits": 120_000}
    assert set(row) == {
        "created", "status", "origin", "model", "cost", "tokens", "request_id", "inference_id", "client_request_id",
    }  # fmt: skip


def test_a_word_that_breaks_the_rules_is_dropped_and_the_request_is_billed(serve_with):
    witness = serve_with()
    answer = _buy(witness, word="two words")
    assert "x-client-request-id" not in answer.headers
    assert _logs(witness).body["data"][0]["client_request_id"] is None
    assert len(witness.ledger()["purchases"]) == 1


def test_a_submission_says_what_it_cost_and_how_to_follow_it(serve_with):
    answer = _buy(serve_with(), word="shot-7", duration=10)
    assert answer.headers["x-inference-id"] == answer.body["id"]
    assert answer.headers["x-client-request-id"] == "shot-7"
    assert answer.headers["x-aimlapi-credits-used"] == "240000"
    assert answer.headers["x-aimlapi-usd-spent"] == "0.120000000"


def test_the_usage_log_lags_behind(serve_with):
    witness = serve_with({"log_lag_s": 0.3})
    identifier = _buy(witness).body["id"]
    assert _logs(witness).body["data"] == []
    rows = until(lambda: _logs(witness).body["data"], bool)
    assert rows[0]["inference_id"] == identifier


def test_the_usage_log_may_wait_for_the_end_of_a_generation(serve_with):
    witness = serve_with({"log_rows": "ended"}, latency_s=(0.3, 0.3))
    identifier = _buy(witness).body["id"]
    assert _logs(witness).body["data"] == []
    witness.settle_generation(identifier)
    assert _logs(witness).body["data"][0]["inference_id"] == identifier


def test_a_failed_generation_costs_nothing_in_the_log_and_can_be_asked_for(serve_with):
    witness = serve_with(failures=(FailureRule(prompt="wolf", code="timeoutProvider", message="too slow"),))
    good, bad = _buy(witness).body["id"], _buy(witness, prompt="a wolf").body["id"]
    assert witness.settle_generation(bad).body["error"] == {"name": "timeoutProvider", "message": "too slow"}
    witness.settle_generation(good)
    (row,) = _logs(witness, period="1h", status="failed").body["data"]
    assert (row["inference_id"], row["cost"]) == (bad, {"usd": 0, "credits": 0})
    assert [row["inference_id"] for row in _logs(witness, period="1h", status="succeeded").body["data"]] == [good]
    assert _logs(witness, period="1h", status=["failed", "succeeded"]).body["pagination"]["total"] == 2


def test_the_usage_log_is_read_in_pages_and_by_model(serve_with):
    witness = serve_with()
    ids = [_buy(witness, model=model).body["id"] for model in (MODEL, "sber-ai/kandinsky5-t2v", MODEL)]
    first = _logs(witness, period="1d", limit=2).body
    second = _logs(witness, period="1d", limit=2, offset=2).body
    assert [row["inference_id"] for row in [*first["data"], *second["data"]]] == ids[::-1]
    assert (first["pagination"]["has_more"], second["pagination"]["has_more"]) == (True, False)
    assert _logs(witness, period="1d", model="kandinsky5-t2v").body["data"][0]["inference_id"] == ids[1]
    assert _logs(witness, period="1d", model=f"{MODEL},sber-ai/kandinsky5-t2v").body["data"] == []


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"period": "1h", "start": "2026-01-01"},
        {"start": "2026-01-01"},
        {"period": "0h"},
        {"period": "1w"},
        {"period": "93d"},
        {"start": "2026-01-02", "end": "2026-01-01"},
        {"start": "2026-01-01", "end": "soon"},
        {"period": "1h", "status": "succeeded,failed"},
        {"period": "1h", "limit": "101"},
        {"period": "1h", "limit": "0"},
        {"period": "1h", "offset": "-1"},
        {"period": "1h", "model": ["m"] * 51},
    ],
)
def test_a_window_that_is_not_right_is_refused(shared_witness, query):
    answer = shared_witness.ask(f"/v2/logs?{urlencode(query, doseq=True)}")
    assert (answer.status, answer.body["path"]) == (400, "/v2/logs")


def test_a_window_without_an_offset_is_in_universal_time(serve_with):
    witness = serve_with()
    _buy(witness)
    assert _logs(witness, start="2020-01-01T00:00:00", end="2020-01-02T00:00:00+00:00").body["data"] == []


def test_the_usage_log_answers_so_many_requests_a_minute(serve_with):
    witness = serve_with({"log_requests_per_minute": 3, "retry_after": 2.5})
    assert [_logs(witness).status for _ in range(4)] == [200, 200, 200, 429]
    answer = _logs(witness)
    assert (answer.body["message"], answer.headers["Retry-After"]) == ("Too Many Requests", "2.5")


@pytest.mark.parametrize("path", ["/v2/logs?period=1h", "/v1/billing/balance", "/v2/billing"])
def test_nothing_about_an_account_is_told_without_a_key(serve, path):
    witness = serve(keys=frozenset({"right"}), key="wrong")
    assert witness.ask(path).status == 401


def test_who_is_out_of_credit_is_refused_in_the_documented_words(serve):
    witness = serve(credit={"aimlapi": Account(usd=0.1)})
    assert _buy(witness).status == 200
    answer = _buy(witness)
    assert (answer.status, answer.body["statusCode"]) == (403, 403)
    assert answer.body["message"].startswith("You've run out of credits.")
    ledger = witness.ledger()
    assert (len(ledger["purchases"]), ledger["balance_usd"]) == (1, {"aimlapi": 0.04})
    assert witness.ask("/v2/billing").body == {"current_balance": 0.04, "currency": "USD"}
    balance = witness.ask("/v1/billing/balance").body
    assert (balance["balance"], balance["lowBalance"], balance["lowBalanceThreshold"]) == (80_000, False, 10_000)


def test_a_balance_without_end_is_a_large_number(shared_witness):
    assert shared_witness.ask("/v2/billing").body["current_balance"] == 1_000_000


@pytest.mark.parametrize(("is_given_back", "balance"), [(True, 1.0), (False, 0.94)])
def test_the_price_of_a_failed_generation_is_given_back_or_kept(serve, is_given_back, balance):
    terms = {"aimlapi": Account(usd=1.0, refunds_failed=is_given_back)}
    witness = serve(credit=terms, failures=(FailureRule(),))
    identifier = _buy(witness).body["id"]
    witness.settle_generation(identifier)
    ledger = witness.ledger()
    assert [row["id"] for row in ledger["refunds"]] == [identifier] * is_given_back
    assert ledger["refunded_usd"] == 0.06 * is_given_back
    assert (ledger["cost_usd"], ledger["balance_usd"]) == (0.06, {"aimlapi": balance})


def test_credit_outlives_a_restart(serve):
    witness = serve(credit={"aimlapi": Account(usd=0.2)}, failures=(FailureRule(prompt="wolf"),))
    _buy(witness)
    witness.settle_generation(_buy(witness, prompt="a wolf").body["id"])
    serve.stop()
    again = serve(credit={"aimlapi": Account(usd=0.2)})
    assert again.ledger()["balance_usd"] == {"aimlapi": 0.14}


def test_a_price_can_be_named_or_multiplied(serve):
    witness = serve(prices=(PriceRule(provider="aimlapi", factor=2.0), PriceRule(model=MODEL, usd=0.01)))
    named, doubled = _buy(witness), _buy(witness, model="sber-ai/kandinsky5-t2v")
    assert named.body["meta"]["usage"]["credits_used"] == 20_000
    assert doubled.body["meta"]["usage"]["credits_used"] == 240_000
    assert [row["cost_usd"] for row in witness.ledger()["purchases"]] == [0.01, 0.12]


@pytest.mark.parametrize(
    ("switches", "status", "shape"),
    [
        ({}, 200, {"statusCode": 400}),
        ({"status_code": "string"}, 200, {"statusCode": "400"}),
        ({"errors": "problem"}, 200, {"status": 400, "type": "about:blank", "title": "Bad Request", "instance": PATH}),
        ({"submit_status": 201}, 201, {"statusCode": 400}),
    ],
)
def test_statuses_and_errors_take_the_form_of_their_switch(serve_with, switches, status, shape):
    witness = serve_with(switches)
    assert _buy(witness).status == status
    refused = _buy(witness, duration=7)
    assert refused.status == 400
    assert shape.items() <= refused.body.items()
    is_problem = refused.headers["Content-Type"].startswith("application/problem+json")
    assert is_problem == (switches.get("errors") == "problem")


def test_the_words_of_an_earlier_time_can_be_spoken(serve_with):
    witness = serve_with({"words": "legacy"}, latency_s=(0.4, 0.4))
    identifier = _buy(witness).body["id"]
    words = ["waiting"]
    while words[-1] != "completed":
        words.append(witness.ask(f"{PATH}?generation_id={identifier}").body["status"])
    assert list(dict.fromkeys(words)) == ["waiting", "active", "completed"]


@pytest.mark.parametrize(("said", "status"), [("404", 404), ("400", 400), ("queued", 200)])
def test_an_unknown_id_is_answered_as_the_switch_says(serve_with, said, status):
    answer = serve_with({"unknown_id": said}).ask(f"{PATH}?generation_id=none:{MODEL}")
    assert answer.status == status
    assert (answer.body.get("status") == "queued") == (said == "queued")


def test_a_finished_video_may_name_its_type_and_size(serve_with):
    witness = serve_with({"video_extras": True})
    video = witness.settle_generation(_buy(witness).body["id"]).body["video"]
    assert (video["content_type"], video["file_name"]) == ("video/mp4", "output.mp4")
    assert video["file_size"] == len(witness.ask(video["url"]).raw)


def test_a_broken_engine_gives_the_money_back_too(serve):
    witness = serve(engine=StubbornEngine(), credit={"aimlapi": Account(usd=10)})
    ids = [_buy(witness).body["id"] for _ in range(12)]
    failed = [one for one in ids if witness.settle_generation(one).body["status"] == "error"]
    ledger = witness.ledger()
    assert sorted(row["id"] for row in ledger["refunds"]) == sorted(failed)
    assert ledger["balance_usd"]["aimlapi"] == pytest.approx(10 - 0.06 * (12 - len(failed)))


def test_credit_for_three_renders_buys_three(serve):
    witness = serve(credit={"aimlapi": Account(usd=0.18)})
    assert [_buy(witness).status for _ in range(4)] == [200, 200, 200, 403]
    assert witness.ledger()["balance_usd"] == {"aimlapi": 0.0}


def test_how_many_steps_are_taken_is_a_switch(serve_with):
    assert _buy(serve_with(), num_inference_steps=5000).status == 200
    refused = _buy(serve_with({"most_steps": 100}), num_inference_steps=101)
    assert refused.status == 400
    assert "num_inference_steps" in refused.body["message"]


def test_a_member_of_no_schema_is_refused_or_passed_over(serve_with):
    assert _buy(serve_with(), glow=1).status == 400
    assert _buy(serve_with({"unknown_members": "ignored"}), glow=1).status == 200


def test_a_generation_may_be_forgotten_after_its_end(serve_with):
    witness = serve_with({"retention_s": 0.0})
    identifier = _buy(witness).body["id"]
    answer = until(lambda: witness.ask(f"{PATH}?generation_id={identifier}"), lambda answer: answer.status == 404)
    assert answer.status == 404
    assert len(witness.ledger()["purchases"]) == 1


def test_the_sizes_that_no_page_tells_are_switches(serve_with):
    drawn = []

    class NotingEngine(TextEngine):
        def draw(self, order, *, target, is_stopped):
            drawn.append((order.width_px, order.height_px))
            super().draw(order, target=target, is_stopped=is_stopped)

    witness = serve_with({"square_px": (640, 640), "upright_px": (480, 720)}, engine=NotingEngine())
    for shape in ("3:2", "1:1", "2:3"):
        witness.settle_generation(_buy(witness, aspect_ratio=shape).body["id"])
    assert drawn == [(768, 512), (640, 640), (480, 720)]


def test_only_so_many_generations_are_open_at_once(serve_with):
    witness = serve_with({"most_open": 1, "retry_after": 7}, latency_s=(30.0, 30.0))
    assert _buy(witness).status == 200
    refused = _buy(witness)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "7")
    assert len(witness.ledger()["purchases"]) == 1


def test_a_file_of_this_api_is_gone_by_its_own_switch(serve_with):
    witness = serve_with({"file_ttl_s": 0.0})
    identifier = _buy(witness).body["id"]
    link = witness.settle_generation(identifier).body["video"]["url"]
    assert witness.ask(link[link.index("/files/") :]).status == 404
