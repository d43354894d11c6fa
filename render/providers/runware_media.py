"""Runware's media storage: how a file is put there, what it is called from then on, and a refusal that is about one.

Source: https://runware.ai/docs/platform/media-storage (2026-11). How a task that names a file they have lost is refused
is not published: any refusal of a member that names inputs may be that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from render.providers.codes import CodeKind, kind_of
from render.providers.protocol import ENCLOSURE, Call

if TYPE_CHECKING:
    from render.providers.runware_reply import Answer, TaskError

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: the members of a task that name inputs, and codes about stored files
_INPUTS = re.compile(r"(frame|reference|input|seed|mask|guide)_?(image|video|audio)|media", re.IGNORECASE)
#: of an entry of `frameImages`: where it stands in the clip, which no file can put right
_PLACE = re.compile(r"\.frame$")


def upload_call(*, our_id: str, media_type: str) -> Call:
    """Make the call that stores a file."""
    task = {
        "taskType": "mediaStorage",
        "taskUUID": our_id,
        "operation": "upload",
        "media": f"data:{media_type};base64,{ENCLOSURE}",
    }
    return Call(method="POST", path="", body=[task], is_paid=False)


def media_id_in(answer: Answer, *, our_id: str) -> str:
    """Return the id of the file that was stored under a task of ours; "" where the answer names none."""
    found = (item.get("mediaUUID") for item in answer.items if item.get("taskUUID") == our_id)
    return next((each for each in found if isinstance(each, str) and _UUID.fullmatch(each)), "")


def is_about_input(error: TaskError) -> bool:
    """Whether a refusal may be one of an input that they do not have; what they find in one is another matter."""
    if kind_of(error.code) is CodeKind.SAFETY:
        return False
    if error.parameters:
        return any(_INPUTS.search(name) and not _PLACE.search(name) for name in error.parameters)
    return bool(_INPUTS.search(error.code))
