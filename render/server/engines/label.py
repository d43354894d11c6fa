"""Draws the label that says a file is a placeholder, and of what; it is part of every frame.

Uses the font inside Pillow, so that the same label has the same pixels wherever that version is installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from render.server.engines.order import Order

_INK = (246, 242, 232)
_FADED = (200, 196, 188)
_GROUND = (18, 18, 22)


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A small opaque picture, (height, width, 3) of bytes, and where its upper left corner goes; all figures even."""

    paint: NDArray[np.uint8]
    left: int
    top: int


def draw_label(order: Order) -> Label:
    """Write what this is, of which model and seed, and how the prompt begins."""
    size = max(11, min(order.width_px, order.height_px) // 26)
    font = ImageFont.load_default(size)
    room = order.width_px - 6 * (size // 2)
    lines = [_cut(line, font, room) for line in _lines(order)]
    width = _even(max(font.getlength(line) for line in lines) + 2 * (size // 2))
    pitch = round(size * 1.3)
    height = _even(pitch * len(lines) + size // 2)
    picture = Image.new("RGB", (width, height), _GROUND)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        ink = _INK if number == 0 else _FADED
        pen.text((size // 2, size // 4 + number * pitch), line, fill=ink, font=font)
    margin = _even(size)
    return Label(paint=np.asarray(picture), left=margin, top=order.height_px - height - margin)


def _lines(order: Order) -> list[str]:
    first_words = order.prompt.encode("latin-1", "ignore").decode("latin-1")
    texts = [f"PLACEHOLDER  {order.model}", f"seed {order.seed}  {order.steps} steps", " ".join(first_words.split())]
    return [text for text in texts if text]


def _cut(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: float) -> str:
    """Shorten a text to what fits into `room` px, at a word where there is one."""
    text = text[:90]
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "...") > room:
        text = text[:-1]
    return (text.rsplit(" ", 1)[0] if " " in text[1:] else text) + "..."


def _even(length: float) -> int:
    return int(length + 1) // 2 * 2
