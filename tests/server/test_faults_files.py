import pytest

from tests.server.raw_client import Raw

PATH, MODEL = "/v2/video/generations", "sber-ai/kandinsky5-distill-t2v"
BODY = {"model": MODEL, "prompt": "a dragon"}


@pytest.fixture
def a_file(serve_script):
    """Start a server with one fault at files, and give it and the link of a finished file."""

    def build(action, **times):
        witness = serve_script({"on": "file", "action": action, **times})
        identifier = witness.ask(PATH, body=BODY).body["id"]
        return witness, witness.settle_generation(identifier).body["video"]["url"]

    return build


def test_a_file_is_empty_once_and_whole_the_next_time(a_file):
    witness, url = a_file("zero_byte_file", nth=1)
    assert [(answer.status, len(answer.raw) > 0) for answer in (witness.ask(url), witness.ask(url))] == [
        (200, False), (200, True),
    ]  # fmt: skip


@pytest.mark.parametrize(("action", "status"), [("expired_link", 404), ({"expired_link": 410}, 410)])
def test_a_link_expires(a_file, action, status):
    witness, url = a_file(action)
    assert witness.ask(url).status == status


def test_a_file_is_cut_off_at_a_byte(a_file):
    witness, url = a_file({"cut": 1000}, nth=1)
    raw = Raw(witness, url)
    whole = witness.ask(url).raw
    assert (raw.body, raw.promised) == (whole[:1000], len(whole))


def test_a_file_can_trickle(a_file):
    witness, url = a_file({"trickle": 0.02})
    assert 3 <= len(Raw(witness, url, stop_at=3).body) < 100
