import asyncio
import errno
import hashlib
import os
import resource
import stat
import struct
import zlib
from pathlib import PurePosixPath

import pytest

from render.artifacts.filling import Limit, fill
from render.artifacts.folder import ArtifactFolder, Delivery, digest
from render.artifacts.part import Part
from render.artifacts.presence import obstacles, presence
from render.artifacts.refusals import held_on_trouble
from render.errors import BytesRefusedError, FilesExhaustedError, FolderFullError, HeldError, LinkExpiredError
from render.records import Artifact, Measured

ATTEMPT = "6f1c1d55-8b1e-4f6e-9a53-3a6c1f6f6f10"


def png(shade, *, padding=0):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 2, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\x00" + bytes([shade] * 4) for _ in range(2))))
    text = chunk(b"tEXt", b"k\x00" + bytes(padding)) if padding else b""
    return b"\x89PNG\r\n\x1a\n" + header + text + pixels + chunk(b"IEND", b"")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


async def in_pieces(data, *, length=37, then=None):
    for place in range(0, len(data), length):
        yield data[place : place + length]
    if then is not None:
        raise then


def receive(root, data, target="a/shot.t01.png", **changes):
    delivery = Delivery(attempt_id=ATTEMPT, target=target, **changes)
    return asyncio.run(ArtifactFolder(root).receive(in_pieces(data), delivery=delivery))


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


@pytest.fixture
def root(tmp_path):
    return tmp_path / "renders" / "film"


def test_received_bytes_stand_under_their_final_name_alone(root):
    received = receive(root, png(1), expected_bytes=len(png(1)))
    assert (received.sha256, received.size_bytes) == (sha256(png(1)), len(png(1)))
    assert received.measured == Measured(media_type="image/png", width_px=4, height_px=2)
    assert files(root) == ["a/shot.t01.png"]
    assert (root / "a/shot.t01.png").read_bytes() == png(1)


@pytest.fixture
def disk_steps(monkeypatch):
    """The order in which a file is synced, named, and its folder synced; the steps themselves are done."""
    steps, fsync, link = [], os.fsync, os.link

    def noted_fsync(descriptor):
        fsync(descriptor)
        steps.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")

    def noted_link(old, new, **folders):
        link(old, new, **folders)
        steps.append(f"name {new}")

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "link", noted_link)
    return steps


def test_bytes_are_durable_before_they_are_named_and_names_before_it_is_said(root, disk_steps):
    receive(root, png(1), "shot.png")
    assert disk_steps == ["sync file", "name shot.png", "sync folder"]
    disk_steps.clear()
    receive(root, png(2), "shot.png", earlier_fingerprint="f" * 64)
    assert disk_steps == [
        "sync file",
        "sync folder",
        "name shot.ffffffff.png",
        "sync folder",
        "name shot.png",
        "sync folder",
    ]


def test_a_new_folder_is_durable_before_a_file_is_in_it(root, disk_steps):
    receive(root, png(1), "a/b/shot.png")
    assert disk_steps == ["sync folder", "sync folder", "sync file", "name shot.png", "sync folder"]


def test_a_file_of_many_pieces_arrives_whole(root):
    data = png(1, padding=3_500_000)
    received = receive(root, data)
    assert received.sha256 == sha256((root / "a/shot.t01.png").read_bytes()) == sha256(data)


def test_a_received_file_is_as_readable_as_any_other(root, tmp_path):
    receive(root, png(1))
    (tmp_path / "usual").touch()
    usual = stat.S_IMODE((tmp_path / "usual").stat().st_mode)
    assert stat.S_IMODE((root / "a/shot.t01.png").stat().st_mode) == usual


@pytest.mark.parametrize(
    ("data", "target", "changes"),
    [
        (png(1)[:-1], "s.png", {}),
        (png(1)[:-1], "s.png", {"expected_bytes": len(png(1))}),
        (png(1), "s.png", {"expected_bytes": len(png(1)) + 1}),
        (png(1), "s.mp4", {}),
        (b"", "s.png", {}),
        (b"<html>not found</html>", "s.mp4", {}),
    ],
)
def test_bytes_that_are_short_or_of_another_kind_leave_nothing_behind(root, data, target, changes):
    with pytest.raises(BytesRefusedError):
        receive(root, data, target, **changes)
    assert files(root) == []


