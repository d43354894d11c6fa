import sqlite3
from contextlib import closing
from functools import partial

import pytest

from render.errors import StateError
from render.store import Change, read_snapshot
from render.store.connection import connect_to_read, connect_to_write, opened_to_read
from render.store.tables import APPLICATION_ID, VERSION, migrate
from tests.store.recorded import an_attempt, bytes_of, child, made, opened, read_back


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


def altered(path, statement):
    made(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def newer(path):
    altered(path, f"PRAGMA user_version = {VERSION + 1}")


def older_than_any(path):
    altered(path, "PRAGMA user_version = 0")


def foreign(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")


def without_an_owner(path):
    altered(path, "DELETE FROM meta")


def a_text(path):
    path.write_text("id,prompt\n" * 1000)


def empty(path):
    path.touch()


def a_folder(path):
    path.mkdir()


def cut(path):
    made(path, count=200)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path):
    made(path, count=200)
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 6] = b"\x5a" * 4096 * 3
    path.write_bytes(content)


def with_line_ends_changed(path):
    made(path, count=50)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def a_log_alone(path):
    made(path)
    path.unlink()
    path.with_name("state.db-wal").write_bytes(b"frames")


_DAMAGES = [without_an_owner, a_text, empty, a_folder, cut, overwritten, with_line_ends_changed, a_log_alone]


@pytest.mark.parametrize("damage", [*_DAMAGES, newer, older_than_any, foreign])
def test_a_record_not_to_be_used_is_refused_and_left_as_it_was(path, damage):
    damage(path)
    before = bytes_of(path.parent)
    with pytest.raises(StateError) as caught, opened(path):
        pass
    assert caught.value.exit_status == 4
    assert caught.value.hint
    assert bytes_of(path.parent) == before


@pytest.mark.parametrize("damage", [a_text, empty, a_folder, cut, a_log_alone, newer, older_than_any, foreign])
def test_a_reader_refuses_it_too(path, damage):
    damage(path)
    before = bytes_of(path.parent)
    with pytest.raises(StateError):
        read_back(path)
    assert bytes_of(path.parent) == before


@pytest.mark.parametrize("damage", _DAMAGES)
def test_a_damaged_record_comes_with_the_way_to_salvage_it(path, damage):
    damage(path)
    with pytest.raises(StateError, match="is damaged: ") as caught, opened(path):
        pass
    assert "sqlite3 state.db .recover" in caught.value.hint


def test_a_newer_record_names_both_versions(path):
    newer(path)
    with (
        pytest.raises(StateError, match=f"version {VERSION + 1} of the record; this one knows {VERSION}"),
        opened(path),
    ):
        pass


@pytest.mark.parametrize(
    ("project", "kind", "said"),
    [
        ("other", "paid", "belongs to project 'film', not to 'other'"),
        ("film", "offline", "holds paid renders, and this run is offline"),
    ],
)
def test_the_record_of_another_project_or_kind_is_refused(path, project, kind, said):
    made(path)
    before = bytes_of(path.parent)
    with pytest.raises(StateError, match=said), opened(path, project=project, kind=kind):
        pass
    assert bytes_of(path.parent) == before


_LEAVE_A_LOG = """
with opened(path) as store:
    for no in range(1, 6):
        store.write([Change(attempt=an_attempt(no))])
    os._exit(0)
"""


@pytest.fixture
def with_a_log(path):
    with child(_LEAVE_A_LOG, path) as writer:
        writer.wait()
    assert path.with_name("state.db-wal").stat().st_size
    return path


def test_a_log_that_a_killed_writer_left_is_read_and_put_away(with_a_log):
    assert len(read_back(with_a_log)[0]) == 5
    with opened(with_a_log) as store:
        assert [attempt.id for attempt in store.snapshot().attempts] == [f"id-{no}" for no in range(1, 6)]
    assert not with_a_log.with_name("state.db-wal").exists()


