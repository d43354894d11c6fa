"""What a broken download leaves on the disk, and how it becomes a whole file: by its own bytes or not at all."""

import asyncio
import errno
import hashlib
import json
import os
import stat
from contextlib import suppress

import pytest

from render.artifacts import filling
from render.artifacts.folder import ArtifactFolder, Delivery
from render.errors import BytesRefusedError, HeldError, TransientError
from render.records import Beginning, FileMark
from tests.containers.samples import whole

ATTEMPT = "6f1c1d55-8b1e-4f6e-9a53-3a6c1f6f6f10"
FILE = whole("png")
MARK = FileMark(source="s", tag='"v1"', size_bytes=len(FILE))
TARGET = "a/shot.png"
PART, NOTE = (f"a/.renderline-{ATTEMPT}.{kind}" for kind in ("part", "note"))


async def pieces(data, *, then=None, length=50):
    for place in range(0, len(data), length):
        yield data[place : place + length]
    if then is not None:
        raise then


def delivery(**changes):
    values = {"attempt_id": ATTEMPT, "target": TARGET, "mark": MARK, "expected_bytes": len(FILE), **changes}
    return Delivery(**values)


def receive(root, data, *, then=None, **changes):
    return asyncio.run(ArtifactFolder(root).receive(pieces(data, then=then), delivery=delivery(**changes)))


def break_off(root, size=100, **changes):
    with pytest.raises(TransientError):
        receive(root, FILE[:size], then=TransientError("broken"), **changes)


def begun(root, **changes):
    return asyncio.run(ArtifactFolder(root).beginning(delivery(**changes)))


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


@pytest.fixture
def root(tmp_path):
    return tmp_path / "film"


def test_a_download_that_broke_off_leaves_its_beginning_and_a_note(root):
    break_off(root)
    assert files(root) == sorted([PART, NOTE])
    assert (root / PART).read_bytes() == FILE[:100]
    assert begun(root) == Beginning(mark=MARK, size_bytes=100)
    assert stat.S_IMODE((root / NOTE).stat().st_mode) == 0o600


def test_a_note_holds_no_link(root):
    break_off(root)
    assert set(json.loads((root / NOTE).read_text())) == {"bytes", "of", "sha256", "source", "tag"}


def test_the_rest_makes_the_file_whole_and_its_digest_covers_all_of_it(root):
    break_off(root)
    received = receive(root, FILE[100:], start=100)
    assert (received.sha256, received.size_bytes) == (hashlib.sha256(FILE).hexdigest(), len(FILE))
    assert (root / TARGET).read_bytes() == FILE
    assert files(root) == [TARGET]


@pytest.mark.parametrize("first", [1, 50, 99, len(FILE) - 1])
def test_a_file_may_break_off_at_any_byte_and_again(root, first):
    break_off(root, first)
    for place in range(first, len(FILE), 61):
        with pytest.raises(TransientError):
            receive(root, FILE[place : min(place + 61, len(FILE) - 1)], start=place, then=TransientError("broken"))
    assert files(root) == sorted([PART, NOTE])
    receive(root, FILE[begun(root).size_bytes :], start=begun(root).size_bytes)
    assert (root / TARGET).read_bytes() == FILE


def test_a_download_without_a_mark_leaves_nothing(root):
    break_off(root, mark=None)
    assert files(root) == []


def test_a_cancelled_download_leaves_its_beginning(root):
    async def scenario():
        arrived = asyncio.Event()

        async def slow():
            yield FILE[:100]
            arrived.set()
            await asyncio.Event().wait()

        worker = asyncio.ensure_future(ArtifactFolder(root).receive(slow(), delivery=delivery()))
        await arrived.wait()
        worker.cancel()
        with pytest.raises(asyncio.CancelledError):
            await worker

    asyncio.run(scenario())
    assert begun(root).size_bytes == 100


@pytest.mark.parametrize("steps", range(0, 60, 3))
def test_a_cancellation_at_any_moment_of_the_rest_leaves_a_whole_file_or_what_can_be_continued(root, steps):
    break_off(root)

    async def scenario():
        taking = ArtifactFolder(root).receive(pieces(FILE[100:]), delivery=delivery(start=100))
        worker = asyncio.ensure_future(taking)
        for _ in range(steps):
            await asyncio.sleep(0)
        worker.cancel()
        await asyncio.wait([worker])

    asyncio.run(scenario())
    if (root / TARGET).exists():
        assert (root / TARGET).read_bytes() == FILE
        return
    left = begun(root)
    start = left.size_bytes if left else 0
    receive(root, FILE[start:], start=start)
    assert (root / TARGET).read_bytes() == FILE
    assert files(root) == [TARGET]


def test_a_run_that_is_killed_leaves_a_note_from_a_little_earlier(root, monkeypatch):
    monkeypatch.setattr(filling, "_PIECE_BYTES", 50)
    monkeypatch.setattr(filling, "_NOTED_BYTES", 100)

    def as_left_behind():
        kept = {name: (root / name).read_bytes() for name in (PART, NOTE)}
        return kept[PART], json.loads(kept[NOTE])

    seen = []

    async def watched():
        async for piece in pieces(FILE):
            yield piece
            with suppress(FileNotFoundError):
                seen.append(as_left_behind())

    asyncio.run(ArtifactFolder(root).receive(watched(), delivery=delivery()))
    assert len(seen) > 3
    for part, note in seen:
        assert 0 <= len(part) - note["bytes"] <= 150
        assert hashlib.sha256(part[: note["bytes"]]).hexdigest() == note["sha256"]


