"""What the server knows of models, by the id a request bears."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from render.server.models.image_lite import IMAGE_LITE_BY_INPUT
from render.server.models.kandinsky_lite import KANDINSKY_LITE
from render.server.models.video_inference import VIDEO_INFERENCE

if TYPE_CHECKING:
    from render.server.models.runware_model import RunwareModel
    from render.server.switches import RunwareSwitches

LITE_ID, IMAGE_LITE_ID = "runware:210@1", "runware:kandinsky-5.0-image-lite@1"
_AIR = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9._-]+@[A-Za-z0-9._-]+")
_SHARED = {"category": "checkpoint", "architecture": "kandinsky_5", "version": "1", "private": False}
#: what a search finds: the models this server has tables for
SERVED = (
    {"air": LITE_ID, "name": "Kandinsky 5.0 Lite", "capability": "textToVideo", **_SHARED},
    {"air": IMAGE_LITE_ID, "name": "Kandinsky 5.0 Image Lite", "capability": "textToImage", **_SHARED},
)


def runware_model(identifier: str, *, task_type: str, switches: RunwareSwitches) -> RunwareModel | None:
    """The model that serves this id for this type of task, or None."""
    tables = {IMAGE_LITE_ID: IMAGE_LITE_BY_INPUT[switches.image_input]}
    if switches.serves_kandinsky_lite:
        tables[LITE_ID] = KANDINSKY_LITE
    known = tables.get(identifier)
    if known is not None:
        return known if known.task_type == task_type else None
    is_general = task_type == VIDEO_INFERENCE.task_type and identifier != LITE_ID and _AIR.fullmatch(identifier)
    return VIDEO_INFERENCE if is_general else None
