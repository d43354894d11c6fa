"""Secrets and egress: every row has a case or its reason, a slice of them holds, and what goes wrong is seen."""

import tempfile
from pathlib import Path

import pytest

from tests.canary import KEY, QUERY, open_to_others, search
from tests.prove.secrets.bombs import bomb_all
from tests.prove.secrets.egress import try_all
from tests.prove.secrets.play import ROWS, UNEXERCISED, by_id, exercised, play
from tests.prove.secrets.races import race

#: one of each row that is played with the command
SLICE = (
    "X1.runware.submit_401_plain",
    "X1.runware.submit_400_with_slashes_escaped",
    "X1.aimlapi.file_led_away",
    "X2.runware.bug",
    "X3.aimlapi.key_in_file",
    "X6.aimlapi.refusal",
    "X8.runware.terminal",
    "X11.runware.ids",
)


@pytest.fixture
def thrown_away():
    """A folder for planted keys, which the search at the end of the session must not find."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_every_row_of_security_has_a_case_or_a_reason_and_none_has_both():
    assert exercised(by_id()) | set(UNEXERCISED) == set(ROWS)
    assert not exercised(by_id()) & set(UNEXERCISED)
    assert exercised(SLICE) == exercised(by_id())
    assert exercised({identity for identity, scene in by_id().items() if scene.is_quick}) == exercised(by_id())


@pytest.mark.parametrize("identity", SLICE)
def test_neither_the_key_nor_a_signed_link_comes_out(identity, thrown_away):
    searched, breaches = play(identity, thrown_away)
    assert breaches == []
    assert searched.octets > 0


def test_no_link_no_redirect_and_no_name_leads_a_request_astray():
    assert [breach for tried in try_all() for breach in tried.breaches] == []


def test_nothing_outside_the_folder_is_touched_through_a_planted_link(tmp_path):
    raced = race(tmp_path, seconds=2)
    assert raced.breaches == ()
    assert raced.swaps > 100
    assert raced.saved


def test_what_unpacks_to_far_more_is_given_up_in_little_memory(tmp_path):
    assert [breach for each in bomb_all(tmp_path) for breach in each.breaches] == []


class Careless:
    """An output folder that follows whatever stands there."""

    def __init__(self, root):
        self._root = root

    async def receive(self, chunks, *, delivery, **_):
        data = b"".join([chunk async for chunk in chunks])
        try:
            (self._root / delivery.target).write_bytes(data)
        except OSError:
            return

    async def place(self, source, *, target, sha256, **_):
        pass


def test_a_folder_that_follows_links_is_found_out(tmp_path):
    raced = race(tmp_path, seconds=1.5, make=Careless)
    assert any(breach.startswith("outside, ") for breach in raced.breaches)


@pytest.mark.parametrize(
    ("name", "text", "is_leak"),
    [
        ("render.log", KEY, True),
        ("render.log", KEY.replace("+", "\\u002b"), True),
        ("render.log", f"https://x.example/a?s={QUERY}", True),
        ("state.db", KEY, True),
        ("state.db", f"https://x.example/a?s={QUERY}", False),
        ("a.png", KEY, True),
        ("a.png", "nothing", False),
    ],
)
def test_a_secret_in_a_file_is_found_where_it_may_not_stand(thrown_away, name, text, is_leak):
    path = thrown_away / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    assert bool(search({}, [thrown_away]).leaks) == is_leak


def test_a_record_that_others_can_read_is_found_out(thrown_away):
    path = thrown_away / "state.db-shm"
    path.touch()
    path.chmod(0o640)
    assert list(open_to_others([thrown_away])) == ["state.db-shm is open to others: 640"]


def test_a_secret_in_what_was_said_is_found(thrown_away):
    assert search({"stdout": b"", "stderr": KEY}, [thrown_away]).leaks == ("the key stands in stderr",)