def test_a_file_cut_at_any_byte_never_gets_its_name(root):
    for place in range(len(png(1))):
        with pytest.raises(BytesRefusedError):
            receive(root, png(1)[:place])
    assert files(root) == []


def test_a_failure_while_bytes_arrive_leaves_nothing_behind(root):
    delivery = Delivery(attempt_id=ATTEMPT, target="s.png")
    chunks = in_pieces(png(1), then=LinkExpiredError("gone"))
    with pytest.raises(LinkExpiredError):
        asyncio.run(ArtifactFolder(root).receive(chunks, delivery=delivery))
    assert files(root) == []


@pytest.mark.parametrize("expected_bytes", [None, 4_000_000])
def test_a_file_over_the_cap_is_held_without_being_kept(root, expected_bytes):
    folder = ArtifactFolder(root, largest_bytes=1_000_000)
    taken = 0

    async def large():
        nonlocal taken
        while taken < 4_000_000:
            taken += 100_000
            yield bytes(100_000)

    delivery = Delivery(attempt_id=ATTEMPT, target="s.png", expected_bytes=expected_bytes)
    with pytest.raises(HeldError, match="larger than 1000000 bytes"):
        asyncio.run(folder.receive(large(), delivery=delivery))
    assert taken <= 1_100_000
    assert files(root) == []


def test_a_new_file_moves_the_earlier_one_away(root):
    receive(root, png(1))
    receive(root, png(2), earlier_fingerprint="0123456789abcdef" * 4)
    assert files(root) == [".earlier/a/shot.t01.01234567.png", "a/shot.t01.png"]
    assert (root / ".earlier/a/shot.t01.01234567.png").read_bytes() == png(1)
    assert (root / "a/shot.t01.png").read_bytes() == png(2)


def test_an_earlier_file_without_a_fingerprint_is_marked_by_its_own_digest(root):
    receive(root, png(1))
    receive(root, png(2))
    assert files(root) == [f".earlier/a/shot.t01.{sha256(png(1))[:8]}.png", "a/shot.t01.png"]


def test_earlier_files_are_never_overwritten_either(root):
    for shade in range(4):
        receive(root, png(shade), earlier_fingerprint="f" * 64)
    kept = [root / f".earlier/a/shot.t01.ffffffff{number}.png" for number in ("", ".2", ".3")]
    assert [path.read_bytes() for path in kept] == [png(0), png(1), png(2)]
    assert (root / "a/shot.t01.png").read_bytes() == png(3)


def test_receiving_the_same_bytes_again_changes_nothing(root):
    receive(root, png(1))
    before = (root / "a/shot.t01.png").stat()
    receive(root, png(1))
    after = (root / "a/shot.t01.png").stat()
    assert files(root) == ["a/shot.t01.png"]
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_leftover_of_a_killed_run_gives_way(root):
    (root / "a").mkdir(parents=True)
    (root / f"a/.renderline-{ATTEMPT}.part").write_bytes(bytes(10_000))
    receive(root, png(1))
    assert files(root) == ["a/shot.t01.png"]


def test_sweeping_removes_leftovers_of_ours_and_nothing_else(root):
    receive(root, png(1))
    for name in (f"a/.renderline-{ATTEMPT}.part", ".renderline-place-00ff.part", "a/clip.part", ".renderline.part"):
        (root / name).write_bytes(b"half")
    assert ArtifactFolder(root).sweep() == 2
    assert files(root) == [".renderline.part", "a/clip.part", "a/shot.t01.png"]


def test_sweeping_where_nothing_was_rendered_yet_finds_nothing(root):
    assert ArtifactFolder(root).sweep() == 0


