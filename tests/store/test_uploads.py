"""What providers have of input files: recorded beside attempts, and carried along by everything that moves a record."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from render.errors import DamageError, ManifestError
from render.store import Change, Known, read_snapshot
from render.store.examination import examine
from render.store.export import export_lines, read_lines
from render.store.fitness import Owner
from render.store.rebuild import rebuild
from render.store.salvage import salvage
from tests.store.recorded import NOON, an_attempt, an_upload, opened

OWNER = Owner(project="film", kind="paid")


def uploads_of(path):
    return read_snapshot(path, project="film", kind="paid").uploads


@pytest.fixture
def path(tmp_path):
    with opened(tmp_path / "state.db") as store:
        store.write([Change(attempt=an_attempt()), Known(upload=an_upload(1)), Known(upload=an_upload(2))])
    return tmp_path / "state.db"


def test_an_upload_is_read_back_as_it_was_written(path):
    assert uploads_of(path) == (an_upload(1), an_upload(2))


def test_what_is_given_anew_takes_the_place_of_what_was(path):
    later = an_upload(1, media_id="another", uploaded_at=NOON + timedelta(days=30))
    with opened(path) as store:
        store.write([Known(upload=later)])
    assert uploads_of(path) == (later, an_upload(2))


@pytest.mark.parametrize("change", [{"provider": "acme"}, {"endpoint": "here"}, {"key_mark": "beef"}])
def test_another_place_or_key_is_another_upload(path, change):
    with opened(path) as store:
        store.write([Known(upload=an_upload(1, **change))])
    assert len(uploads_of(path)) == 3


def test_an_upload_bears_no_number_of_a_write(path):
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT max(sequence) FROM attempts").fetchone() == (1,)
    assert salvage(path, owner=OWNER).sequence == 1


def test_a_changed_upload_is_noticed_and_named(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE uploads SET media_id = 'other' WHERE rowid = 2")
        connection.commit()
    with pytest.raises(DamageError, match="checksum"):
        uploads_of(path)
    read = salvage(path, owner=OWNER)
    assert (read.uploads, len(read.attempts)) == ((an_upload(1),), 1)
    assert "uploads, row 2" in read.unreadable[0]
    assert examine(path, owner=OWNER).findings


def test_an_export_holds_uploads_and_brings_them_back(path, tmp_path):
    text = "\n".join(export_lines(salvage(path, owner=OWNER), owner=OWNER))
    read = read_lines(text, file="export", owner=OWNER)
    assert read.uploads == (an_upload(1), an_upload(2))
    rebuild(tmp_path / "other" / "state.db", read, owner=OWNER, may_replace=False)
    assert uploads_of(tmp_path / "other" / "state.db") == (an_upload(1), an_upload(2))


def test_an_export_of_before_there_were_uploads_is_read(path):
    read = salvage(path, owner=OWNER)
    lines = [line for line in export_lines(read, owner=OWNER) if not line.startswith('{"upload"')]
    lines[-1] = lines[-1].replace(', "uploads": 2', "")
    assert read_lines("\n".join(lines), file="export", owner=OWNER).uploads == ()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda lines: [*lines[:-2], lines[-1]], "1 uploads are missing"),
        (lambda lines: [*lines[:-1], lines[-2], lines[-1]], "before it"),
        (lambda lines: [*lines[:-2], lines[-2].replace('"key_mark"', '"mark"'), lines[-1]], "`key_mark` is missing"),
    ],
)
def test_an_export_whose_uploads_are_not_in_order_is_refused(path, wrong, told):
    lines = list(export_lines(salvage(path, owner=OWNER), owner=OWNER))
    with pytest.raises(ManifestError) as raised:
        read_lines("\n".join(wrong(lines)), file="export", owner=OWNER)
    assert any(told in problem.message for problem in raised.value.problems)
