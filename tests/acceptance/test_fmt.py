"""`render fmt`: files are rewritten whole or not at all, and only where that changes their layout."""

import os
import stat

import pytest

UNTIDY = "project: film\nversion: 1\nshots:\n- {id: fog, prompt: Fog, model: kandinsky-5-distill}  # the first\n"
TIDY = """\
version: 1
project: film

shots:
  - id: fog  # the first
    model: kandinsky-5-distill
    prompt: Fog
"""


@pytest.fixture
def film(folder):
    path = folder / "film.shots.yaml"
    path.write_text(UNTIDY)
    return path


def test_a_file_is_rewritten_once(render, film):
    assert render("fmt", film.name).stderr == "film.shots.yaml: rewritten\n"
    assert film.read_text() == TIDY
    before = film.stat()
    done = render("fmt", film.name)
    assert (done.stdout, done.stderr) == ("", "")
    assert film.stat().st_mtime_ns == before.st_mtime_ns
    assert sorted(path.name for path in film.parent.glob(".*")) == []


def test_its_mode_and_the_link_to_it_stay(render, film):
    film.chmod(0o640)
    link = film.with_name("link.shots.yaml")
    link.symlink_to(film.name)
    render("fmt", link.name)
    assert link.is_symlink()
    assert film.read_text() == TIDY
    assert stat.S_IMODE(film.stat().st_mode) == 0o640


def test_a_check_lists_what_would_change_and_writes_nothing(render, film):
    film.with_name("tidy.shots.yaml").write_text(TIDY)
    done = render("fmt", "--check", film.name, "tidy.shots.yaml", status=1)
    assert (done.stdout, done.stderr) == ("film.shots.yaml\n", "")
    assert film.read_text() == UNTIDY
    done = render("fmt", "--check", "tidy.shots.yaml")
    assert (done.stdout, done.stderr) == ("", "")


def test_a_difference_is_shown_line_by_line(render, film):
    done = render("fmt", "--diff", film.name)
    assert done.stdout.splitlines()[:2] == ["--- film.shots.yaml", "+++ film.shots.yaml (canonical)"]
    assert "+  - id: fog  # the first" in done.stdout.splitlines()
    assert film.read_text() == UNTIDY
    both = render("fmt", "--check", "--diff", film.name, status=1)
    assert both.stdout == "film.shots.yaml\n" + done.stdout


def test_a_broken_file_stays_as_it_is_and_the_others_are_laid_out(render, film):
    broken = film.with_name("broken.shots.yaml")
    broken.write_text("version: 1\nversion: 2\n")
    done = render("fmt", broken.name, film.name, status=2)
    assert "broken.shots.yaml:2:1: error[R010]" in done.stderr
    assert broken.read_text() == "version: 1\nversion: 2\n"
    assert film.read_text() == TIDY


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_file_is_told_and_nothing_is_lost(render, film):
    film.parent.chmod(0o500)
    try:
        assert "cannot write film.shots.yaml" in render("fmt", film.name, status=3).stderr
        assert film.read_text() == UNTIDY
    finally:
        film.parent.chmod(0o700)


def test_the_manifests_that_come_along_are_in_order(render):
    files = sorted(path.relative_to(render.folder) for path in (render.folder / "manifests").rglob("*.shots.yaml"))
    done = render("fmt", "--check", *files)
    assert (done.stdout, done.stderr) == ("", "")