@pytest.mark.parametrize("target", ["../x.png", "/etc/x.png", "a/../../x.png", "a//x.png", "./x.png", "", "a\\x.png"])
def test_a_path_that_leads_outside_is_held(root, target):
    with pytest.raises(HeldError, match="not a path inside the output folder"):
        receive(root, png(1), target)
    assert not root.exists()


def test_a_linked_folder_below_the_root_is_refused_by_name(root, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (root / "a").mkdir(parents=True)
    (root / "a/b").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HeldError, match="a/b is a symbolic link"):
        receive(root, png(1), "a/b/c/shot.png")
    assert files(tmp_path / "elsewhere") == []


def test_a_link_at_the_final_name_is_neither_followed_nor_replaced(root, tmp_path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"mine")
    root.mkdir(parents=True)
    (root / "shot.png").symlink_to(outside)
    with pytest.raises(HeldError, match=r"called shot\.png stands where a file belongs"):
        receive(root, png(1), "shot.png")
    assert outside.read_bytes() == b"mine"
    assert files(root) == ["shot.png"]


def test_a_link_planted_at_the_temporary_name_is_not_followed(root, tmp_path):
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    root.mkdir(parents=True)
    (root / f".renderline-{ATTEMPT}.part").symlink_to(outside)
    receive(root, png(1), "shot.png")
    assert outside.read_bytes() == b"mine"
    assert files(root) == ["shot.png"]


def test_a_folder_at_the_final_name_holds_the_file(root):
    (root / "shot.png").mkdir(parents=True)
    with pytest.raises(HeldError, match=r"a folder called shot\.png"):
        receive(root, png(1), "shot.png")


def test_a_file_where_a_folder_belongs_holds_the_file(root):
    root.mkdir(parents=True)
    (root / "a").write_bytes(b"")
    with pytest.raises(HeldError, match="a is not a folder"):
        receive(root, png(1), "a/shot.png")


def test_a_name_too_long_for_the_disk_holds_the_file_in_clear_words(root):
    with pytest.raises(HeldError, match="File name too long") as caught:
        receive(root, png(1), "x" * 300 + ".png")
    assert "output pattern" in caught.value.hint
    assert files(root) == []


@pytest.fixture
def disk_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_holds_the_file_and_leaves_nothing(root, disk_limit):
    with pytest.raises(HeldError, match=r"a/shot\.t01\.png cannot be written: File too large") as caught:
        receive(root, png(1, padding=5_000_000))
    assert caught.value.hint
    assert files(root) == []


@pytest.fixture
def no_hard_links(monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "this file system has no hard links")

    monkeypatch.setattr(os, "link", refuse)


def test_without_hard_links_earlier_files_are_kept_all_the_same(root, no_hard_links):
    for shade in range(3):
        receive(root, png(shade), earlier_fingerprint="f" * 64)
    assert files(root) == [".earlier/a/shot.t01.ffffffff.2.png", ".earlier/a/shot.t01.ffffffff.png", "a/shot.t01.png"]


def test_without_hard_links_a_file_is_copied_to_its_second_name(root, no_hard_links):
    receive(root, png(1), "old.png")
    asyncio.run(ArtifactFolder(root).place("old.png", target="new.png", sha256=sha256(png(1))))
    assert (root / "new.png").read_bytes() == (root / "old.png").read_bytes() == png(1)
    assert (root / "new.png").stat().st_ino != (root / "old.png").stat().st_ino
    assert files(root) == ["new.png", "old.png"]


def test_a_cancelled_reception_leaves_nothing_behind(root):
    async def scenario():
        arrived = asyncio.Event()

        async def slow():
            yield png(1, padding=1_200_000)[:1_100_000]
            arrived.set()
            await asyncio.Event().wait()

        delivery = Delivery(attempt_id=ATTEMPT, target="a/shot.png")
        worker = asyncio.ensure_future(ArtifactFolder(root).receive(slow(), delivery=delivery))
        await arrived.wait()
        assert files(root) == [f"a/.renderline-{ATTEMPT}.part"]
        worker.cancel()
        with pytest.raises(asyncio.CancelledError):
            await worker

    asyncio.run(scenario())
    assert files(root) == []


