"""Something else stands where a file belongs: every command that is asked says so, and nothing is lost or bought."""

import os

import pytest

STILLS = "stills.yaml"
LAMP = "lamp/lamp_t01.webp"


def a_folder(file):
    file.unlink()
    file.mkdir()


def a_link(file):
    file.rename(file.with_name("elsewhere.webp"))
    file.symlink_to("elsewhere.webp")


def a_link_above(file):
    file.parent.rename(file.parent.with_name("elsewhere"))
    file.parent.symlink_to("elsewhere")


def a_shorter_file(file):
    os.truncate(file, 100)


def task(document):
    return document["tasks"][0]


@pytest.mark.parametrize(
    ("put", "words", "place"),
    [(a_folder, "a folder", LAMP), (a_link, "a symbolic link", LAMP), (a_link_above, "a symbolic link", "lamp")],
)
def test_what_a_run_cannot_move_is_told_before_it_has_to_hold_the_file(render, rendered, put, words, place):
    put(rendered / LAMP)

    status = task(render.json("status", STILLS, "--offline"))
    plan = task(render.json("plan", STILLS, "--offline"))
    assert (status["status"], status["is_here"], status["in_the_way"]) == ("saved", False, f"{words} at {place}")
    assert plan["reason"] == f"{words} stands at {place}: move it away, or the file can only be held"
    assert "1 of 2 saved, 1 saved before and not here" in render("status", STILLS, "--offline").stdout
    checked = render("state", "check", STILLS, "--offline", status=1).stdout
    assert f"{words} stands at {place}" in checked

    assert render.json("run", STILLS, "--offline", status=6)["held"] == 1
    assert task(render.json("plan", STILLS, "--offline"))["reason"] == plan["reason"]


def test_a_file_of_another_size_is_told_and_makes_room(render, rendered):
    a_shorter_file(rendered / LAMP)

    assert task(render.json("status", STILLS, "--offline"))["in_the_way"] == f"a file of 100 bytes at {LAMP}"
    reason = task(render.json("plan", STILLS, "--offline"))["reason"]
    assert reason.startswith(f"a file of 100 bytes stands at {LAMP}, and not the one recorded; it is kept")

    fetched = render("fetch", STILLS, "--offline")
    assert "$" not in fetched.stdout + fetched.stderr
    assert task(render.json("status", STILLS, "--offline"))["is_here"]
    assert [file.stat().st_size for file in (rendered / ".earlier").rglob("*.webp")] == [100]


def test_a_purchase_that_could_only_be_held_is_foretold(render):
    (render.folder / "renders-offline" / "stills" / LAMP).mkdir(parents=True)
    assert task(render.json("plan", STILLS, "--offline"))["reason"] == (
        f"new; a folder stands at {LAMP}: move it away, or the file can only be held"
    )
