"""Saves one frame of a scene as JPG, PNG or WEBP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from render.server.engines.order import Format

if TYPE_CHECKING:
    from pathlib import Path

    from render.server.engines.label import Label
    from render.server.engines.order import Order
    from render.server.engines.scene import Scene


def write_still(order: Order, *, scene: Scene, label: Label, target: Path) -> None:
    """Save the scene's first frame with its label; PNG takes its quality as effort, for it loses nothing."""
    picture = scene.frame(0)
    rows, columns, _ = label.paint.shape
    picture[label.top : label.top + rows, label.left : label.left + columns] = label.paint
    image = Image.fromarray(picture)
    match order.format:
        case Format.PNG:
            image.save(target, "PNG", compress_level=6 - (order.quality - 20) // 16)
        case Format.WEBP:
            image.save(target, "WEBP", quality=order.quality, method=2)
        case _:
            image.save(target, "JPEG", quality=order.quality)
