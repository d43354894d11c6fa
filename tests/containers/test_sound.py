import pytest

from render.containers.sound import sound_type
from tests.containers.samples import IMAGES, VIDEOS, whole


@pytest.mark.parametrize(
    ("opening", "kind"),
    [
        (b"ID3\x04\x00\x00\x00\x00\x00\x00\x00\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(8), "audio/mpeg"),
        (b"\xff\xf3\x40\xc0" + bytes(8), "audio/mpeg"),
        (b"RIFF\x24\x00\x00\x00WAVE", "audio/wav"),
        (b"fLaC\x00\x00\x00\x22" + bytes(4), "audio/flac"),
        (b"OggS\x00\x02" + bytes(6), "audio/ogg"),
        (b"\x00\x00\x00\x1cftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x1cftypisom", ""),
        (b"RIFF\x24\x00\x00\x00WEBP", ""),
        (b"\xff\xd8\xff\xe0" + bytes(8), ""),
        (b"\xff\xff\xff\xff" + bytes(8), ""),
        (b"\xff\xfb\xf0\x00" + bytes(8), ""),
        (b"hello, there", ""),
    ],
)
def test_a_sound_is_known_by_its_first_bytes(opening, kind):
    assert sound_type(opening) == kind


@pytest.mark.parametrize("kind", [*IMAGES, *VIDEOS])
def test_no_picture_and_no_film_passes_for_a_sound(kind):
    assert sound_type(whole(kind)[:12]) == ""
