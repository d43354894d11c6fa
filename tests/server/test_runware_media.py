import base64
from uuid import uuid4

import pytest

from render.server.switches import RunwareSwitches, Switches
from tests.server.listener import Listener

PNG = b"\x89PNG\r\n\x1a\n and more"
FILES = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff and more",
    "image/webp": b"RIFF\0\0\0\0WEBP",
    "image/gif": b"GIF89a",
    "image/bmp": b"BM and more",
    "video/mp4": b"\0\0\0\x18ftypisom",
    "video/quicktime": b"\0\0\0\x14ftypqt  ",
    "video/webm": b"\x1aE\xdf\xa3",
    "audio/mpeg": b"ID3 and more",
    "audio/wav": b"RIFF\0\0\0\0WAVE",
    "audio/flac": b"fLaC",
}
AN_ID = "0b7ecff5-7a5a-4c74-9f4f-3a3ae1b0d9d3"


def as_base64(content):
    return base64.b64encode(content).decode()


def as_data_uri(content, media_type="image/png"):
    return f"data:{media_type};base64,{as_base64(content)}"


def storing(media, **changes):
    return {"taskType": "mediaStorage", "taskUUID": str(uuid4()), "operation": "upload", "media": media, **changes}


def stored(witness, content):
    (item,) = witness.post(storing(as_base64(content))).body["data"]
    return item


@pytest.fixture
def listener():
    listener = Listener(files={"/a.png": PNG})
    listener.open()
    yield listener
    listener.close()


@pytest.mark.parametrize("media_type", FILES)
def test_a_file_of_each_kind_is_kept_and_given_back(shared_witness, media_type):
    item = stored(shared_witness, FILES[media_type])
    answer = shared_witness.ask(item["mediaURL"])
    assert (answer.raw, answer.headers["Content-Type"]) == (FILES[media_type], media_type)
    assert item["mediaUUID"] in item["mediaURL"]


@pytest.mark.parametrize("write", [as_base64, as_data_uri])
def test_a_file_comes_as_base64_or_as_a_data_uri(shared_witness, write):
    (item,) = shared_witness.post(storing(write(PNG))).body["data"]
    assert shared_witness.ask(item["mediaURL"]).raw == PNG


def test_a_file_of_many_megabytes_is_taken_as_a_server_comes(shared_witness):
    large = PNG + bytes(6 * 2**20)
    assert len(shared_witness.ask(stored(shared_witness, large)["mediaURL"]).raw) == len(large)


def test_what_a_data_uri_says_of_itself_is_not_believed(shared_witness):
    (item,) = shared_witness.post(storing(as_data_uri(FILES["video/mp4"], "image/png"))).body["data"]
    assert shared_witness.ask(item["mediaURL"]).headers["Content-Type"] == "video/mp4"


@pytest.mark.parametrize(
    "media",
    ["no base64!", as_base64(b"<html>"), as_base64(b"MZ"), "data:image/png;base64,", "data:,x", AN_ID, "../a.png",
     "file:///etc/passwd", "http://", "ftp://127.0.0.1/a"],
)  # fmt: skip
def test_what_is_no_media_file_is_refused(shared_witness, media):
    answer = shared_witness.post(storing(media))
    assert (answer.status, [error["code"] for error in answer.body["errors"]]) == (400, ["invalidMedia"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"operation": "list"}, "invalidOperation"),
        ({"operation": None}, "invalidOperation"),
        ({"media": ""}, "invalidMedia"),
        ({"media": 7}, "invalidMedia"),
        ({"name": "x"}, "unsupportedParameter"),
        ({"taskUUID": "x"}, "invalidTaskUUID"),
    ],
)
def test_a_broken_storage_task_is_refused(shared_witness, changes, code):
    answer = shared_witness.post({**storing(as_base64(PNG)), **changes})
    assert (answer.status, answer.body["errors"][0]["code"]) == (400, code)


def test_a_deleted_file_is_gone(witness, a_general_clip):
    item = stored(witness, PNG)
    (deleted,) = witness.post(storing(item["mediaUUID"], operation="delete")).body["data"]
    assert (deleted["operation"], deleted["mediaUUID"]) == ("delete", item["mediaUUID"])
    assert witness.ask(item["mediaURL"]).status == 404
    assert witness.post(a_general_clip(referenceImages=[item["mediaUUID"]])).status == 400
    again = witness.post(storing(item["mediaUUID"], operation="delete"))
    assert (again.status, again.body["errors"][0]["code"]) == (404, "mediaNotFound")


