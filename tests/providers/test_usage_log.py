import pytest

from render.catalog.load import load_catalog
from render.errors import AccountError, ReadFailedError
from render.providers import PROVIDERS
from render.providers.protocol import LogPage
from tests.providers.asked import put, served
from tests.providers.exchanges import CLIP, a_reply, recorded

AIMLAPI = PROVIDERS["aimlapi"]
OURS = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
OTHER = "3f0c2c1e-0000-4000-8000-000000000002"
THEIRS = "0a3ca8ba-9af6-41d3-a938-41f762fcedc1:sber-ai/kandinsky5-distill-t2v"


def row(our_id=OURS, remote_id=THEIRS, **more):
    return {"status": "succeeded", "client_request_id": our_id, "inference_id": remote_id} | more


def read(*rows, ours=(OURS,), **more):
    return AIMLAPI.read_log(a_reply({"data": list(rows)} | more), our_ids=ours)


def test_a_page_is_asked_for_freely_and_the_newest_come_first():
    first, third = AIMLAPI.log_page(page=1), AIMLAPI.log_page(page=3)
    assert (first.method, first.path, first.body, first.is_paid) == ("GET", "/v2/logs", None, False)
    assert first.query == {"period": "92d", "limit": "100", "offset": "0"}
    assert third.query["offset"] == "200"


def test_a_row_with_our_mark_names_the_render():
    rows = [row(OTHER, "another:render"), row(), row(None, "by hand")]
    assert read(*rows) == LogPage(remote_ids={OURS: THEIRS})
    assert read(*rows, ours=(OURS, OTHER)).remote_ids == {OURS: THEIRS, OTHER: "another:render"}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row(OTHER)],
        [row(remote_id=None)],
        [row(remote_id="")],
        [row(remote_id="two words")],
        [row(remote_id=7)],
        [row([OURS])],
        [{"client_request_id": OURS}],
        ["a text", None],
    ],
)
def test_a_page_that_does_not_name_the_render_finds_nothing(rows):
    assert read(*rows) == LogPage()


def test_one_mark_beside_two_renders_is_left_to_a_person():
    assert read(row(), row(remote_id="another:render")) == LogPage()
    assert read(row(), row()).remote_ids == {OURS: THEIRS}


def test_a_failed_render_is_found_too():
    assert read(row(status="failed")).remote_ids == {OURS: THEIRS}


@pytest.mark.parametrize(
    ("pagination", "has_more"),
    [({"has_more": True}, True), ({"has_more": False}, False), ({"has_more": "yes"}, False), (None, False)],
)
def test_older_rows_are_looked_for_only_where_the_page_says_there_are_any(pagination, has_more):
    assert read(pagination=pagination).has_more is has_more


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"<html>", 200), (b"", 502), ({"data": {}}, 200), ({"logs": []}, 200), ({"message": "no"}, 429), ({}, 404)],
)
def test_what_is_no_page_of_a_log_is_not_read_as_an_empty_one(body, status):
    with pytest.raises(ReadFailedError):
        AIMLAPI.read_log(a_reply(body, status=status), our_ids=[OURS])


def test_a_host_that_asks_for_patience_is_heard():
    with pytest.raises(ReadFailedError) as caught:
        AIMLAPI.read_log(a_reply({"message": "Too Many Requests"}, status=429, retry_after_s=9.0), our_ids=[OURS])
    assert caught.value.retry_after_s == 9.0


def test_a_key_that_may_not_read_the_log_is_told_apart():
    with pytest.raises(AccountError):
        AIMLAPI.read_log(recorded("aimlapi/error-401"), our_ids=[OURS])


def test_a_lost_purchase_is_found_at_a_server(tmp_path):
    request = AIMLAPI.request({"prompt": "a dragon"}, CLIP, model_id=CLIP.id)
    with served(tmp_path) as witness:

        def look():
            return AIMLAPI.read_log(put(witness, AIMLAPI, AIMLAPI.log_page(page=1)), our_ids=[OURS])

        assert look() == LogPage()
        bought = put(witness, AIMLAPI, AIMLAPI.submit(request, our_id=OURS))
        assert look().remote_ids == {OURS: AIMLAPI.read_submit(bought, our_id=OURS).remote_id}


def test_a_row_that_comes_late_is_not_there_at_first(tmp_path):
    request = AIMLAPI.request({"prompt": "a dragon"}, CLIP, model_id=CLIP.id)
    with served(tmp_path, log_lag_s=3600.0) as witness:
        put(witness, AIMLAPI, AIMLAPI.submit(request, our_id=OURS))
        page = put(witness, AIMLAPI, AIMLAPI.log_page(page=1))
        assert AIMLAPI.read_log(page, our_ids=[OURS]) == LogPage()


def test_each_provider_offers_what_the_other_has_no_need_of():
    runware = PROVIDERS["runware"]
    assert runware.log_page(page=1) is None
    assert AIMLAPI.details(THEIRS) is None
    assert runware.read_log(a_reply({}), our_ids=[OURS]) == LogPage()
    assert not AIMLAPI.read_details(a_reply({}), remote_id=THEIRS).is_known


@pytest.mark.parametrize("spec", load_catalog().specs, ids=lambda spec: spec.id)
def test_a_provider_names_texts_that_each_of_its_requests_holds(spec):
    provider = PROVIDERS[spec.provider]
    request = provider.request({}, spec, model_id=spec.id)
    assert provider.request_texts
    assert all(isinstance(request[name], str) and request[name] for name in provider.request_texts)


def test_a_provider_says_how_long_it_remembers_an_id_and_whether_failures_cost():
    told = {name: (it.ids_are_ours, it.failures_are_free, it.repeat_window_s) for name, it in PROVIDERS.items()}
    assert told == {"runware": (True, False, 86_400.0), "aimlapi": (False, True, 0.0)}
