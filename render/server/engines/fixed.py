"""The engine for load and simulation: draws one real clip for each size, length and format, and hands it out again.

Every file differs from every other in a few bytes that players skip, and may be padded to a stated size, so that
digests, lengths and disks behave as with real renders.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from render.server.engines.filler import filled
from render.server.engines.order import Format, Order
from render.server.engines.procedural import ProceduralEngine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from render.server.engines.order import Engine

_MOST_CACHED_BYTES = 64 * 2**20


class _Shape(NamedTuple):
    """What of an order the size and the form of its file depend on."""

    width_px: int
    height_px: int
    frames: int
    fps: int
    format: Format
    quality: int

    def order(self) -> Order:
        """The order that is drawn for all orders of this shape."""
        return Order(model="fixed", prompt="a placeholder", seed=0, steps=1, **self._asdict())


class FixedEngine:
    """Hands out what `painter` drew once for each shape of order; `file_bytes` is the size to pad to, if any."""

    def __init__(self, *, file_bytes: int | None = None, painter: Engine | None = None) -> None:
        self._painter = painter or ProceduralEngine()
        self._file_bytes = file_bytes
        self._drawn: OrderedDict[_Shape, bytes] = OrderedDict()
        self._is_drawing = threading.Lock()

    def prepare(self) -> None:
        """Load what draws.

        Raises:
            MediaMissingError: a library is not installed.
        """
        self._painter.prepare()

    def draw(self, order: Order, *, target: Path, is_stopped: Callable[[], bool]) -> None:
        """Write the whole file to `target`.

        Raises:
            DrawingStoppedError: `is_stopped` became true.
        """
        shape = _Shape(order.width_px, order.height_px, order.frames, order.fps, order.format, order.quality)
        # one order of a shape draws while the others of all shapes wait: it happens once, and they could not go on
        with self._is_drawing:
            data = self._drawn.get(shape) or self._draw(shape, target=target, is_stopped=is_stopped)
            self._drawn.move_to_end(shape)
        mark = hashlib.sha256(repr(order).encode(errors="surrogatepass")).hexdigest().encode()
        target.write_bytes(filled(data, file_format=order.format, mark=mark, size=self._file_bytes))

    def _draw(self, shape: _Shape, *, target: Path, is_stopped: Callable[[], bool]) -> bytes:
        self._painter.draw(shape.order(), target=target, is_stopped=is_stopped)
        data = target.read_bytes()
        self._drawn[shape] = data
        while len(self._drawn) > 1 and sum(map(len, self._drawn.values())) > _MOST_CACHED_BYTES:
            self._drawn.popitem(last=False)
        return data
