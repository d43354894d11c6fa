"""Decides which colours a prompt gets: those it names, and a free choice by its digest where it names none.

Standard library only. Colours are (red, green, blue), each 0 to 1.
"""

from __future__ import annotations

import colorsys
import hashlib
import re
from dataclasses import dataclass

Colour = tuple[float, float, float]

#: hue in turns, by the words people use in prompts
_HUES = {
    "red": 0.99, "crimson": 0.97, "scarlet": 0.0, "coral": 0.03, "rust": 0.04, "copper": 0.06, "orange": 0.07,
    "amber": 0.10, "lantern": 0.10, "lanterns": 0.10, "gold": 0.12, "golden": 0.12, "honey": 0.11, "yellow": 0.14,
    "olive": 0.20, "moss": 0.26, "mossy": 0.26, "green": 0.34, "forest": 0.36, "redwood": 0.36, "redwoods": 0.36,
    "jade": 0.42, "emerald": 0.41, "turquoise": 0.48, "teal": 0.50, "underwater": 0.51, "ocean": 0.53, "sea": 0.53,
    "ice": 0.54, "glacier": 0.55, "cyan": 0.51, "sky": 0.56, "blue": 0.60, "cobalt": 0.61, "indigo": 0.69,
    "violet": 0.75, "purple": 0.77, "lavender": 0.74, "magenta": 0.86, "pink": 0.92, "rose": 0.95, "cherry": 0.94,
}  # fmt: skip
_DARK_WORDS = frozenset({"night", "midnight", "dusk", "dark", "moonlit", "starry", "noir", "black", "volcanic"})
_BRIGHT_WORDS = frozenset(
    {"dawn", "sunrise", "morning", "noon", "day", "light", "sunlit", "snow", "white", "porcelain"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """The colours of one scene, from the top of the sky to the nearest ground."""

    zenith: Colour
    horizon: Colour
    light: Colour
    far: Colour
    near: Colour


def choose_palette(prompt: str) -> Palette:
    """Choose the colours of a scene by the words of its prompt."""
    words = re.findall(r"[a-z]+", prompt.lower())
    free = hashlib.sha256(prompt.encode(errors="surrogatepass")).digest()
    named = list(dict.fromkeys(_HUES[word] for word in words if word in _HUES))
    warm = next((hue for hue in named if _is_warm(hue)), 0.04 + 0.10 * free[0] / 255)
    cool = next((hue for hue in named if not _is_warm(hue)), 0.35 + 0.42 * free[1] / 255)
    dark, bright = bool(_DARK_WORDS.intersection(words)), bool(_BRIGHT_WORDS.intersection(words))
    level = 0.30 if dark else 0.62 if bright else 0.45
    return Palette(
        zenith=colorsys.hls_to_rgb(cool, level * 0.75, 0.55),
        horizon=colorsys.hls_to_rgb(warm, min(level + 0.24, 0.80), 0.66),
        light=colorsys.hls_to_rgb(warm, 0.84, 0.95),
        far=colorsys.hls_to_rgb(cool, level * 0.92, 0.34),
        near=colorsys.hls_to_rgb((cool + 0.04) % 1, level * 0.20, 0.45),
    )


def _is_warm(hue: float) -> bool:
    return hue < 0.18 or hue > 0.88
