"""A file that a person hands in for a purchase."""

import asyncio
from dataclasses import replace

import pytest

from render.artifacts.folder import ArtifactFolder
from render.errors import BytesRefusedError, UsageError
from render.records import Snapshot, Status
from render.runner.handover import HandedIn, take_file
from tests.containers.samples import whole
from tests.runner.stage import clip


@pytest.fixture
def made(stage):
    stage.run(clip("a"), saved=1)
    return stage


def hand_in(stage, content):
    """Hand in a file for a second purchase of the clip that is there already."""
    attempts, artifacts = stage.record()
    source = stage.root.parent / "given.mp4"
    source.write_bytes(content)
    again = replace(attempts[0], id="again", number=2, status=Status.SAVED)
    given = HandedIn(source=source, attempt=again, path="a.mp4")
    snapshot = Snapshot(attempts=attempts, artifacts=artifacts, present=frozenset({"a.mp4"}))
    changes = asyncio.run(take_file(given, folder=ArtifactFolder(stage.root), snapshot=snapshot))
    assert source.read_bytes() == content
    return {change.attempt.id: change.artifact for change in changes}, attempts[0].id


def test_it_takes_its_place_and_the_file_that_stood_there_stays_recorded(made):
    before = (made.root / "a.mp4").read_bytes()
    content = whole("mp4") + b"\x00\x00\x00\x08free"

    files, first = hand_in(made, content)

    assert (made.root / "a.mp4").read_bytes() == content
    assert (files["again"].path, files["again"].size_bytes) == ("a.mp4", len(content))
    assert files[first].path.startswith(".earlier/")
    assert (made.root / files[first].path).read_bytes() == before


def test_the_very_bytes_that_stand_there_displace_nothing(made):
    files, _ = hand_in(made, (made.root / "a.mp4").read_bytes())
    assert list(files) == ["again"]
    assert made.kept() == []


@pytest.mark.parametrize("kind", ["png", "cut"])
def test_what_does_not_belong_there_is_refused_and_nothing_changes(made, kind):
    before = (made.root / "a.mp4").read_bytes()
    with pytest.raises(BytesRefusedError):
        hand_in(made, whole("png") if kind == "png" else whole("mp4")[:-5])
    assert (made.root / "a.mp4").read_bytes() == before


def test_a_folder_is_no_file(made):
    attempts, artifacts = made.record()
    given = HandedIn(source=made.root, attempt=attempts[0], path="a.mp4")
    with pytest.raises(UsageError, match="is not a file"):
        asyncio.run(
            take_file(
                given, folder=ArtifactFolder(made.root), snapshot=Snapshot(attempts=attempts, artifacts=artifacts)
            )
        )
