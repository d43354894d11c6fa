"""What a server asks of whatever draws: the order, the contract of an engine, and the ways in which drawing ends badly.

Knows nothing of providers' words, of jobs or of any particular engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class Format(StrEnum):
    """The kinds of file an engine can be asked for; the value is the file name's ending."""

    MP4 = "mp4"
    MOV = "mov"
    WEBM = "webm"
    JPG = "jpg"
    PNG = "png"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        """What `Content-Type` says of such a file."""
        return _MEDIA_TYPES[self]

    @property
    def is_still(self) -> bool:
        """Whether such a file holds one picture and no time."""
        return self in {Format.JPG, Format.PNG, Format.WEBP}


_MEDIA_TYPES = {
    Format.MP4: "video/mp4",
    Format.MOV: "video/quicktime",
    Format.WEBM: "video/webm",
    Format.JPG: "image/jpeg",
    Format.PNG: "image/png",
    Format.WEBP: "image/webp",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One file to draw; equal orders give equal bytes."""

    model: str
    prompt: str
    negative_prompt: str = ""
    seed: int
    width_px: int
    height_px: int
    #: 1 for a still
    frames: int = 1
    fps: int = 24
    format: Format
    #: 20 to 99, as the providers count it
    quality: int = 95
    steps: int = 20
    #: everything else that was asked for and shapes the picture, as JSON values
    settings: Mapping[str, Any] = field(default_factory=dict)


class DrawingError(Exception):
    """An engine could not draw what was asked; `code` is the word a provider would use."""

    def __init__(self, message: str, *, code: str = "inferenceError") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class DrawingStoppedError(Exception):
    """The server is closing; the order stays open and is drawn after the next start."""


class MediaMissingError(Exception):
    """The libraries that draw are not installed."""

    def __init__(self, library: str) -> None:
        super().__init__(f"the embedded server draws with {library}: pip install 'renderline[media]'")


class Engine(Protocol):
    """Something that draws. `draw` is called in worker threads, several at a time."""

    def prepare(self) -> None:
        """Check that everything needed is here, before any order is taken.

        Raises:
            MediaMissingError: a library is not installed.
        """
        ...

    def draw(self, order: Order, *, target: Path, is_stopped: Callable[[], bool]) -> None:
        """Write the whole file to `target`, looking at `is_stopped` now and then.

        Raises:
            DrawingError: this order cannot be drawn.
            DrawingStoppedError: `is_stopped` became true.
        """
        ...
