"""A record of version 2, which knew no lanes: each attempt was made through the lane called as its provider."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from render.errors import StateError
from render.store import Change
from render.store.fitness import Owner
from render.store.salvage import salvage
from tests.store.recorded import an_attempt, bytes_of, opened, read_back

SCRIPT = Path(__file__).with_name("record-version-2.sql").read_text(encoding="utf-8")
LANES = [("id-1", "runware"), ("id-2", "runware"), ("id-3", "aimlapi")]


def recorded(path, script=SCRIPT):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(script)
    return path


def lanes(path):
    return [(attempt.id, attempt.lane) for attempt in read_back(path)[0]]


def test_a_reader_takes_every_attempt_for_one_of_its_providers_lane_and_changes_nothing(tmp_path):
    path = recorded(tmp_path / "state.db")
    before = bytes_of(tmp_path)
    assert lanes(path) == LANES
    assert bytes_of(tmp_path) == before


def test_a_writer_brings_it_up_to_date_and_keeps_the_lane_of_what_follows(tmp_path):
    path = recorded(tmp_path / "state.db")
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(4, lane="studio"))])
    assert lanes(path) == [*LANES, ("id-4", "studio")]
    kept = read_back(path)[0][0]
    assert (kept.ceiling_usd, kept.key_mark, kept.cost_usd) == (0.5, "beef", 0.25)


def rewritten(path):
    with opened(path):
        pass


@pytest.mark.parametrize("look", [rewritten, read_back])
def test_a_row_that_was_not_as_written_before_is_not_sound_after(tmp_path, look):
    path = recorded(tmp_path / "state.db", SCRIPT.replace("'id-2','run-1'", "'id-9','run-1'"))
    with pytest.raises(StateError, match="checksum"):
        look(path)
    found = salvage(path, owner=Owner(project="film", kind="paid"))
    assert [attempt.id for attempt in found.attempts] == ["id-1", "id-3"]
    assert len(found.unreadable) == 1
