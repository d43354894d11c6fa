import pytest

from tests.server.rehearsal import until


@pytest.fixture
def file_url(witness, a_clip):
    task = a_clip()
    witness.post(task)
    return witness.settle(task["taskUUID"]).body["data"][0]["videoURL"]


def test_a_file_comes_whole_with_its_length_and_type(witness, file_url):
    answer = witness.ask(file_url)
    assert answer.status == 200
    assert int(answer.headers["Content-Length"]) == len(answer.raw)
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["ETag"]
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_head_request_gives_the_length_without_the_bytes(witness, file_url):
    whole, head = witness.ask(file_url), witness.ask(file_url, method="HEAD")
    assert (head.status, head.raw) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


@pytest.mark.parametrize(
    ("asked", "part"), [("bytes=0-9", slice(0, 10)), ("bytes=100-", slice(100, None)), ("bytes=-7", slice(-7, None))]
)
def test_a_range_of_a_file_can_be_fetched(witness, file_url, asked, part):
    whole, answer = witness.ask(file_url), witness.ask(file_url, headers={"Range": asked})
    assert (answer.status, answer.raw) == (206, whole.raw[part])
    assert answer.headers["ETag"] == whole.headers["ETag"]
    assert answer.headers["Content-Range"].endswith(f"/{len(whole.raw)}")


def test_a_range_behind_the_end_is_416(witness, file_url):
    length = len(witness.ask(file_url).raw)
    answer = witness.ask(file_url, headers={"Range": f"bytes={length}-"})
    assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{length}")


@pytest.mark.parametrize(
    "name", ["nothing.mp4", "..%2Fserver.db", "%2e%2e/server.db", "../server.db", "%2Fetc%2Fpasswd", "a%00b", ""]
)
def test_a_name_that_no_result_has_is_404(shared_witness, name):
    answer = shared_witness.ask(f"/files/{name}")
    assert answer.status in {400, 404}
    assert b"SQLite" not in answer.raw


def test_a_file_is_not_handed_out_before_its_time(serve, a_clip, tmp_path):
    witness, task = serve(latency_s=(60, 60)), a_clip()
    witness.post(task)
    folder = tmp_path / "state" / "files"
    (path,) = until(lambda: list(folder.glob("*.mp4")), bool)
    assert witness.ask(f"/files/{path.name}").status == 404


def test_links_begin_with_what_the_server_was_told(serve, a_picture):
    (item,) = serve(public_base="https://media.example/").post(a_picture()).body["data"]
    assert item["imageURL"].startswith("https://media.example/files/")


@pytest.mark.parametrize(("name", "media_type"), [("JPG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_an_image_has_its_media_type(witness, a_picture, name, media_type):
    (item,) = witness.post(a_picture(outputFormat=name)).body["data"]
    assert witness.ask(item["imageURL"]).headers["Content-Type"] == media_type
