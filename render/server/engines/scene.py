"""Composes the placeholder's picture: a painted sky and ridges that pass by at different speeds.

A scene is a stack of layers, each a strip wider than the frame; a frame shows a window of every strip. Drawing the
strips costs some tenths of a second, a frame then costs copies alone. Knows nothing of files, codecs or labels.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from render.server.engines.palette import choose_palette

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from render.server.engines.order import Order
    from render.server.engines.palette import Colour, Palette

    Floats = NDArray[np.float32]
    Bytes = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

_RIDGES = 4
#: the furthest a strip moves during a clip, in frame widths
_TRAVEL = 0.75


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One strip: `paint` is (height, width, 3) of bytes, shown where `mask` is true from row `top` down."""

    paint: Bytes
    mask: Mask | None
    top: int
    #: px a frame
    speed: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """Layers from back to front, all for one frame size."""

    width_px: int
    height_px: int
    layers: tuple[Layer, ...]

    def frame(self, number: int) -> Bytes:
        """The frame of that number, from 0, as (height, width, 3) of bytes: red, green, blue."""
        picture = np.empty((self.height_px, self.width_px, 3), np.uint8)
        for layer in self.layers:
            left = int(layer.speed * number)
            window = (slice(None), slice(left, left + self.width_px))
            if layer.mask is None:
                picture[layer.top :] = layer.paint[window]
            else:
                np.copyto(picture[layer.top :], layer.paint[window], where=layer.mask[window][..., None])
        return picture


@dataclass(frozen=True, kw_only=True, slots=True)
class _Brushes:
    """What all layers of one scene share."""

    palette: Palette
    #: where things stand
    layout: np.random.Generator
    #: how they are painted
    detail: np.random.Generator
    height_px: int


def compose(order: Order) -> Scene:
    """Paint the scene of an order. The seed and the prompt lay it out; every other setting touches its detail."""
    settings = json.dumps(order.settings, sort_keys=True)
    subject = (order.model, order.prompt, order.seed)
    brushes = _Brushes(
        palette=choose_palette(order.prompt),
        layout=_chance(*subject),
        detail=_chance(*subject, order.negative_prompt, order.steps, settings),
        height_px=order.height_px,
    )
    speeds = _speeds(order)
    widths = [order.width_px + int(speed * order.frames) for speed in speeds]
    sky = Layer(paint=_sky(brushes, width=widths[0]), mask=None, top=0, speed=speeds[0])
    depths = range(1, _RIDGES + 1)
    ridges = [_ridge(brushes, width=widths[depth], depth=depth, speed=speeds[depth]) for depth in depths]
    return Scene(width_px=order.width_px, height_px=order.height_px, layers=(sky, *ridges))


def _speeds(order: Order) -> list[float]:
    if order.frames == 1:
        return [0.0] * (_RIDGES + 1)
    nearest = _TRAVEL * order.width_px / order.frames
    return [nearest * (0.08 + 0.92 * (depth / _RIDGES) ** 1.6) for depth in range(_RIDGES + 1)]


def _chance(*facts: object) -> np.random.Generator:
    digest = hashlib.sha256("\x1f".join(map(str, facts)).encode(errors="surrogatepass")).digest()
    return np.random.default_rng(int.from_bytes(digest[:16]))


def _noise(chance: np.random.Generator, height: int, width: int, *, cell: tuple[float, float]) -> Floats:
    """Smooth chance from -1 to 1; `cell` is the size of its spots in px, high and wide."""
    rows, columns = int(height / cell[0]) + 3, int(width / cell[1]) + 3
    grid = Image.fromarray(chance.uniform(-1, 1, (rows, columns)).astype(np.float32))
    return np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC))


def _strokes(brushes: _Brushes, height: int, width: int) -> Floats:
    """Flat, sideways spots in a few steps, like strokes of a broad brush."""
    unit = brushes.height_px / 512
    broad = _noise(brushes.detail, height, width, cell=(14 * unit, 90 * unit))
    fine = _noise(brushes.detail, height, width, cell=(4 * unit, 26 * unit))
    mixed = 0.65 * broad + 0.35 * fine
    return (0.6 * np.round(mixed * 5) / 5 + 0.4 * mixed).astype(np.float32)


