"""Knows the parts of the manifest language that this version does not read yet, so that they are not called unknown.

Where a part of the language arrives, its row goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: By path: `*` stands for any position or name; a parameter goes by its own path, wherever parameters may stand.
NOT_YET: Mapping[str, str] = {
    "frame_images": "input images are not sent yet: use text alone",
    "reference_images": "input images are not sent yet: use text alone",
    "reference_videos": "input videos are not sent yet: use text alone",
    "input_audios": "input sound is not sent yet: use text alone",
}

_HOLDERS = {"defaults": 1, "shots": 2, "presets": 2, "model_defaults": 2}
_NAMED = {"shots", "presets", "model_defaults"}


def not_yet(path: Sequence[str | int]) -> str | None:
    """Say what to do instead of the key at `path` if it is part of the language but not read yet, else None.

    `path` leads from the document to the key, perhaps from the number of the file: `("shots", 0, "webhook_url")`,
    `(2, "defaults", "frame_images")`.
    """
    if path and isinstance(path[0], int):
        path = path[1:]
    steps = ["*" if at == 1 and path[0] in _NAMED else str(step) for at, step in enumerate(path)]
    below = _HOLDERS.get(steps[0], 0) if steps else 0
    return NOT_YET.get(".".join(steps)) or (NOT_YET.get(".".join(steps[below:])) if below else None)
