"""Recorded files that are read again, whole and in every way that they can be otherwise."""

import hashlib
import io
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.artifacts.verifying import faults_of, is_put_aside, strangers
from render.containers.measure import measure
from render.records import Artifact
from tests.containers.samples import whole

FILES = {"mp4": "a/a.mp4", "mov": "a/a.mov", "webm": "a.webm", "jpeg": "a/b/c.jpg", "png": "a.png", "webp": "a.webp"}


def recorded(root, kind="png", **changes):
    """Put a file where it belongs, and return what is recorded of it."""
    content, path = whole(kind), FILES[kind]
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    artifact = Artifact(
        attempt_id="one",
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        measured=measure(io.BytesIO(content), len(content)),
    )
    return replace(artifact, **changes)


def kinds(root, artifact):
    return [fault.kind for fault in faults_of(root, artifact)]


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_as_it_was_has_no_faults(tmp_path, kind):
    assert faults_of(tmp_path, recorded(tmp_path, kind)) == ()


@pytest.mark.parametrize("kind", FILES)
def test_a_cut_file_has_another_size_and_is_not_whole(tmp_path, kind):
    artifact = recorded(tmp_path, kind)
    os.truncate(tmp_path / artifact.path, artifact.size_bytes - 1)
    assert kinds(tmp_path, artifact) == ["size", "container"]


@given(at=st.integers(0, len(whole("png")) - 1), mask=st.integers(1, 255))
def test_one_changed_byte_is_found_wherever_it_is(tmp_path_factory, at, mask):
    root = tmp_path_factory.mktemp("folder")
    artifact = recorded(root)
    content = bytearray(whole("png"))
    content[at] ^= mask
    (root / artifact.path).write_bytes(content)
    assert kinds(root, artifact)[0] == "digest"


def test_a_file_of_another_kind_is_told(tmp_path):
    artifact = recorded(tmp_path)
    content = whole("jpeg")
    (tmp_path / artifact.path).write_bytes(content)
    record = replace(artifact, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    found = faults_of(tmp_path, record)
    assert ("container", "it is image/jpeg, whatever its name says") in [(each.kind, each.message) for each in found]


def test_headers_that_say_something_else_than_was_recorded_are_told(tmp_path):
    artifact = recorded(tmp_path)
    wrong = replace(artifact, measured=replace(artifact.measured, width_px=1, duration_s=None))
    (fault,) = faults_of(tmp_path, wrong)
    assert (fault.kind, fault.message) == ("measured", "its headers say width_px 48, and 1 was recorded")


def test_a_fact_that_was_not_known_then_is_no_difference(tmp_path):
    artifact = recorded(tmp_path, "mp4")
    assert artifact.measured.duration_s is not None
    less = replace(artifact, measured=replace(artifact.measured, duration_s=None, fps=None))
    assert faults_of(tmp_path, less) == ()


def test_a_file_that_is_gone_is_missing_with_its_folder_or_without(tmp_path):
    artifact = recorded(tmp_path, "jpeg")
    (tmp_path / artifact.path).unlink()
    assert kinds(tmp_path, artifact) == ["missing"]
    (tmp_path / artifact.path).parent.rmdir()
    assert kinds(tmp_path, artifact) == ["missing"]


def test_a_link_is_no_file_even_to_the_very_bytes(tmp_path):
    artifact = recorded(tmp_path, "jpeg")
    file = tmp_path / artifact.path
    file.rename(tmp_path / "elsewhere.jpg")
    file.symlink_to(tmp_path / "elsewhere.jpg")
    assert kinds(tmp_path, artifact) == ["not-a-file"]


def test_no_folder_is_entered_through_a_link(tmp_path):
    artifact = recorded(tmp_path / "output", "mp4")
    (tmp_path / "output" / "a").rename(tmp_path / "a")
    (tmp_path / "output" / "a").symlink_to(tmp_path / "a")
    assert kinds(tmp_path / "output", artifact) == ["not-a-file"]


def test_a_folder_and_a_pipe_are_no_files_and_nobody_waits_for_them(tmp_path):
    artifact = recorded(tmp_path)
    file = tmp_path / artifact.path
    file.unlink()
    file.mkdir()
    assert kinds(tmp_path, artifact) == ["not-a-file"]
    file.rmdir()
    os.mkfifo(file)
    assert kinds(tmp_path, artifact) == ["not-a-file"]


def test_a_path_that_leads_outside_is_not_followed(tmp_path):
    artifact = recorded(tmp_path)
    assert kinds(tmp_path / "deep", replace(artifact, path=f"../{artifact.path}")) == ["not-a-file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    artifact = recorded(tmp_path)
    (tmp_path / artifact.path).chmod(0)
    assert kinds(tmp_path, artifact) == ["unreadable"]


def test_what_no_record_knows_is_named_and_what_is_ours_is_not(tmp_path):
    ours = ["state.db", "state.db-wal", "state.db-shm", "state.lock", "render.log", "state.db.damaged-1"]
    for name in (*ours, "a/.renderline-one.part", "a/known.png", "a/other.png", ".earlier/a/old.png", "a/state.db"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "empty").mkdir()
    assert strangers(tmp_path, {"a/known.png"}) == [".earlier/a/old.png", "a/other.png", "a/state.db", "link"]


def test_where_there_is_no_folder_there_are_no_strangers(tmp_path):
    assert strangers(tmp_path / "none", ()) == []


@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        (".earlier/a/a.0123abcd.mp4", True),
        (".earlier/a/a.0123abcd.2.mp4", True),
        (".earlier/a/a.extra_2.mp4", True),
        (".earlier/b.0123abcd.mp4", False),
        (".earlier/a/a.0123abcd.mov", False),
        (".earlier/a/a.mp4", False),
        (".earlier/a/a.holiday.mp4", False),
        ("a/a.0123abcd.mp4", False),
    ],
)
def test_a_file_was_put_aside_where_its_name_says_so_and_the_name_it_had_is_known(path, is_ours):
    assert is_put_aside(path, {"a/a.mp4"}) == is_ours