def test_bytes_beyond_the_note_are_fetched_again(root):
    break_off(root)
    with (root / PART).open("ab") as part:
        part.write(b"from after the note")
    receive(root, FILE[100:], start=100)
    assert (root / TARGET).read_bytes() == FILE


@pytest.mark.parametrize(
    "harm",
    [
        lambda part: part.write_bytes(bytes(100)),
        lambda part: part.write_bytes(FILE[:99] + b"?"),
        lambda part: part.write_bytes(b"?" + FILE[1:100]),
    ],
    ids=["zeros, as a power cut leaves them", "last byte", "first byte"],
)
def test_a_beginning_that_is_not_what_was_noted_is_refused_and_fetched_anew(root, harm):
    break_off(root)
    harm(root / PART)
    with pytest.raises(BytesRefusedError, match="no longer holds what was kept"):
        receive(root, FILE[100:], start=100)
    assert files(root) == []
    receive(root, FILE)
    assert files(root) == [TARGET]


HARMED_NOTES = {
    "torn": lambda text: text[:20],
    "empty": lambda _: "",
    "no JSON": lambda _: "hello",
    "another kind": lambda _: "[]",
    "deep": lambda _: "[" * 4000,
    "a header in the tag": lambda text: text.replace("v1", "v1\\r\\nX: y"),
    "a long tag": lambda text: text.replace("v1", "v" * 300),
    "no number": lambda text: text.replace("100", '"100"'),
    "more than there is": lambda text: text.replace("100", "101"),
    "more than the whole": lambda text: text.replace("100", str(len(FILE))),
    "nothing": lambda text: text.replace("100", "0"),
    "no digest": lambda text: text.replace("sha256", "sha1"),
}


@pytest.mark.parametrize("harm", HARMED_NOTES.values(), ids=HARMED_NOTES)
def test_a_note_that_cannot_be_believed_costs_a_fresh_start_and_nothing_else(root, harm):
    break_off(root)
    (root / NOTE).write_text(harm((root / NOTE).read_text()))
    assert begun(root) is None
    receive(root, FILE)
    assert files(root) == [TARGET]


def planted_pipe(path, _):
    path.unlink()
    os.mkfifo(path)


def planted_link(path, outside):
    path.unlink()
    path.symlink_to(outside)


def planted_hard_link(path, outside):
    path.unlink()
    path.hardlink_to(outside)


@pytest.mark.parametrize("plant", [planted_pipe, planted_link, planted_hard_link])
@pytest.mark.parametrize("name", [PART, NOTE])
def test_what_is_planted_under_a_temporary_name_is_neither_followed_nor_written_to(root, tmp_path, plant, name):
    outside = tmp_path / "outside"
    break_off(root)
    outside.write_bytes((root / name).read_bytes() + b"mine")
    before = outside.read_bytes()
    plant(root / name, outside)
    left = begun(root)
    start = left.size_bytes if left else 0
    receive(root, FILE[start:], start=start)
    assert outside.read_bytes() == before
    assert files(root) == [TARGET]


def test_a_beginning_that_is_gone_by_now_is_refused(root):
    break_off(root)
    (root / PART).unlink()
    with pytest.raises(BytesRefusedError, match="is gone"):
        receive(root, FILE[100:], start=100)


def test_wrong_bytes_leave_nothing_to_continue(root):
    break_off(root)
    with pytest.raises(BytesRefusedError):
        receive(root, bytes(len(FILE) - 100), start=100)
    assert files(root) == []


def test_more_bytes_than_were_announced_are_refused_and_leave_nothing(root):
    with pytest.raises(BytesRefusedError, match="more than the"):
        receive(root, FILE + FILE)
    assert files(root) == []


def test_a_disk_that_refuses_leaves_nothing_of_a_begun_file(root, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(filling, "write_note", refuse)
    break_off(root)
    assert files(root) == []


def test_a_folder_that_cannot_be_read_has_no_beginnings(root, tmp_path):
    assert begun(root) is None
    (root / "a").mkdir(parents=True)
    assert begun(root) is None
    (tmp_path / "elsewhere").mkdir()
    (root / "a").rmdir()
    (root / "a").symlink_to(tmp_path / "elsewhere")
    assert begun(root) is None
    with pytest.raises(HeldError, match="not a path inside"):
        begun(root, target="../x.png")


def sweep(root, *, keep):
    return ArtifactFolder(root).sweep(keep=keep)


def test_sweeping_spares_what_can_be_continued_and_is_still_asked_for(root):
    break_off(root)
    assert sweep(root, keep={ATTEMPT: TARGET}) == 0
    assert begun(root).size_bytes == 100


@pytest.mark.parametrize("keep", [{}, {ATTEMPT: "b/shot.png"}, {"another": TARGET}])
def test_sweeping_removes_what_nobody_asks_for_there_any_more(root, keep):
    break_off(root)
    assert sweep(root, keep=keep) == 2
    assert files(root) == []


@pytest.mark.parametrize("alone", [PART, NOTE])
def test_sweeping_removes_a_part_without_a_note_and_a_note_without_a_part(root, alone):
    break_off(root)
    (root / ({PART, NOTE} - {alone}).pop()).unlink()
    assert sweep(root, keep={ATTEMPT: TARGET}) == 1
    assert files(root) == []
