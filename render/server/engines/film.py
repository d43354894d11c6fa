"""Encodes a scene as a film: H.264 in MP4 or MOV, VP9 in WEBM, 4:2:0, one thread, no dates: equal orders, equal bytes.

Works in the codec's own planes: a strip is converted once, a frame is then put together from windows of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from av.codec.context import Flags
from av.video.reformatter import ColorRange, Colorspace

from render.server.engines.order import DrawingStoppedError, Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from av.video.codeccontext import VideoCodecContext
    from numpy.typing import NDArray

    from render.server.engines.label import Label
    from render.server.engines.order import Order
    from render.server.engines.scene import Layer, Scene

    Bytes = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

# ITU-R BT.709, 8 bit, limited range: rows are Y, U, V; columns red, green, blue
_TO_YUV = np.array([[0.1826, 0.6142, 0.0620], [-0.1006, -0.3386, 0.4392], [0.4392, -0.3989, -0.0403]], np.float32)
_OFFSETS = (16.5, 128.5, 128.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Strip:
    """One plane of one layer, and where it shows."""

    paint: Bytes
    mask: Mask | None
    top: int


def write_film(order: Order, *, scene: Scene, label: Label, target: Path, is_stopped: Callable[[], bool]) -> None:
    """Encode exactly `order.frames` frames.

    Raises:
        DrawingStoppedError: `is_stopped` became true.
    """
    options = {"fflags": "+bitexact", "movflags": "+faststart"}
    is_webm = order.format is Format.WEBM
    if is_webm:
        del options["movflags"]
    with av.open(str(target), "w", format=order.format.value, options=options) as container:
        stream = container.add_stream("libvpx-vp9" if is_webm else "libx264", rate=order.fps)
        _set_up(stream.codec_context, order)
        for number, frame in enumerate(_frames(order, scene, label)):
            if is_stopped():
                raise DrawingStoppedError
            frame.pts, frame.time_base = number, Fraction(1, order.fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _set_up(context: VideoCodecContext, order: Order) -> None:
    context.width, context.height, context.pix_fmt = order.width_px, order.height_px, "yuv420p"
    context.time_base = Fraction(1, order.fps)
    context.thread_count = 1
    context.flags |= Flags.bitexact
    context.colorspace = context.color_primaries = context.color_trc = Colorspace.ITU709
    context.color_range = ColorRange.MPEG
    loss = 99 - order.quality
    if order.format is Format.WEBM:
        context.options = {"deadline": "realtime", "cpu-used": "8", "crf": str(24 + loss // 3), "b": "0"}
    else:
        context.options = {"preset": "superfast", "crf": str(19 + loss // 4), "threads": "1"}


def _frames(order: Order, scene: Scene, label: Label) -> Iterator[av.VideoFrame]:
    strips = [_strips(layer) for layer in scene.layers]
    patches = _planes(label.paint)
    for number in range(order.frames):
        frame = av.VideoFrame(order.width_px, order.height_px, "yuv420p")
        for plane_no, plane in enumerate(frame.planes):
            halving = 1 if plane_no else 0
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
            for layer, planes in zip(scene.layers, strips, strict=True):
                _show(rows, planes[plane_no], left=int(layer.speed * number) >> halving)
            patch, top, left = patches[plane_no], label.top >> halving, label.left >> halving
            rows[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
        yield frame


def _show(rows: Bytes, strip: _Strip, *, left: int) -> None:
    window = slice(left, left + rows.shape[1])
    if strip.mask is None:
        rows[strip.top :] = strip.paint[:, window]
    else:
        np.copyto(rows[strip.top :], strip.paint[:, window], where=strip.mask[:, window])


def _strips(layer: Layer) -> tuple[_Strip, ...]:
    planes = _planes(layer.paint)
    halved = None if layer.mask is None else np.ascontiguousarray(layer.mask[::2, ::2])
    masks, tops = (layer.mask, halved, halved), (layer.top, layer.top // 2, layer.top // 2)
    return tuple(_Strip(paint=p, mask=m, top=t) for p, m, t in zip(planes, masks, tops, strict=True))


def _planes(paint: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """Convert bytes of red, green, blue to full Y and quarter U and V planes; width and height are even."""
    sources = (paint, paint[::2, ::2], paint[::2, ::2])
    y, u, v = (
        (source.astype(np.float32) @ row + offset).astype(np.uint8)
        for source, row, offset in zip(sources, _TO_YUV, _OFFSETS, strict=True)
    )
    return y, u, v