def _blend(low: Floats, high: Floats, share: Floats) -> Floats:
    return low + (high - low) * share[..., None]


def _colour(colour: Colour) -> Floats:
    return np.array(colour, np.float32)


def _bytes(paint: Floats) -> Bytes:
    return (np.clip(paint, 0, 1) * 255).astype(np.uint8)


def _rows(height: int) -> Floats:
    return np.linspace(0, 1, height, dtype=np.float32)[:, None]


def _sky(brushes: _Brushes, *, width: int) -> Bytes:
    height, chance, palette = brushes.height_px, brushes.layout, brushes.palette
    unit = height / 512
    clouds = _noise(chance, height, width, cell=(60 * unit, 260 * unit))
    clouds = clouds + 0.5 * _noise(chance, height, width, cell=(22 * unit, 110 * unit))
    strokes = _strokes(brushes, height, width)
    share = np.clip(_rows(height) * 1.5 + 0.16 * clouds + 0.07 * strokes, 0, 1)
    paint = _blend(_colour(palette.zenith), _colour(palette.horizon), share)
    distance = _distance_from_sun(brushes, width)
    glow = np.exp(-((distance / 0.34) ** 2)) * 0.55 + np.clip((0.075 - distance) / 0.012, 0, 1) * 0.9
    lit = np.clip(clouds - 0.25, 0, 1) * np.exp(-((distance / 0.6) ** 2)) * 0.5
    return _bytes(_blend(paint, _colour(palette.light), np.clip(glow + lit, 0, 1)))


def _distance_from_sun(brushes: _Brushes, width: int) -> Floats:
    height = brushes.height_px
    row = brushes.layout.uniform(0.22, 0.42) * height
    column = brushes.layout.uniform(0.25, 0.75) * min(width, height * 1.5)
    columns = np.arange(width, dtype=np.float32)[None, :]
    distance: Floats = np.hypot(columns - column, _rows(height) * height - row).astype(np.float32) / np.float32(height)
    return distance


def _ridge(brushes: _Brushes, *, width: int, depth: int, speed: float) -> Layer:
    palette, near = brushes.palette, depth / _RIDGES
    line = _ridge_line(brushes, width, depth)
    # even, so that the planes of half size begin at a row of their own; nothing above it is painted
    top = min(int(line.min() * brushes.height_px), brushes.height_px - 2) // 2 * 2
    beneath: Floats = _rows(brushes.height_px)[top:] - line[None, :]
    ground = _blend(_colour(palette.far), _colour(palette.near), np.full((1, 1), near**1.3, np.float32))
    strokes = _strokes(brushes, brushes.height_px - top, width)
    haze = (1 - near) * 0.35 + np.clip(beneath / 0.34, 0, 1) * (0.42 - 0.3 * near) + 0.10 * strokes
    paint = _blend(ground, _colour(palette.horizon), np.clip(haze, 0, 1))
    rim = np.exp(-((beneath / 0.012) ** 2)) * (0.30 - 0.05 * depth)
    return Layer(paint=_bytes(_blend(paint, _colour(palette.light), rim)), mask=beneath >= 0, top=top, speed=speed)


def _ridge_line(brushes: _Brushes, width: int, depth: int) -> Floats:
    """How far down the ridge begins in each column, as a share of the height."""
    columns = np.arange(width, dtype=np.float32) / brushes.height_px
    line = np.full(width, 0.46 + 0.13 * depth, np.float32)
    for octave in range(1, 6):
        reach = (0.10 - 0.012 * depth) / octave**1.1
        pitch, phase = brushes.layout.uniform(1.1, 2.3) * octave * 1.7, brushes.layout.uniform(0, 6.28)
        line += (reach * np.sin(columns * pitch + phase)).astype(np.float32)
    treetops = _noise(brushes.layout, 1, width, cell=(1, 5 * brushes.height_px / 512))[0]
    line += np.float32(0.012 * depth / _RIDGES) * treetops
    return line
