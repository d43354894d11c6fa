import io
from dataclasses import replace

import av
import pytest
from PIL import Image

from render.server.engines.filler import filled
from render.server.engines.fixed import FixedEngine
from render.server.engines.order import Format, Order
from render.server.engines.procedural import ProceduralEngine

FILMS, STILLS = (Format.MP4, Format.MOV, Format.WEBM), (Format.JPG, Format.PNG, Format.WEBP)


class CountingEngine(ProceduralEngine):
    """Draws as usual, and counts how often."""

    drawn = 0

    def draw(self, order, *, target, is_stopped):
        self.drawn += 1
        super().draw(order, target=target, is_stopped=is_stopped)


def _order(file_format=Format.MP4, **changes):
    frames = 1 if file_format in STILLS else 6
    return Order(**{
        "model": "m", "prompt": "a dragon", "seed": 1, "width_px": 128, "height_px": 96, "frames": frames,
        "format": file_format, **changes,
    })  # fmt: skip


@pytest.fixture
def draw(tmp_path):
    def drawn(engine, order):
        target = tmp_path / f"file.{order.format}"
        engine.draw(order, target=target, is_stopped=lambda: False)
        return target.read_bytes()

    return drawn


def _measured(data, file_format):
    if file_format in STILLS:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return image.size, 1
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        return (stream.width, stream.height), sum(1 for _ in container.decode(stream))


@pytest.mark.parametrize("size", [None, 300_000, 300_001])
@pytest.mark.parametrize("file_format", [*FILMS, *STILLS])
def test_a_file_is_whole_and_of_the_size_that_was_asked_for(draw, file_format, size):
    order = _order(file_format)
    data = draw(FixedEngine(file_bytes=size), order)
    assert _measured(data, file_format) == ((128, 96), order.frames)
    if size is not None:
        assert size <= len(data) <= size + 1


def test_one_clip_is_drawn_for_each_size_length_and_format(draw):
    painter = CountingEngine()
    engine = FixedEngine(painter=painter)
    same = [_order(seed=seed, prompt=f"prompt {seed}") for seed in range(5)]
    other = [_order(width_px=256), _order(frames=7), _order(Format.MOV)]
    files = {draw(engine, order) for order in (*same, *other)}
    assert (painter.drawn, len(files)) == (4, 8)


def test_equal_orders_are_equal_files(draw):
    engine, order = FixedEngine(), _order()
    assert draw(engine, order) == draw(engine, replace(order)) == draw(FixedEngine(), order)


def test_a_file_that_is_long_already_gets_the_mark_alone():
    data = b"RIFF\x04\x00\x00\x00WEBP"
    marked = filled(data, file_format=Format.WEBP, mark=b"mark", size=5)
    assert (marked[:4], int.from_bytes(marked[4:8], "little")) == (b"RIFF", len(marked) - 8)
    assert marked.endswith(b"mark")


def test_a_server_hands_out_files_of_the_stated_size(serve, a_clip, a_picture):
    witness = serve(engine="fixed", file_bytes=200_000)
    clips = [a_clip() for _ in range(3)]
    witness.post(*clips)
    items = witness.settle(*(clip["taskUUID"] for clip in clips)).body["data"]
    files = [witness.ask(item["videoURL"]).raw for item in items]
    assert len(set(files)) == 3
    assert all(len(file) >= 200_000 and file[4:8] == b"ftyp" for file in files)
