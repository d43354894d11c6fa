"""Colours of terminal text, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from render.display import Display

_CODES = {"red": "31;1", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


@dataclass(frozen=True, slots=True)
class Palette:
    """Wraps text in colour where the terminal shows it."""

    has_colour: bool

    def red(self, text: str) -> str:
        """Colour of errors."""
        return self._paint(text, "red")

    def green(self, text: str) -> str:
        """Colour of what is done."""
        return self._paint(text, "green")

    def yellow(self, text: str) -> str:
        """Colour of warnings."""
        return self._paint(text, "yellow")

    def cyan(self, text: str) -> str:
        """Colour of what will be done."""
        return self._paint(text, "cyan")

    def bold(self, text: str) -> str:
        """What the eye should find first."""
        return self._paint(text, "bold")

    def dim(self, text: str) -> str:
        """What the eye may pass over."""
        return self._paint(text, "dim")

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.has_colour else text


def palette(display: Display) -> Palette:
    """Return the colours for one stream."""
    return Palette(display.has_colour)
