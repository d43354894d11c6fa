"""What the server knows of models, by the id a request bears."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from render.server.models.image_lite import IMAGE_LITE
from render.server.models.kandinsky_lite import KANDINSKY_LITE
from render.server.models.video_inference import VIDEO_INFERENCE

if TYPE_CHECKING:
    from render.server.models.runware_model import RunwareModel

_BY_ID = {"runware:210@1": KANDINSKY_LITE, "runware:kandinsky-5.0-image-lite@1": IMAGE_LITE}
_AIR = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9._-]+@[A-Za-z0-9._-]+")


def runware_model(identifier: str, *, task_type: str) -> RunwareModel | None:
    """The model that serves this id for this type of task, or None."""
    known = _BY_ID.get(identifier)
    if known is not None:
        return known if known.task_type == task_type else None
    is_general = task_type == VIDEO_INFERENCE.task_type and _AIR.fullmatch(identifier)
    return VIDEO_INFERENCE if is_general else None
