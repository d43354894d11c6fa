"""Who may read what while it is on its way and afterwards, where the umask forbids nothing."""

import asyncio
import os
import stat

import pytest

from render.artifacts.folder import ArtifactFolder, Delivery
from render.errors import SettingsError
from render.log import open_log
from tests.builders import MOMENT
from tests.containers.samples import whole


@pytest.fixture(autouse=True)
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def received(root, seen):
    """Receive a picture, and note the mode of the file in which it arrives."""

    async def chunks():
        content = whole("png")
        yield content[:100]
        seen.extend(mode(file) for file in root.rglob(".renderline-*"))
        yield content[100:]

    delivery = Delivery(attempt_id="one", target="a/a.png")
    asyncio.run(ArtifactFolder(root).receive(chunks(), delivery=delivery))
    return root / "a" / "a.png"


def test_a_file_on_its_way_is_its_owner_s_alone_and_then_as_open_as_its_folder(tmp_path):
    seen = []
    file = received(tmp_path, seen)
    assert set(seen) == {0o600}
    assert (mode(file.parent), mode(file)) == (0o777, 0o666)


@pytest.mark.parametrize(("folder", "expected"), [(0o755, 0o644), (0o700, 0o600), (0o770, 0o660)])
def test_a_finished_file_is_as_open_as_the_folder_that_it_is_in(tmp_path, folder, expected):
    (tmp_path / "a").mkdir(mode=folder)
    assert mode(received(tmp_path, [])) == expected


def log(path):
    with open_log(path, run_id="run", secrets=(), now=lambda: MOMENT):
        pass


def test_a_log_that_was_open_to_all_is_closed(tmp_path):
    path = tmp_path / "render.log"
    path.touch(mode=0o666)
    log(path)
    assert mode(path) == 0o600


def test_no_link_is_followed_to_where_a_log_might_be_written(tmp_path):
    (tmp_path / "render.log").symlink_to(tmp_path / "precious")
    with pytest.raises(SettingsError, match="cannot write"):
        log(tmp_path / "render.log")
    assert not (tmp_path / "precious").exists()
