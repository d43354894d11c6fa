"""What stands under a name has a second one, and that was told, before another file takes the first."""

import asyncio
import errno
import os

import pytest

from render.artifacts.folder import ArtifactFolder, Delivery, Naming
from render.errors import StateError
from tests.test_artifacts import files, in_pieces, png, sha256

KEPT = ".earlier/shot.ffffffff.png"
OLD, NEW = png(1), png(2)


@pytest.fixture(params=["with hard links", "without"])
def root(request, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "this file system has no hard links")

    if request.param == "without":
        monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "shot.png").write_bytes(OLD)
    return tmp_path / "film"


def receive(root, before_naming):
    delivery = Delivery(attempt_id="one", target="shot.png", earlier_fingerprint="f" * 64)
    asyncio.run(ArtifactFolder(root).receive(in_pieces(NEW), delivery=delivery, before_naming=before_naming))


def place(root, before_naming):
    (root / "new.png").write_bytes(NEW)
    folder, digest = ArtifactFolder(root), sha256(NEW)
    asyncio.run(
        folder.place(
            "new.png", target="shot.png", sha256=digest, earlier_fingerprint="f" * 64, before_naming=before_naming
        )
    )
    (root / "new.png").unlink()


def told_into(told, root):
    """Note what is said, and which whole files stand at that moment."""

    async def note(naming):
        standing = {path: (root / path).read_bytes() for path in files(root) if ".part" not in path}
        standing.pop("new.png", None)
        told.append((naming, standing))

    return note


@pytest.mark.parametrize("take", [receive, place])
def test_it_stands_under_both_names_while_it_is_told(root, take):
    told = []
    take(root, told_into(told, root))
    assert told == [(Naming(sha256=sha256(NEW), kept=KEPT), {KEPT: OLD, "shot.png": OLD})]
    assert {path: (root / path).read_bytes() for path in files(root)} == {KEPT: OLD, "shot.png": NEW}


@pytest.mark.parametrize("take", [receive, place])
def test_where_it_cannot_be_told_it_stays(root, take):
    async def refuse(_):
        raise StateError("the record could not be written")

    with pytest.raises(StateError):
        take(root, refuse)
    assert (root / "shot.png").read_bytes() == (root / KEPT).read_bytes() == OLD
    assert set(files(root)) <= {KEPT, "shot.png", "new.png"}
    told = []
    take(root, told_into(told, root))
    assert [naming.kept for naming, _ in told] == [KEPT]
    assert files(root) == [KEPT, "shot.png"]


@pytest.mark.parametrize("take", [receive, place])
@pytest.mark.parametrize("standing", [None, NEW])
def test_where_nothing_else_stands_nothing_is_kept(root, take, standing):
    (root / "shot.png").unlink()
    if standing:
        (root / "shot.png").write_bytes(standing)
    told = []
    take(root, told_into(told, root))
    assert [naming for naming, _ in told] == [Naming(sha256=sha256(NEW), kept="")]
    assert files(root) == ["shot.png"]


@pytest.mark.parametrize("take", [receive, place])
def test_a_second_name_that_another_file_has_is_passed_over(root, take):
    (root / ".earlier").mkdir()
    (root / KEPT).write_bytes(png(3))
    (root / ".earlier/shot.ffffffff.2.png").mkdir()
    told = []
    take(root, told_into(told, root))
    assert [naming.kept for naming, _ in told] == [".earlier/shot.ffffffff.3.png"]
    assert (root / KEPT).read_bytes() == png(3)
    assert (root / ".earlier/shot.ffffffff.3.png").read_bytes() == OLD
