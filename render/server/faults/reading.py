"""Reads the script of `render serve --faults`: a list of `{on: event, nth: 2, action: reset_after}`.

When: `nth: N` for one occurrence, `every: N` for each Nth, `from: A` and `to: B` for all between; without any of them,
always. What: the name of an action, or a mapping of it to its value with more keys beside it: `cut: 100`,
`{status: 503, body: html}`, `kill: {pid: 4711, when: charged}`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from render.server.faults.records import ACTIONS, Fault
from render.server.strict_yaml import ConfigError, load_yaml, read_record

if TYPE_CHECKING:
    from pathlib import Path

    from render.server.faults.records import Action

_KEYS = ("on", "nth", "every", "from", "to", "action")


def load_faults(path: Path) -> tuple[Fault, ...]:
    """Read a script from a file.

    Raises:
        ConfigError: it cannot be followed.
    """
    return read_faults(load_yaml(path), where=str(path))


def read_faults(data: Any, *, where: str) -> tuple[Fault, ...]:
    """Read a script from plain data.

    Raises:
        ConfigError: it cannot be followed.
    """
    if not isinstance(data, list):
        raise ConfigError(f"{where}: must be a list of faults")
    return tuple(_fault(entry, where=f"{where}[{number}]") for number, entry in enumerate(data))


def _fault(entry: Any, *, where: str) -> Fault:
    if not isinstance(entry, dict):
        raise ConfigError(f"{where}: must be a mapping with keys among {', '.join(_KEYS)}")
    # YAML 1.1 reads a bare `on` as true
    entry = {"on" if key is True else key: value for key, value in entry.items()}
    for key in entry:
        if key not in _KEYS:
            raise ConfigError(f"{where}: unknown key {key!r}; known are {', '.join(_KEYS)}")
    for key in ("on", "action"):
        if key not in entry:
            raise ConfigError(f"{where}: the key {key!r} is missing")
    action = _action(entry["action"], where=f"{where}.action")
    try:
        first, last, every = _times(entry, where=where)
        return Fault(on=str(entry["on"]), action=action, first=first, last=last, every=every)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error


def _times(entry: dict[Any, Any], *, where: str) -> tuple[int, int | None, int]:
    for key in ("nth", "every", "from", "to"):
        value = entry.get(key, 1)
        if type(value) is not int or value < 1:
            raise ConfigError(f"{where}.{key}: must be a whole number, 1 or more")
    if "nth" in entry:
        if len({"every", "from", "to"} & set(entry)):
            raise ConfigError(f"{where}: nth stands alone, without every, from and to")
        return entry["nth"], entry["nth"], 1
    every = entry.get("every", 1)
    return entry.get("from", every), entry.get("to"), every


def _action(data: Any, *, where: str) -> Action:
    members = {data: {}} if isinstance(data, str) else data
    if not isinstance(members, dict) or not members:
        raise ConfigError(f"{where}: must be an action or a mapping that begins with one: {', '.join(ACTIONS)}")
    name, value = next(iter(members.items()))
    if name not in ACTIONS:
        raise ConfigError(f"{where}: unknown action {name!r}; known are {', '.join(ACTIONS)}")
    kind, more = ACTIONS[name], {key: item for key, item in members.items() if key != name}
    fields = dataclasses.fields(kind)
    if not isinstance(value, dict):
        if not fields:
            raise ConfigError(f"{where}: {name} takes no value")
        value = {fields[0].name: value}
    action: Action = read_record(kind, {**value, **more}, where=f"{where}.{name}")
    return action
