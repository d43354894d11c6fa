"""Tasks after all expansion, with every parameter and where it came from, as text and as the stable JSON shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from render.catalog.wording import plain
from render.disclosure import one_line, redact
from render.report.plan import task_json, totals_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from render.records import Plan, PlannedTask
    from render.report.palette import Palette
    from render.wish import Origin, Task

    #: by shot id, by name of the parameter; nothing is known of what was bought for a shot that is gone
    Origins = Callable[[str], Mapping[str, Origin]]

_INDENT, _GAP = "    ", "  "
#: a longer value stands in lines of its own, below its name
_LONGEST_IN_LINE = 36


def tasks_text(plan: Plan, origins: Origins, paint: Palette, *, width: int) -> str:
    """Return a block a task: what is done about it, its file, and a line for every parameter; then the totals."""
    lines = [line for planned in plan.tasks for line in _block(planned, origins(planned.task.shot), paint, width)]
    return "\n".join([*lines, totals_line(plan, paint)]) + "\n"


def tasks_json(plan: Plan, origins: Origins) -> dict[str, Any]:
    """Return the shape of a plan; each task has `take`, `provider`, `tags` and `params` as well.

    `"params": [{"name", "value", "source", "file", "line"}]`; `source` is null for what was bought for a shot that is
    gone, `file` and `line` are null where a value was not written in a file.
    """
    tasks = [_json(planned, origins(planned.task.shot)) for planned in plan.tasks]
    return {"tasks": tasks, "totals": {action.value: count for action, count in plan.totals.items()}}


def _json(planned: PlannedTask, origins: Mapping[str, Origin]) -> dict[str, Any]:
    task = planned.task
    params = [_param_json(name, value, origins.get(name)) for name, value in task.params.items()]
    more = {"take": task.take, "provider": task.provider, "tags": list(task.tags), "params": params}
    return {**task_json(planned), **more}


def _param_json(name: str, value: Any, origin: Origin | None) -> dict[str, Any]:
    place = origin.place if origin else None
    return {
        "name": name,
        "value": _redacted(value),
        "source": origin.source if origin else None,
        "file": place.file if place else None,
        "line": place.line if place else None,
    }


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redacted(inner) for inner in value]
    return value


def _block(planned: PlannedTask, origins: Mapping[str, Origin], paint: Palette, width: int) -> Iterator[str]:
    task = planned.task
    yield f"{paint.bold(one_line(task.key))}  {paint.cyan(planned.action.value)}  {one_line(redact(planned.reason))}"
    rows = [("model", task.model, _words(origins.get("model")))]
    rows += [("lane", planned.lane, "")] if planned.lane != task.provider else []
    rows += [(name, _value(task, name), _words(origins.get(name))) for name in task.params]
    yield from _lines(rows, paint, width)
    for name, value in (("tags", ", ".join(task.tags)), ("file", task.path)):
        if value:
            yield f"{_INDENT}{name:{max(len(row[0]) for row in rows)}}  {one_line(value)}"
    yield ""


def _lines(rows: Sequence[tuple[str, str, str]], paint: Palette, width: int) -> Iterator[str]:
    """Yield name, value and origin of each; a value that leaves no room for its origin stands below it."""
    names = max(len(name) for name, _, _ in rows)
    room = width - len(_INDENT) - names - 2 * len(_GAP)
    values = _value_column(rows, room)
    for name, value, origin in rows:
        head = f"{_INDENT}{name:{names}}{_GAP}"
        if not origin or (max(len(value), values) + len(origin) <= room and len(value) <= _LONGEST_IN_LINE):
            yield f"{head}{value:{values}}{_GAP}{paint.dim(origin)}" if origin else f"{head}{value}"
        else:
            yield f"{head}{paint.dim(origin)}"
            yield from _wrapped(value, width)


def _value_column(rows: Sequence[tuple[str, str, str]], room: int) -> int:
    """Return the widest column that leaves every value in it room for its origin."""
    fitting = 0
    for most in sorted({len(value) for _, value, _ in rows if len(value) <= _LONGEST_IN_LINE}):
        if all(most + len(origin) <= room for _, value, origin in rows if len(value) <= most):
            fitting = most
    return fitting


def _wrapped(text: str, width: int) -> Iterator[str]:
    from textwrap import wrap  # noqa: PLC0415 - every other report does without

    for line in wrap(text, max(width - 2 * len(_INDENT), 20), break_on_hyphens=False):
        yield f"{_INDENT * 2}{line}"


def _value(task: Task, name: str) -> str:
    shown = _redacted(task.params[name])
    if isinstance(shown, (dict, list)):
        return one_line(json.dumps(shown, ensure_ascii=False))
    # what was written is the seed of the first take
    take = f" (take {task.take})" if name == "seed" and task.take > 1 else ""
    return one_line(f"{plain(shown)}{take}")


def _words(origin: Origin | None) -> str:
    """Say where a value came from: `defaults, film.shots.yaml:9`."""
    if origin is None:
        return ""
    place = f", {one_line(origin.place.file)}:{origin.place.line}" if origin.place else ""
    return f"{one_line(origin.source)}{place}"
