"""Files on their way out: whole and as they were digested, or not at all; and the body of a call around them."""

import asyncio
import base64
import hashlib
import json
import os

import pytest

from render.artifacts.inputs import InputBytes, input_content
from render.containers.opening import PIECE_BYTES
from render.errors import InputChangedError
from render.providers.protocol import ENCLOSURE, Call
from render.wire.bodies import body_of
from render.wish import InputFile


def an_input(path, content):
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return InputFile(path=str(path), name=path.name, sha256=digest, size_bytes=len(content), media_type="image/png")


async def pieces_of(content):
    return [piece async for piece in content.pieces()]


def all_of(body):
    async def collected():
        return b"".join([piece async for piece in body.content])

    return asyncio.run(collected())


SIZES = [1, 2, 3, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES + 2]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_whole_in_pieces_of_bounded_size(tmp_path, size):
    content = os.urandom(size)
    pieces = asyncio.run(pieces_of(InputBytes(an_input(tmp_path / "a.png", content))))
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= PIECE_BYTES


@pytest.mark.parametrize("size", SIZES)
def test_a_body_around_a_file_is_the_json_it_stands_for_and_as_long_as_announced(tmp_path, size):
    content = os.urandom(size)
    file = an_input(tmp_path / "a.png", content)
    call = Call(
        method="POST", path="", body=[{"media": f"data:,{ENCLOSURE}", "é": 1}], enclosed=InputBytes(file), is_paid=False
    )
    body = body_of(call)
    sent = all_of(body)
    assert json.loads(sent) == [{"media": f"data:,{base64.b64encode(content).decode()}", "é": 1}]
    assert body.headers["Content-Length"] == str(len(sent))


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content[:-1],
        lambda content: content + b"x",
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: bytes([content[0] ^ 1]) + content[1:],
        lambda _: b"",
    ],
    ids=["shorter", "longer", "the last byte", "the first byte", "empty"],
)
@pytest.mark.parametrize("size", [10, PIECE_BYTES, 3 * PIECE_BYTES])
def test_a_file_that_was_edited_never_comes_to_its_end(tmp_path, edit, size):
    content = os.urandom(size)
    file = an_input(tmp_path / "a.png", content)
    (tmp_path / "a.png").write_bytes(edit(content))
    out, came = InputBytes(file), 0

    async def take():
        nonlocal came
        async for piece in out.pieces():
            came += len(piece)

    with pytest.raises(InputChangedError, match=r"a\.png was changed"):
        asyncio.run(take())
    assert came < size
    assert out.trouble is not None


@pytest.mark.parametrize("kind", ["gone", "a pipe", "a folder", "a device"])
def test_what_is_no_file_any_more_is_told_at_once(tmp_path, kind):
    path = tmp_path / "a.png"
    file = an_input(path, b"content")
    path.unlink()
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a device":
        path.symlink_to("/dev/zero")
    with pytest.raises(InputChangedError, match="cannot be read any more"):
        asyncio.run(input_content(file))
