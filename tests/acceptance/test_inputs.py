"""Pictures and films as input, with the real command and server: given once, used by many, and what an edit costs."""

import pytest

from tests.containers.samples import whole
from tests.prove.process.scenarios import picture

NAME, PLATE = "film.shots.yaml", "plates/quay.png"
HEAD = """\
version: 1
project: film
defaults: {model: "klingai:3@2", duration: 1, width: 256, height: 256, fps: 15, steps: 10, prompt: A quay at dawn}
shots:
"""


@pytest.fixture
def wish(render):
    def write(*rows):
        (render.folder / NAME).write_text(HEAD + "".join(f"  - {{{row}}}\n" for row in rows), encoding="utf-8")

    (render.folder / "plates").mkdir()
    (render.folder / PLATE).write_bytes(picture(200))
    (render.folder / "plates" / "fog.mp4").write_bytes(whole("mp4"))
    return write


def sent(server):
    """The tasks that were paid for, in order."""
    return [task for request in server.ask("/admin/requests")["requests"] for task in request["body"]]


def uploads(render):
    lines = render("state", "export", NAME).stdout.splitlines()
    return [line for line in lines if line.startswith('{"upload"')]


def test_a_first_frame_and_a_film_go_into_a_clip(render, server, wish):
    wish(f"id: quay, frame_images: [{{image: {PLATE}, frame: first}}], reference_videos: [plates/fog.mp4]")

    summary = render.json("run", NAME, **server.variables)

    assert summary["saved"] == 1
    (task,) = sent(server)
    (frame,) = task["frameImages"]
    assert frame["frame"] == "first"
    # the film is small enough to go along, and a server keeps what it is sent under an id
    assert [len(each) for each in (frame["inputImage"], *task["referenceVideos"])] == [36, 36]
    assert len(uploads(render)) == 1
    assert render.json("run", NAME, **server.variables)["requests"] == 0


def test_fifty_shots_name_a_picture_that_was_given_once(render, server, wish):
    wish(f"id: quay, takes: 50, frame_images: [{{image: {PLATE}}}]")

    summary = render.json("run", NAME, "--concurrency", "8", **server.variables)

    assert summary["saved"] == 50
    named = {task["frameImages"][0]["inputImage"] for task in sent(server)}
    assert len(named) == 1
    (upload,) = uploads(render)
    assert named.pop() in upload


def test_an_edited_picture_renders_again_just_the_shots_that_use_it(render, server, wish):
    wish(f"id: quay, frame_images: [{{image: {PLATE}}}]", f"id: mast, reference_images: [{PLATE}]", "id: fog")
    assert render.json("run", NAME, **server.variables)["saved"] == 3

    (render.folder / PLATE).rename(render.folder / "plates" / "moved.png")
    wish(
        "id: quay, frame_images: [{image: plates/moved.png}]",
        "id: mast, reference_images: [plates/moved.png]",
        "id: fog",
    )
    assert render.json("plan", NAME, **server.variables)["totals"] == {"skip": 3}

    (render.folder / "plates" / "moved.png").write_bytes(picture(201))
    planned = render.json("plan", NAME, **server.variables)
    assert {task["key"]: task["action"] for task in planned["tasks"]} == {
        "quay.t01": "submit",
        "mast.t01": "submit",
        "fog.t01": "skip",
    }
    summary = render.json("run", NAME, **server.variables)
    assert (summary["saved"], summary["skipped"]) == (2, 1)
    assert len(uploads(render)) == 2


def test_the_plan_names_the_input_that_was_edited(render, server, wish):
    wish(f"id: quay, frame_images: [{{image: {PLATE}}}]")
    assert render.json("run", NAME, **server.variables)["saved"] == 1
    (render.folder / PLATE).write_bytes(picture(201))
    (task,) = render.json("plan", NAME, **server.variables)["tasks"]
    assert task["reason"] == f"input {PLATE} changed"


def test_offline_an_input_needs_no_key_and_no_network(render, wish):
    wish(f"id: quay, frame_images: [{{image: {PLATE}}}], reference_videos: [plates/fog.mp4]")
    assert render.json("run", NAME, "--offline")["saved"] == 1


def test_the_tasks_of_a_plan_show_what_stands_for_an_input(render, wish):
    wish(f"id: quay, frame_images: [{{image: {PLATE}}}]")
    (task,) = render.json("plan", NAME, "--tasks", "--offline")["tasks"]
    assert PLATE in str(task)
    assert PLATE in render("plan", NAME, "--tasks", "--offline").stdout


def test_a_file_outside_the_folder_goes_in_only_where_that_is_allowed(render, server, wish, tmp_path):
    (tmp_path / "outside.png").write_bytes(picture(200))
    wish("id: quay, frame_images: [{image: ../outside.png}]")
    assert "outside-folder" in render.json("validate", NAME, status=2)["problems"][-1].values()
    assert render.json("run", NAME, "--allow-outside", **server.variables)["saved"] == 1
