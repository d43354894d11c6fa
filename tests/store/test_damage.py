"""Damage on the disk: a record is refused, or it is a beginning of what was acknowledged; it is never changed data."""

import random
import re
import shutil
import sqlite3
from contextlib import closing

import pytest

from render.errors import StateError
from render.store import Change
from render.store.examination import examine
from render.store.fitness import Owner
from render.store.salvage import salvage
from tests.store.recorded import an_artifact, an_attempt, bytes_of, child, made, opened, read_back

OWNER = Owner(project="film", kind="paid")
_COUNT = 12
_LEAVE_A_LOG = f"""
with opened(path) as store:
    for no in range(1, {_COUNT + 1}):
        store.write([Change(attempt=an_attempt(no), artifact=an_artifact(no))])
    os._exit(0)
"""


def outcome(path):
    """What a reader gets: the attempts, or None where the record is refused; and a writer must get the same."""
    try:
        attempts, artifacts = read_back(path)
    except StateError as error:
        assert error.hint  # noqa: PT017 - both ways out are right
        attempts = None
    before = bytes_of(path.parent)
    try:
        with opened(path) as store:
            snapshot = store.snapshot()
            assert (snapshot.attempts, snapshot.artifacts) == (attempts, artifacts)
            assert not examine(path, owner=OWNER).findings
    except StateError:
        assert attempts is None
        assert examine(path, owner=OWNER).findings
        assert bytes_of(path.parent) == before
    return attempts


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A record whose rows are in the database itself."""
    path = tmp_path_factory.mktemp("whole") / "state.db"
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(no), artifact=an_artifact(no)) for no in range(1, _COUNT + 1)])
    return path


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """A record whose rows are in the write-ahead log alone."""
    path = tmp_path_factory.mktemp("logged") / "state.db"
    with child(_LEAVE_A_LOG, path) as writer:
        writer.wait()
    return path


def copied(source, target):
    shutil.copytree(source.parent, target, dirs_exist_ok=True)
    target.joinpath("state.db-shm").unlink(missing_ok=True)
    return target / "state.db"


@pytest.mark.parametrize(("tries", "least"), [(150, 5), pytest.param(400, 40, marks=pytest.mark.slow)])
def test_a_flipped_bit_in_the_database_never_changes_what_is_read(whole, tmp_path, tries, least):
    expected, _ = read_back(whole)
    content, chance = whole.read_bytes(), random.Random(20261121)
    refused = 0
    for no in range(tries):
        path = copied(whole, tmp_path / str(no))
        bit = chance.randrange(len(content) * 8)
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        found = outcome(path)
        assert found in (None, expected), f"bit {bit}"
        refused += found is None
        shutil.rmtree(tmp_path / str(no))
    assert least < refused < tries


def test_every_bit_of_a_row_is_watched(whole, tmp_path):
    content = whole.read_bytes()
    start = content.index(b"shot5f") if b"shot5f" in content else content.index(b"id-5shot5")
    for bit in range(start * 8, (start + 60) * 8, 7):
        path = copied(whole, tmp_path / "flipped")
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(StateError):
            read_back(path)


@pytest.mark.parametrize("knows_how_far_it_came", [True, False])
def test_a_log_cut_anywhere_is_refused_or_a_beginning(logged, tmp_path, knows_how_far_it_came):
    expected, _ = read_back(logged)
    log = logged.with_name("state.db-wal").read_bytes()
    lengths = set()
    for no, kept in enumerate(range(0, len(log), len(log) // 60)):
        path = copied(logged, tmp_path / str(no))
        path.with_name("state.db-wal").write_bytes(log[:kept])
        if not knows_how_far_it_came:
            path.with_name("state.lock").unlink()
        found = outcome(path)
        if knows_how_far_it_came:
            assert found is None
        else:
            assert found == expected[: len(found)]
            lengths.add(len(found))
        shutil.rmtree(tmp_path / str(no))
    assert knows_how_far_it_came or len(lengths) > _COUNT // 2


def test_a_flipped_bit_in_the_log_is_refused_or_changes_nothing(logged, tmp_path):
    expected, _ = read_back(logged)
    log, chance = logged.with_name("state.db-wal").read_bytes(), random.Random(7)
    for no in range(100):
        path = copied(logged, tmp_path / str(no))
        bit = chance.randrange(len(log) * 8)
        flipped = bytearray(log)
        flipped[bit // 8] ^= 1 << bit % 8
        path.with_name("state.db-wal").write_bytes(flipped)
        assert outcome(path) in (None, expected), f"bit {bit}"
        shutil.rmtree(tmp_path / str(no))


_MARKERS = b"<<<<<<< HEAD\n", b"\n=======\n", b"\n>>>>>>> branch\n"


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda content: b"\xef\xbb\xbf" + content, id="BOM"),
        pytest.param(
            lambda content: _MARKERS[0] + content + _MARKERS[1] + content + _MARKERS[2], id="conflict markers"
        ),
        pytest.param(lambda content: content[:4096], id="one page left"),
        pytest.param(lambda content: content[:-1], id="a byte short"),
        pytest.param(lambda content: bytes(len(content)), id="zeros"),
    ],
)
def test_a_spoiled_file_is_refused_and_left_as_it_was(tmp_path, spoil):
    path = made(tmp_path / "state.db", count=30)
    path.write_bytes(spoil(path.read_bytes()))
    assert outcome(path) is None


def test_a_row_that_vanished_is_missed(tmp_path):
    path = made(tmp_path / "state.db", count=3)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM attempts WHERE born = 2")
        connection.commit()
    assert outcome(path) is None
    assert [finding.message.rpartition(": ")[2] for finding in examine(path, owner=OWNER).findings] == [
        "it is not there"
    ]


def test_of_a_record_with_a_broken_page_every_row_that_can_be_read_is_saved(tmp_path):
    path = made(tmp_path / "state.db", count=200)
    expected, _ = read_back(path)
    content = bytearray(path.read_bytes())
    page = content.index(b"id-100shot100") // 4096
    content[page * 4096 : (page + 1) * 4096] = bytes(4096)
    path.write_bytes(content)
    read = salvage(path, owner=OWNER)
    assert 150 < len(read.attempts) < 200
    assert all(attempt in expected for attempt in read.attempts)
    (line,) = read.unreadable
    assert re.fullmatch(r"attempts, rows \d+ to \d+: .*malformed", line)
