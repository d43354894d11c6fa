"""A symbolic link that somebody plants in the output folder at the worst moment leads no byte astray."""

import asyncio

import pytest

from render.artifacts import part
from render.artifacts.folder import ArtifactFolder, Delivery
from render.errors import RenderError

ATTEMPT = "attempt-1"


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A file of somebody's own; a link to it takes the temporary name as soon as that is free."""
    file, remove = tmp_path / "outside", part.remove_part
    file.write_bytes(b"mine")

    def remove_and_plant(folder, name):
        remove(folder, name)
        link = tmp_path / "film" / name
        if not link.is_symlink():
            link.symlink_to(file)

    monkeypatch.setattr(part, "remove_part", remove_and_plant)
    return file


def test_a_link_planted_while_the_temporary_file_is_made_is_not_followed(tmp_path, outside):
    async def chunks():
        yield b"a film"

    async def receive():
        delivery = Delivery(attempt_id=ATTEMPT, target="shot.png")
        return await ArtifactFolder(tmp_path / "film").receive(chunks(), delivery=delivery)

    with pytest.raises(RenderError):
        asyncio.run(receive())
    assert outside.read_bytes() == b"mine"
    assert not (tmp_path / "film" / "shot.png").exists()