class InlineLoop(asyncio.SelectorEventLoop):
    """A loop whose executor works at once, as a loop with a clock of its own needs it."""

    def run_in_executor(self, _executor, function, *arguments):
        done = self.create_future()
        try:
            done.set_result(function(*arguments))
        except OSError as error:
            done.set_exception(error)
        return done


def test_a_loop_without_threads_receives_all_the_same(root):
    delivery = Delivery(attempt_id=ATTEMPT, target="a/shot.png")
    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        runner.run(ArtifactFolder(root).receive(in_pieces(png(1, padding=2_500_000)), delivery=delivery))
    assert files(root) == ["a/shot.png"]


@pytest.mark.parametrize("steps", range(40))
def test_a_cancellation_at_any_moment_leaves_a_whole_file_or_none(root, steps):
    async def scenario():
        delivery = Delivery(attempt_id=ATTEMPT, target="a/shot.png")
        worker = asyncio.ensure_future(ArtifactFolder(root).receive(in_pieces(png(1)), delivery=delivery))
        for _ in range(steps):
            await asyncio.sleep(0)
        worker.cancel()
        await asyncio.wait([worker])

    asyncio.run(scenario())
    if files(root):
        assert files(root) == ["a/shot.png"]
        assert (root / "a/shot.png").read_bytes() == png(1)


def test_two_receptions_of_one_name_keep_both_files(root):
    async def scenario():
        folder = ArtifactFolder(root)
        await asyncio.gather(
            *(
                folder.receive(
                    in_pieces(png(shade)), delivery=Delivery(attempt_id=f"attempt-{shade}", target="a/s.png")
                )
                for shade in range(8)
            )
        )

    asyncio.run(scenario())
    kept = {path.read_bytes() for path in root.rglob("*.png")}
    assert kept == {png(shade) for shade in range(8)}


def test_placing_gives_the_same_bytes_a_second_name(root):
    receive(root, png(1), "old.png")
    asyncio.run(ArtifactFolder(root).place("old.png", target="b/new.png", sha256=sha256(png(1))))
    assert files(root) == ["b/new.png", "old.png"]
    assert (root / "b/new.png").read_bytes() == (root / "old.png").read_bytes() == png(1)


def test_placing_moves_what_stood_there_away(root):
    receive(root, png(1), "old.png")
    receive(root, png(2), "new.png")
    place = ArtifactFolder(root).place("old.png", target="new.png", sha256=sha256(png(1)), earlier_fingerprint="a" * 64)
    asyncio.run(place)
    assert files(root) == [".earlier/new.aaaaaaaa.png", "new.png", "old.png"]
    assert (root / ".earlier/new.aaaaaaaa.png").read_bytes() == png(2)
    assert (root / "new.png").read_bytes() == png(1)


def test_placing_where_the_same_bytes_stand_already_changes_nothing(root):
    receive(root, png(1), "old.png")
    receive(root, png(1), "new.png")
    before = (root / "new.png").stat()
    asyncio.run(ArtifactFolder(root).place("old.png", target="new.png", sha256=sha256(png(1))))
    assert ((root / "new.png").stat().st_ino, files(root)) == (before.st_ino, ["new.png", "old.png"])


def test_bytes_that_changed_since_they_were_recorded_are_not_placed(root):
    receive(root, png(1), "old.png")
    (root / "old.png").write_bytes(png(2))
    with pytest.raises(BytesRefusedError, match=r"old\.png no longer holds the recorded bytes"):
        asyncio.run(ArtifactFolder(root).place("old.png", target="new.png", sha256=sha256(png(1))))
    assert files(root) == ["old.png"]


@pytest.mark.parametrize("source", ["gone.png", "no/such/folder.png"])
def test_placing_a_file_that_is_gone_says_so(root, source):
    root.mkdir(parents=True)
    with pytest.raises(HeldError, match=r"no file|No such file"):
        asyncio.run(ArtifactFolder(root).place(source, target="new.png", sha256="0" * 64))
    assert files(root) == []


