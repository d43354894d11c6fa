"""Checks the ids of shots: fit for file names everywhere, and each there once, whatever the case."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from render.catalog.wording import shown
from render.layout import path_fault
from render.manifest.phrases import ALLOWED_NAME, as_name, name_hint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.manifest.findings import Findings, Path
    from render.manifest.resolved import Resolved

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


def check_ids(
    raw_shots: Sequence[tuple[Path, Mapping[str, Any]]], shots: Sequence[Resolved], findings: Findings
) -> None:
    """Report ids that cannot name a file, and ids that stand twice once `${…}` is filled in.

    A shot that could not be resolved is judged by what is written, where nothing is to be filled in.
    """
    if _are_in_order(raw_shots, shots):
        return
    made: dict[Path, list[str]] = {}
    for resolved in shots:
        path = resolved.authored.path
        if path in made:
            made[path].append(resolved.shot.id)
        else:
            made[path] = [resolved.shot.id]
    seen: dict[str, Path] = {}
    for path, raw in raw_shots:
        written, ids = raw.get("id"), made.get(path)
        if type(written) is str:
            # nearly all, and there may be a hundred thousand
            for shot_id in ids if ids is not None else _as_written(written, raw):
                _check_id(shot_id, path, findings)
                _check_twice(shot_id, path, seen, findings)
        elif written is not None and not isinstance(written, dict | list):
            _check_id(written, path, findings)
            _check_twice(str(written), path, seen, findings)


def _are_in_order(raw_shots: Sequence[tuple[Path, Mapping[str, Any]]], shots: Sequence[Resolved]) -> bool:
    """Whether every shot is made, and all have ids of which there is nothing to tell; says no where that takes long."""
    ids = [resolved.shot.id for resolved in shots]
    return (
        {str}.issuperset([type(raw.get("id")) for _, raw in raw_shots])
        and len({resolved.authored.path for resolved in shots}) == len(raw_shots)
        and all(map(ID.match, ids))
        and not any(map(path_fault, ids))
        and len(set(map(str.lower, ids))) == len(ids)
    )


def _as_written(written: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
    return () if "${" in written or raw.keys() & {"matrix", "zip"} else (written,)


def _check_id(shot_id: Any, shot_path: Path, findings: Findings) -> None:
    path = (*shot_path, "id")
    if not isinstance(shot_id, str):
        message = f"`id` is a text, and {shown(shot_id)} is not"
        findings.add(path, "shot-id", message, hint=f'put it in quotes: id: "{shown(shot_id)}"')
    elif ID.match(shot_id):
        fault = path_fault(shot_id)
        if fault:
            meant = as_name(shot_id)
            hint = f"give it another name, like `{f'shot-{meant}' if path_fault(meant) else meant}`"
            findings.add(path, "shot-id", f"{shown(shot_id)} cannot name a file everywhere: {fault}", hint=hint)
    elif "${" not in shot_id:
        hint = name_hint(shot_id, ALLOWED_NAME)
        findings.add(path, "shot-id", f"{shown(shot_id)} cannot name a file everywhere", hint=hint)


def _check_twice(shot_id: str, shot_path: Path, seen: dict[str, Path], findings: Findings) -> None:
    folded = shot_id.lower() if shot_id.isascii() else unicodedata.normalize("NFC", shot_id).casefold()
    first = seen.get(folded)
    if first is None:
        seen[folded] = shot_path
    elif first == shot_path:
        message = f"two tasks of this shot would both be called {shown(shot_id)}"
        hint = "set what the id names apart: `${seed}_${steps}`"
        findings.add((*shot_path, "id"), "duplicate-id", message, hint=hint)
    else:
        where = placed((*first, "id"), (*shot_path, "id"), findings)
        message = f"the id {shown(shot_id)} is taken by the shot {where}"
        hint = "give one of them another id; upper and lower case count as one"
        findings.add((*shot_path, "id"), "duplicate-id", message, hint=hint)


def placed(first: Path, second: Path, findings: Findings) -> str:
    """Say where something stands, to whoever looks at `second`: `on line 8`, or `in sq020.shots.yaml:8`."""
    one, other = findings.place(first), findings.place(second)
    return f"on line {one.line}" if one.file == other.file else f"in {one.file}:{one.line}"