@pytest.mark.parametrize("keep", [0.0, 0.5])
def test_a_log_that_lost_acknowledged_rows_is_refused(with_a_log, keep):
    log = with_a_log.with_name("state.db-wal")
    with_a_log.with_name("state.db-shm").unlink()
    log.write_bytes(log.read_bytes()[: int(log.stat().st_size * keep)])
    before = bytes_of(with_a_log.parent)
    with pytest.raises(StateError, match=r"lacks the last \d of 5 writes") as caught, opened(with_a_log):
        pass
    assert "remove state.lock" in caught.value.hint
    assert bytes_of(with_a_log.parent) == before


def test_without_its_index_a_log_is_still_read(with_a_log):
    with_a_log.with_name("state.db-shm").unlink()
    with opened(with_a_log) as store:
        assert len(store.snapshot().attempts) == 5


def test_a_row_that_makes_no_sense_is_damage(path):
    altered(path, "UPDATE attempts SET status = 'cooked' WHERE id = 'id-2'")
    with pytest.raises(StateError, match="a row cannot be read"):
        read_back(path)


def test_an_older_record_comes_along_in_one_step_and_keeps_its_rows(path):
    made(path)
    ways = {
        VERSION: ["ALTER TABLE attempts ADD COLUMN colour TEXT"],
        VERSION + 1: ["CREATE TABLE shelves (digest TEXT)"],
    }
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, migrations=ways, target=VERSION + 2)
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION + 2,)
        assert connection.execute("SELECT count(*), count(colour) FROM attempts").fetchone() == (2, 0)
        with pytest.raises(StateError, match="no way leads on"):
            migrate(connection, migrations=ways, target=VERSION + 3)


def test_a_copy_is_kept_before_a_record_is_brought_up_to_date(path, monkeypatch):
    made(path)
    ways = {VERSION: ["ALTER TABLE attempts ADD COLUMN colour TEXT"]}
    monkeypatch.setattr("render.store.connection.VERSION", VERSION + 1)
    monkeypatch.setattr("render.store.connection.migrate", partial(migrate, migrations=ways, target=VERSION + 1))
    with closing(connect_to_write(path)) as connection:
        assert connection.execute("SELECT count(*), count(colour) FROM attempts").fetchone()[:] == (2, 0)
    copy = path.with_name(f"state.db.version-{VERSION}")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert read_back(copy)[0] == (an_attempt(1), an_attempt(2))


def test_a_reader_cannot_write(path):
    made(path)
    with closing(connect_to_read(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM attempts")


def test_a_path_with_signs_that_mean_something_in_a_uri_is_only_a_path(tmp_path):
    path = made(tmp_path / "50% of #1?mode=memory" / "state.db")
    assert read_back(path)[0] == (an_attempt(1), an_attempt(2))


def names_in(folder):
    return sorted(file.name for file in folder.iterdir())


def test_whoever_reads_a_record_leaves_nothing_beside_it(path):
    made(path)
    before = bytes_of(path.parent)
    names = names_in(path.parent)
    assert len(read_back(path)[0]) == 2
    assert names_in(path.parent) == names
    assert bytes_of(path.parent) == before


def test_a_reader_among_others_leaves_the_files_to_the_last_of_them(path):
    made(path)
    names = names_in(path.parent)
    with opened_to_read(path) as first:
        assert len(read_back(path)[0]) == 2
        assert first.execute("SELECT count(*) FROM attempts").fetchone()[0] == 2
        assert "state.db-wal" in names_in(path.parent)
    assert names_in(path.parent) == names


def test_a_reader_takes_nothing_from_under_a_writer(path):
    with opened(path) as store:
        for no in range(1, 4):
            store.write([Change(attempt=an_attempt(no))])
            assert len(read_back(path)[0]) == no
        assert "state.db-wal" in names_in(path.parent)
    assert len(read_back(path)[0]) == 3


def test_a_reader_leaves_a_log_with_content_as_it_is(with_a_log):
    before = bytes_of(with_a_log.parent)
    assert len(read_back(with_a_log)[0]) == 5
    assert bytes_of(with_a_log.parent) == before


def test_a_record_of_another_project_is_refused_and_nothing_is_left_beside_it(path):
    made(path)
    names = names_in(path.parent)
    with pytest.raises(StateError, match="belongs to project"):
        read_snapshot(path, project="another", kind="paid")
    assert names_in(path.parent) == names
