"""Says in one line why a task is treated as it is: what changed, field by field, or what a person has to decide. Pure.

The decision itself is `plan`'s; nothing here looks at more than it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.media import files_in, is_file, replaced
from render.fingerprint import content
from render.layout import EARLIER
from render.records import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.catalog.spec import ModelSpec, Param
    from render.records import Attempt, Obstacle
    from render.wish import Task

_LONGEST_VALUE = 24
_MAX_FIELDS = 4


def changes(before: Attempt, task: Task, spec: ModelSpec | None) -> str:
    """Return what differs between an earlier attempt and the task: `width 768 -> 512, steps 20 -> 28`."""
    if before.model != task.model:
        return f"model {before.model} -> {task.model}"
    known = spec.params if spec else ()
    edited = _edited(before.params, task.params, known)
    as_now = replaced(before.params, known, lambda value, *_: _as_now(value, edited))
    old, new = _flat(content(as_now, known)), _flat(content(task.params, known))
    defaults = {param.name: param.default for param in known if param.default is not None}
    names = [name for name in (*new, *(name for name in old if name not in new)) if old.get(name) != new.get(name)]
    parts = [f"input {name} changed" for name in edited]
    parts += [_change(name, old.get(name, defaults.get(name)), new.get(name, defaults.get(name))) for name in names]
    if len(parts) > _MAX_FIELDS:
        parts = [*parts[:_MAX_FIELDS], f"and {len(parts) - _MAX_FIELDS} more"]
    return ", ".join(parts) or "changed"


def _edited(before: Mapping[str, Any], now: Mapping[str, Any], known: Sequence[Param]) -> dict[str, str]:
    """Return the digest that each file has now which went in before under the same name, with other bytes."""
    then = {file["file"]: file["sha256"] for file in files_in(before, known)}
    return {
        file["file"]: file["sha256"]
        for file in files_in(now, known)
        if then.get(file["file"], file["sha256"]) != file["sha256"]
    }


def _as_now(value: Any, edited: Mapping[str, str]) -> Any:
    return {**value, "sha256": edited[value["file"]]} if is_file(value) and value["file"] in edited else value


def other_endpoint(before: Attempt) -> str:
    """Return the reason of a task that was rendered at another server, which does not count here."""
    return f"new here: made before at {before.endpoint}, which does not count"


def ambiguous(key: str) -> str:
    """Return the reason of a purchase whose answer was lost, where only a person can find out."""
    return f"ambiguous: may have been sent and paid for, and the provider cannot tell; decide with {_resolve(key)}"


def sought() -> str:
    """Return the reason of a purchase whose answer was lost, where the provider keeps a log."""
    return "ambiguous: may have been sent and paid for; looked for in the provider's usage log"


def tried(attempt: Attempt) -> str:
    """Return the reason of a task that is bought again after an attempt that came to nothing."""
    if attempt.status is Status.ABANDONED:
        return "the last attempt was abandoned"
    return f"last attempt failed: {attempt.error_message}"


def left(attempt: Attempt, key: str) -> str:
    """Return the reason of a task that is left alone: refused for good, given up by a person, or lost."""
    if attempt.status is Status.LOST:
        return f"paid and gone: {attempt.error_message}; decide with {_resolve(key)}"
    why = "given up by a person" if attempt.status is Status.ABANDONED else f"refused: {attempt.error_message}"
    return f"{why}; edit the shot, or {_resolve(key)} --retry"


def made(attempt: Attempt, key: str) -> str:
    """Return the reason of a task whose finished file was not taken yet."""
    if attempt.error_kind != "held":
        return "made, not fetched"
    return f"made, not fetched; it was held: {attempt.error_message}; or take a copy with {_resolve(key)} --file F"


def missing(obstacle: Obstacle | None) -> str:
    """Return the reason of a task whose file is recorded and not there, with what stands there instead."""
    if obstacle is None or not obstacle.gives_way:
        return "file missing; fetched again, not bought again"
    return f"{_stands(obstacle)}, and not the one recorded; it is kept, and that one fetched again, not bought again"


def in_the_way(obstacle: Obstacle) -> str:
    """Return what a person has to do before a file can be put where it belongs."""
    return f"{_stands(obstacle)}: move it away, or the file can only be held"


def why_placed(path: str, *, is_renamed: bool) -> str:
    """Return the reason of a task whose file stands at `path`, where it does not belong."""
    if path.startswith(EARLIER):
        return f"made before: is in {path}"
    return f"renamed: was {path}" if is_renamed else f"belongs elsewhere now: was {path}"


def _stands(obstacle: Obstacle) -> str:
    return f"{obstacle.what} stands at {obstacle.path}"


def _resolve(key: str) -> str:
    return f"render resolve {key}"


def _flat(params: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value
    return flat


def _change(name: str, old: Any, new: Any) -> str:
    before, after = _shown(old), _shown(new)
    if any(len(shown) > _LONGEST_VALUE or not shown.isprintable() for shown in (before, after)):
        return f"{name} changed"
    return f"{name} {before} -> {after}"


def _shown(value: Any) -> str:
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
