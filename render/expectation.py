"""Compares what came with what was asked for. Pure: a difference is a remark, never a reason to withhold a file.

Kandinsky is known to give 121 frames where its page says 120, so a few frames are not worth a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from render.catalog.spec import ModelSpec
    from render.records import Measured
    from render.wish import Task

_FRAMES_OF_GRACE = 2.5
_FPS_OF_GRACE = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What a finished file should measure; None where nothing is known. Sizes in px."""

    size: tuple[int, int] | None
    duration_s: float | None
    fps: float | None


def expected(task: Task, spec: ModelSpec) -> Expected:
    """Return what `task` asked for, with the model's defaults where the author said nothing."""
    given = {param.name: task.params.get(param.name, param.default) for param in spec.params}
    width, height = given.get("width"), given.get("height")
    size = (width, height) if width and height else spec.aspect_sizes.get(str(given.get("aspect_ratio")))
    is_video = spec.medium == "video"
    fps = given.get("fps") or spec.fps
    return Expected(size=size, duration_s=given.get("duration") if is_video else None, fps=fps if is_video else None)


def remarks(measured: Measured, wish: Expected) -> tuple[str, ...]:
    """Say in words how a file differs from the wish; empty where it does not, or where its headers say nothing."""
    said = []
    size = (measured.width_px, measured.height_px)
    if wish.size and None not in size and size != wish.size:
        said.append(f"{size[0]}x{size[1]} px instead of {wish.size[0]}x{wish.size[1]}")
    fps = wish.fps or measured.fps
    if wish.duration_s and measured.duration_s is not None and fps:
        off = abs(measured.duration_s - wish.duration_s)
        if off * fps > _FRAMES_OF_GRACE:
            said.append(f"{measured.duration_s:.2f} s instead of {wish.duration_s:g}")
    if wish.fps and measured.fps is not None and abs(measured.fps - wish.fps) > _FPS_OF_GRACE * wish.fps:
        said.append(f"{measured.fps:g} frames/s instead of {wish.fps:g}")
    return tuple(said)


def seed_remarks(task: Task, used: int | None) -> tuple[str, ...]:
    """Say that another seed was used than was asked for; empty where it was the same, or where nothing is known."""
    asked = task.params.get("seed")
    return (f"seed {used} instead of {asked}",) if None not in (asked, used) and asked != used else ()
