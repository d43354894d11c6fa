"""Says in one line why a task must be bought again: what changed, field by field. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.fingerprint import content

if TYPE_CHECKING:
    from render.catalog.spec import ModelSpec
    from render.records import Attempt
    from render.wish import Task

_LONGEST_VALUE = 24
_MAX_FIELDS = 4


def changes(before: Attempt, task: Task, spec: ModelSpec | None) -> str:
    """Return what differs between an earlier attempt and the task: `width 768 -> 512, steps 20 -> 28`."""
    if before.model != task.model:
        return f"model {before.model} -> {task.model}"
    known = spec.params if spec else ()
    old, new = _flat(content(before.params, known)), _flat(content(task.params, known))
    defaults = {param.name: param.default for param in known if param.default is not None}
    names = [name for name in (*new, *(name for name in old if name not in new)) if old.get(name) != new.get(name)]
    parts = [_change(name, old.get(name, defaults.get(name)), new.get(name, defaults.get(name))) for name in names]
    if len(parts) > _MAX_FIELDS:
        parts = [*parts[:_MAX_FIELDS], f"and {len(parts) - _MAX_FIELDS} more"]
    return ", ".join(parts) or "changed"


def other_endpoint(before: Attempt) -> str:
    """Return the reason of a task that was rendered at another server, which does not count here."""
    return f"new here: made before at {before.endpoint}, which does not count"


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
