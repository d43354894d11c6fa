"""A file that a person hands in for a purchase."""

import asyncio
from dataclasses import replace

import pytest

from render.artifacts.folder import ArtifactFolder
from render.errors import BytesRefusedError, StateError, UsageError
from render.records import Snapshot, Status
from render.runner.handover import HandedIn, take_file
from tests.containers.samples import whole
from tests.runner.stage import clip


@pytest.fixture
def made(stage):
    stage.run(clip("a"), saved=1)
    return stage


def hand_in(stage, content, write=list):
    """Hand in a file for a second purchase of the clip that is there already."""
    attempts, artifacts = stage.record()
    source = stage.root.parent / "given.mp4"
    source.write_bytes(content)
    again = replace(attempts[0], id="again", number=2, status=Status.SAVED)
    given = HandedIn(source=source, attempt=again, path="a.mp4")
    snapshot = Snapshot(attempts=attempts, artifacts=artifacts, present=frozenset({"a.mp4"}))
    changes = asyncio.run(take_file(given, folder=ArtifactFolder(stage.root), snapshot=snapshot, write=write))
    assert source.read_bytes() == content
    return {change.attempt.id: change.artifact for change in changes}


def test_it_takes_its_place_when_the_record_knows_where_the_file_is_that_stood_there(made):
    before, written = (made.root / "a.mp4").read_bytes(), []
    content = whole("mp4") + b"\x00\x00\x00\x08free"

    def write(changes):
        written.extend(changes)
        assert (made.root / "a.mp4").read_bytes() == before

    files = hand_in(made, content, write)

    assert (made.root / "a.mp4").read_bytes() == content
    assert {attempt: (file.path, file.size_bytes) for attempt, file in files.items()} == {
        "again": ("a.mp4", len(content))
    }
    (displaced,) = written
    assert displaced.artifact.path.startswith(".earlier/")
    assert (made.root / displaced.artifact.path).read_bytes() == before


def test_a_record_that_refuses_leaves_the_file_that_stands_there(made):
    before = (made.root / "a.mp4").read_bytes()

    def refuse(_):
        raise StateError("the record could not be written")

    with pytest.raises(StateError):
        hand_in(made, whole("mp4") + b"\x00\x00\x00\x08free", refuse)
    assert (made.root / "a.mp4").read_bytes() == before


def test_the_very_bytes_that_stand_there_displace_nothing(made):
    written = []
    assert list(hand_in(made, (made.root / "a.mp4").read_bytes(), written.extend)) == ["again"]
    assert written == made.kept() == []


@pytest.mark.parametrize("kind", ["png", "cut"])
def test_what_does_not_belong_there_is_refused_and_nothing_changes(made, kind):
    before = (made.root / "a.mp4").read_bytes()
    with pytest.raises(BytesRefusedError):
        hand_in(made, whole("png") if kind == "png" else whole("mp4")[:-5])
    assert (made.root / "a.mp4").read_bytes() == before


def test_a_folder_is_no_file(made):
    attempts, artifacts = made.record()
    given = HandedIn(source=made.root, attempt=attempts[0], path="a.mp4")
    snapshot = Snapshot(attempts=attempts, artifacts=artifacts)
    with pytest.raises(UsageError, match="is not a file"):
        asyncio.run(take_file(given, folder=ArtifactFolder(made.root), snapshot=snapshot, write=list))
