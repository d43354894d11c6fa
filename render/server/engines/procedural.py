"""The default engine: paints a moving landscape in the colours of the prompt, with a label that says what it is.

The libraries it needs are an extra of the installation and heavy to load, so they are imported on first use only.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from render.server.engines.order import DrawingStoppedError, MediaMissingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from render.server.engines.order import Order

_LIBRARIES = ("numpy", "PIL.Image", "av")


class ProceduralEngine:
    """Draws any order in tenths of a second; keeps nothing between two of them."""

    def prepare(self) -> None:
        """Load what draws.

        Raises:
            MediaMissingError: one of the libraries is not installed.
        """
        for library in _LIBRARIES:
            try:
                importlib.import_module(library)
            except ImportError as error:
                raise MediaMissingError(library.split(".")[0]) from error

    def draw(self, order: Order, *, target: Path, is_stopped: Callable[[], bool]) -> None:
        """Write the whole file to `target`.

        Raises:
            DrawingStoppedError: `is_stopped` became true.
        """
        from render.server.engines import film, label, scene, still  # noqa: PLC0415 - loads numpy, Pillow and av

        painted, note = scene.compose(order), label.draw_label(order)
        if is_stopped():
            raise DrawingStoppedError
        if order.format.is_still:
            still.write_still(order, scene=painted, label=note, target=target)
        else:
            film.write_film(order, scene=painted, label=note, target=target, is_stopped=is_stopped)
