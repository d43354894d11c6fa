import hashlib
from dataclasses import replace

import av
import numpy as np
import pytest
from PIL import Image

from render.server.engines.label import draw_label
from render.server.engines.order import DrawingStoppedError, Format, Order
from render.server.engines.procedural import ProceduralEngine

AN_ORDER = Order(
    model="runware:210@1",
    prompt="a dragon above a mountain",
    seed=28826,
    width_px=256,
    height_px=256,
    frames=24,
    format=Format.MP4,
)


@pytest.fixture
def draw(tmp_path):
    engine = ProceduralEngine()
    engine.prepare()

    def run(order, *, is_stopped=lambda: False):
        path = tmp_path / f"{hashlib.sha256(repr(order).encode()).hexdigest()}.{order.format}"
        engine.draw(order, target=path, is_stopped=is_stopped)
        return path

    return run


@pytest.mark.parametrize(
    ("name", "codec", "frames", "rate_and_size"),
    [
        (Format.MP4, "h264", 36, (24, 768, 512)),
        (Format.MP4, "h264", 15, (60, 264, 1080)),
        (Format.MOV, "h264", 24, (24, 512, 768)),
        (Format.WEBM, "vp9", 24, (24, 544, 720)),
    ],
)
def test_a_film_has_exactly_the_frames_rate_and_size_asked_for(draw, name, codec, frames, rate_and_size):
    fps, width, height = rate_and_size
    path = draw(replace(AN_ORDER, format=name, frames=frames, fps=fps, width_px=width, height_px=height))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoded = list(container.decode(stream))
        assert len(decoded) == frames
        assert (decoded[0].width, decoded[0].height) == (width, height)
        assert (stream.average_rate, stream.codec_context.name) == (fps, codec)
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert container.duration == pytest.approx(frames / fps * 1e6, abs=1000)


@pytest.mark.parametrize(("name", "kind"), [(Format.JPG, "JPEG"), (Format.PNG, "PNG"), (Format.WEBP, "WEBP")])
def test_a_picture_has_exactly_the_size_and_kind_asked_for(draw, name, kind):
    path = draw(replace(AN_ORDER, format=name, frames=1, width_px=704, height_px=320))
    with Image.open(path) as image:
        image.load()
        assert (image.size, image.format) == ((704, 320), kind)


def test_an_mp4_can_be_played_before_it_is_all_there(draw):
    data = draw(AN_ORDER).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("name", list(Format))
def test_equal_orders_give_equal_bytes(draw, name):
    order = replace(AN_ORDER, format=name, frames=1 if name.is_still else 12)
    first = draw(order).read_bytes()
    assert draw(order).read_bytes() == first


@pytest.mark.parametrize(
    "change",
    [
        {"model": "klingai:3@2"},
        {"prompt": "a dragon above a lake"},
        {"negative_prompt": "text"},
        {"seed": 28827},
        {"steps": 21},
        {"settings": {"CFGScale": 5.5}},
    ],
    ids=str,
)
def test_whatever_is_asked_for_shows(draw, change):
    still = replace(AN_ORDER, format=Format.PNG, frames=1)
    label = draw_label(still)
    with Image.open(draw(still)) as one, Image.open(draw(replace(still, **change))) as other:
        assert np.any(np.asarray(one)[: label.top] != np.asarray(other)[: label.top])


@pytest.mark.parametrize("name", [Format.MP4, Format.MOV, Format.WEBM, Format.JPG, Format.WEBP])
def test_quality_changes_the_size_of_the_file(draw, name):
    order = replace(AN_ORDER, format=name, frames=1 if name.is_still else 24)
    low, high = (draw(replace(order, quality=quality)).stat().st_size for quality in (20, 99))
    assert low < high


def test_every_frame_bears_the_label(draw):
    label = draw_label(AN_ORDER)
    height, width, _ = label.paint.shape
    with av.open(str(draw(AN_ORDER))) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for frame in (frames[0], frames[-1]):
        shown = frame[label.top : label.top + height, label.left : label.left + width].astype(int)
        assert np.abs(shown - label.paint).mean() < 12
        assert shown.max() - shown.min() > 150


def test_the_label_tells_the_seed():
    one, other = draw_label(AN_ORDER), draw_label(replace(AN_ORDER, seed=28827))
    assert one.paint.shape != other.paint.shape or np.any(one.paint != other.paint)


@pytest.mark.parametrize("prompt", ["", " ", "дракон над горой", "\ud800\u0000", "w" * 500, "🐉 above a mountain"])
def test_any_prompt_can_be_drawn(draw, prompt):
    path = draw(replace(AN_ORDER, prompt=prompt, format=Format.JPG, frames=1))
    with Image.open(path) as image:
        assert image.size == (256, 256)


def test_the_picture_moves(draw):
    with av.open(str(draw(AN_ORDER))) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 1


def test_a_drawing_can_be_stopped(draw):
    with pytest.raises(DrawingStoppedError):
        draw(AN_ORDER, is_stopped=lambda: True)


def test_a_submitted_clip_is_a_film_of_its_length(serve, a_general_clip, tmp_path):
    witness, task = serve(engine="procedural"), a_general_clip(duration=1.5, fps=30)
    witness.post(task)
    (item,) = witness.settle(task["taskUUID"]).body["data"]
    path = tmp_path / "clip.mp4"
    path.write_bytes(witness.ask(item["videoURL"]).raw)
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 45


def generated(witness, ratio):
    body = {"model": "sber-ai/kandinsky5-distill-t2v", "prompt": "a dragon", "aspect_ratio": ratio}
    identifier = witness.ask("/v2/video/generations", body=body).body["id"]
    return witness.ask(witness.settle_generation(identifier).body["video"]["url"]).raw


@pytest.mark.parametrize(("ratio", "size"), [("3:2", (768, 512)), ("2:3", (512, 768)), ("1:1", (512, 512))])
def test_an_aspect_ratio_orders_its_size(witness, ratio, size):
    told = "width_px={}, height_px={}, frames=120,".format(*size)
    assert told in generated(witness, ratio).decode()


def test_an_aspect_ratio_has_its_size(serve, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(generated(serve(engine="procedural"), "1:1"))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.frames) == (512, 512, 120)
