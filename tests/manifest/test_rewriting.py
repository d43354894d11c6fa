"""A file is replaced as a whole, and only while it holds what was read."""

import os

import pytest

from render.errors import SettingsError
from render.manifest.canonical.rewriting import rewrite


def left(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_gets_its_new_text(tmp_path):
    path = tmp_path / "film.shots.yaml"
    path.write_bytes(b"old")
    rewrite(path, "new: é\n", instead_of=b"old")
    assert left(tmp_path) == {"film.shots.yaml": "new: é\n".encode()}


def test_a_file_that_somebody_saved_meanwhile_is_left_to_them(tmp_path):
    path = tmp_path / "film.shots.yaml"
    path.write_bytes(b"newer")
    with pytest.raises(SettingsError, match="was changed meanwhile"):
        rewrite(path, "new\n", instead_of=b"old")
    assert left(tmp_path) == {"film.shots.yaml": b"newer"}


def test_a_file_that_is_gone_is_not_made_again(tmp_path):
    with pytest.raises(SettingsError, match="cannot write"):
        rewrite(tmp_path / "film.shots.yaml", "new\n", instead_of=b"old")
    assert left(tmp_path) == {}


def test_a_link_that_is_planted_where_the_new_text_is_written_is_not_followed(tmp_path):
    path, elsewhere = tmp_path / "film.shots.yaml", tmp_path / "elsewhere"
    path.write_bytes(b"old")
    elsewhere.write_bytes(b"mine")
    (tmp_path / f".film.shots.yaml.{os.getpid()}.part").symlink_to(elsewhere)
    with pytest.raises(SettingsError, match="cannot write"):
        rewrite(path, "new\n", instead_of=b"old")
    assert (path.read_bytes(), elsewhere.read_bytes()) == (b"old", b"mine")