def test_a_link_is_not_placed(root, tmp_path):
    (tmp_path / "outside.png").write_bytes(png(1))
    root.mkdir(parents=True)
    (root / "old.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(HeldError, match="symbolic link"):
        asyncio.run(ArtifactFolder(root).place("old.png", target="new.png", sha256=sha256(png(1))))


def test_presence_is_the_recorded_size_under_the_recorded_name(root, tmp_path):
    receive(root, png(1), "whole.png")
    receive(root, png(1), "edited.png")
    (root / "edited.png").write_bytes(b"short")
    (root / "linked.png").symlink_to(root / "whole.png")

    def artifact(path):
        return Artifact(
            attempt_id=path, path=path, sha256="", size_bytes=len(png(1)), measured=Measured(media_type="image/png")
        )

    names = ("whole.png", "edited.png", "missing.png", "linked.png", "x" * 300)
    assert presence(root, map(artifact, names)) == {"whole.png"}


def test_a_file_behind_a_linked_folder_is_not_present(root):
    receive(root, png(1), "shot/whole.png")
    (root / "linked").symlink_to(root / "shot")
    measured = Measured(media_type="image/png")
    files = [
        Artifact(attempt_id=path, path=path, sha256="", size_bytes=len(png(1)), measured=measured)
        for path in ("shot/whole.png", "linked/whole.png")
    ]
    assert presence(root, files) == {"shot/whole.png"}


def test_what_stands_where_a_file_belongs_is_told_with_its_place(root):
    for folder in ("a/folder.png", "elsewhere"):
        (root / folder).mkdir(parents=True)
    (root / "a" / "one.png").write_bytes(b"1")
    (root / "a" / "two.png").write_bytes(b"12")
    (root / "a" / "link.png").symlink_to("one.png")
    (root / "linked").symlink_to(root / "elsewhere")
    os.mkfifo(root / "pipe.png")
    paths = ("a/folder.png", "a/one.png", "a/two.png", "a/link.png", "pipe.png", "linked/b/c.png", "a/one.png/c/d.png")
    found = obstacles(root, (*paths, "a/none.png", "none/none.png", "x" * 300))
    assert [(found[path].what, found[path].path, found[path].gives_way) for path in paths] == [
        ("a folder", "a/folder.png", False),
        ("a file of 1 byte", "a/one.png", True),
        ("a file of 2 bytes", "a/two.png", True),
        ("a symbolic link", "a/link.png", False),
        ("a pipe, socket or device", "pipe.png", False),
        ("a symbolic link", "linked", False),
        ("a file of 1 byte", "a/one.png", False),
    ]
    assert set(found) == set(paths)
    assert obstacles(root / "none", paths) == {}


def test_an_input_is_digested_by_its_bytes(tmp_path):
    (tmp_path / "input.png").write_bytes(png(3))
    assert asyncio.run(digest(tmp_path / "input.png")) == sha256(png(3))


def test_an_input_that_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "missing", "."):
        with pytest.raises(HeldError, match="is not a file"):
            asyncio.run(digest(tmp_path / name))


def test_a_device_that_is_full_says_so():
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        part = Part(folder=-1, name="full", descriptor=descriptor)
        limit = Limit(target=PurePosixPath("a.png"), largest_bytes=10**6)
        with pytest.raises(FolderFullError, match="cannot be written"):
            asyncio.run(fill(part, in_pieces(png(1)), limit=limit))
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, FolderFullError),
        (errno.EDQUOT, FolderFullError),
        (errno.EROFS, FolderFullError),
        (errno.EMFILE, FilesExhaustedError),
        (errno.ENFILE, FilesExhaustedError),
        (errno.ENAMETOOLONG, HeldError),
    ],
)
def test_what_the_system_refuses_is_told_apart_by_what_follows_from_it(number, kind):
    with pytest.raises(HeldError) as refused, held_on_trouble("it cannot be written"):
        raise OSError(number, "refused")
    assert type(refused.value) is kind
