"""A record that version 1 wrote is read as it is, and comes along when it is written to."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from render.errors import StateError
from render.records import Status
from render.store import Change, Known, read_snapshot
from render.store.tables import VERSION
from tests.store.recorded import NOON, an_artifact, an_attempt, an_upload, bytes_of, made, opened, read_back

SCRIPT = Path(__file__).with_name("record-version-1.sql").read_text(encoding="utf-8")
SAVED = an_attempt(
    1,
    status=Status.SAVED,
    remote_id="id-1",
    submitted_at=NOON,
    rendered_at=NOON + timedelta(minutes=2),
    saved_at=NOON + timedelta(minutes=3),
    seed=2**64 - 1,
    cost_usd=0.25,
    source_url="https://im.example.test/1.mp4?sig=x",
)
FAILED = an_attempt(
    3,
    provider="aimlapi",
    status=Status.FAILED,
    error_kind="rejected",
    error_message="Une phrase refusée",
    is_final=True,
)
KEPT = ((SAVED, an_attempt(2), FAILED), {"id-1": an_artifact(1)})


def run_script(path, script):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(script)


@pytest.fixture
def path(tmp_path):
    run_script(tmp_path / "state.db", SCRIPT)
    return tmp_path / "state.db"


def test_a_reader_takes_the_older_record_as_it_is(path):
    before = bytes_of(path.parent)
    assert read_back(path) == KEPT
    assert bytes_of(path.parent) == before


def test_a_writer_brings_it_up_to_date_and_goes_on(path):
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(4, ceiling_usd=0.5, key_mark="beef"))])
    attempts, artifacts = read_back(path)
    assert (attempts[:3], artifacts) == KEPT
    assert (attempts[3].ceiling_usd, attempts[3].key_mark) == (0.5, "beef")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("SELECT min(sequence), max(sequence) FROM attempts").fetchone() == (2, 5)


def test_from_then_on_its_old_rows_are_checked_too(path):
    with opened(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE attempts SET cost_usd = 0.26 WHERE id = 'id-1'")
        connection.commit()
    with pytest.raises(StateError, match="checksum"):
        read_back(path)


def test_the_record_of_before_is_kept_beside_it(path):
    with opened(path):
        pass
    with closing(sqlite3.connect(path.with_name("state.db.version-1"))) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM attempts").fetchone() == (3,)


def test_an_older_record_that_makes_no_sense_is_left_as_it_was(tmp_path):
    path = tmp_path / "state.db"
    run_script(path, SCRIPT.replace("'saved','shot1'", "'cooked','shot1'"))
    before = bytes_of(tmp_path)
    with pytest.raises(StateError, match="a row cannot be read"), opened(path):
        pass
    assert bytes_of(tmp_path) == before


def test_a_record_without_uploads_comes_along_and_takes_some(tmp_path):
    path = made(tmp_path / "state.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TABLE uploads; PRAGMA user_version = 3;")
    before = read_back(path)
    with opened(path) as store:
        assert store.snapshot().uploads == ()
        store.write([Known(upload=an_upload())])
    assert read_back(path) == before
    assert read_snapshot(path, project="film", kind="paid").uploads == (an_upload(),)
    with closing(sqlite3.connect(path)) as migrated, closing(sqlite3.connect(made(tmp_path / "new.db"))) as new:
        shapes = [
            each.execute("SELECT sql FROM sqlite_master WHERE name = 'uploads'").fetchone() for each in (migrated, new)
        ]
    assert shapes[0] == shapes[1]
