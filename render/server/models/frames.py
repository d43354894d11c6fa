"""Media files as input of a video task: which members name them, and where pictures may stand in the clip.

Source: the video inference API reference, read 2026-11-20. Its example says `inputImage`, its text `inputImages`, and
newer clients send `image`: one of the three is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.models.rules import Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: the members under which an entry of `frameImages` names its picture
PICTURE_NAMES = ("inputImage", "inputImages", "image")
#: parameters that are arrays of media files, by the medium they take
LISTS = {"referenceImages": "image", "referenceVideos": "video", "inputAudios": "audio"}
INPUT_RULES = (
    Rule(
        name="frameImages",
        type="array",
        fields=(
            *(Rule(name=name, type="string", min=1) for name in PICTURE_NAMES),
            Rule(name="frame", type="any"),
        ),
    ),
    *(Rule(name=name, type="array", has_strings=True) for name in LISTS),
)


def frame_faults(task: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults of a task's frame pictures: no picture or several in an entry, or a place that is not in the clip."""
    frames = round(task["duration"] * task["fps"])
    for prefix, group in (("", task), ("inputs.", task.get("inputs", {}))):
        for number, entry in enumerate(group.get("frameImages", ())):
            yield from _entry_faults(entry, f"{prefix}frameImages[{number}]", frames)


def _entry_faults(entry: Mapping[str, Any], path: str, frames: int) -> Iterator[Fault]:
    given = [name for name in PICTURE_NAMES if name in entry]
    if not given:
        yield Fault(kind="missing", parameters=(f"{path}.inputImage",), expected="is required: a picture")
    elif len(given) > 1:
        names = tuple(f"{path}.{name}" for name in given)
        yield Fault(kind="incompatible", parameters=names, expected="are alternatives: give one of them")
    if "frame" in entry and not _is_in_clip(entry["frame"], frames):
        expected = f"must be first, last or a number from 0 to {frames}, which is duration times fps"
        yield Fault(kind="invalid", parameters=(f"{path}.frame",), expected=expected)


def _is_in_clip(frame: Any, frames: int) -> bool:
    if isinstance(frame, int) and not isinstance(frame, bool):
        return 0 <= frame <= frames
    return frame in ("first", "last")