def test_a_file_outlives_the_server(serve):
    item = stored(serve(), PNG)
    serve.stop()
    witness = serve()
    assert witness.ask(f"/files/{item['mediaUUID']}.png").raw == PNG


def test_a_link_is_followed_to_a_host_that_was_allowed(serve, listener):
    witness = serve(allowed_hosts=frozenset({listener.host}))
    (item,) = witness.post(storing(listener.url("/a.png"))).body["data"]
    assert witness.ask(item["mediaURL"]).raw == PNG


def test_a_link_is_followed_nowhere_else(witness, listener):
    answer = witness.post(storing(listener.url("/a.png")))
    assert [error["code"] for error in answer.body["errors"]] == ["unsupportedMedia"]
    assert listener.heard == []


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_link_that_leads_to_no_file_is_told(serve, listener, status):
    listener.statuses = [status]
    answer = serve(allowed_hosts=frozenset({listener.host})).post(storing(listener.url("/a.png")))
    assert [error["code"] for error in answer.body["errors"]] == ["downloadFailed"]
    assert len(listener.heard) == 1


def test_the_older_upload_takes_pictures_alone(shared_witness):
    task = {"taskType": "imageUpload", "taskUUID": str(uuid4()), "image": as_data_uri(PNG)}
    (item,) = shared_witness.post(task).body["data"]
    assert shared_witness.ask(item["imageURL"]).raw == PNG
    answer = shared_witness.post({**task, "image": as_base64(FILES["video/mp4"])})
    assert answer.body["errors"][0]["code"] == "invalidImage"


def test_the_older_upload_can_answer_with_an_object(serve):
    witness = serve(switches=Switches(runware=RunwareSwitches(upload_data="object")))
    task = {"taskType": "imageUpload", "taskUUID": str(uuid4()), "image": as_base64(PNG)}
    assert witness.post(task).body["data"]["taskUUID"] == task["taskUUID"]


@pytest.mark.parametrize("name", ["inputImage", "inputImages", "image"])
def test_a_stored_picture_fixes_a_frame(shared_witness, a_general_clip, name):
    identifier = stored(shared_witness, PNG)["mediaUUID"]
    for task in (
        a_general_clip(frameImages=[{name: identifier, "frame": "first"}]),
        a_general_clip(inputs={"frameImages": [{name: identifier.upper()}]}),
    ):
        assert shared_witness.post(task).status == 200


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("referenceImages", "image/webp"), ("referenceVideos", "video/webm"), ("inputAudios", "audio/flac")],
)
def test_stored_files_guide_a_clip(shared_witness, a_general_clip, name, media_type):
    identifier = stored(shared_witness, FILES[media_type])["mediaUUID"]
    assert shared_witness.post(a_general_clip(**{name: [identifier]})).status == 200
    other = stored(shared_witness, FILES["image/gif"])["mediaUUID"]
    (error,) = shared_witness.post(a_general_clip(**{name: [identifier, other]})).body["errors"]
    assert error["parameter"] == f"{name}[1]"


def test_a_finished_result_can_be_an_input(shared_witness, a_picture, a_general_clip):
    (item,) = shared_witness.post(a_picture()).body["data"]
    assert shared_witness.post(a_general_clip(referenceImages=[item["imageUUID"]])).status == 200
    assert shared_witness.post(a_general_clip(referenceVideos=[item["imageUUID"]])).status == 400


def test_an_enclosed_file_is_stored_and_named_by_its_id(witness, a_general_clip):
    task = a_general_clip(referenceImages=[as_data_uri(PNG)])
    assert witness.post(task).status == 200
    (request,) = witness.ask("/admin/requests").body["requests"]
    (identifier,) = request["body"][0]["referenceImages"]
    assert witness.ask(f"/files/{identifier}.png").raw == PNG


@pytest.mark.parametrize(("input_form", "taken"), [("none", []), ("flat", ["flat"]), ("inputs", ["inputs"])])
def test_how_an_image_task_names_pictures_is_a_switch(serve, a_picture, input_form, taken):
    witness = serve(switches=Switches(runware=RunwareSwitches(image_input=input_form)))
    pictures = {"referenceImages": [stored(witness, PNG)["mediaUUID"]]}
    tasks = {"flat": a_picture(**pictures), "inputs": a_picture(inputs=pictures)}
    assert [form for form, task in tasks.items() if witness.post(task).status == 200] == taken
