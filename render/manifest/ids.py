"""Checks the ids of shots: fit for file names everywhere, and each there once, whatever the case."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from render.layout import path_fault
from render.manifest.phrases import ALLOWED_NAME, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from render.manifest.findings import Findings, Path
    from render.manifest.resolved import Resolved

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


def check_ids(
    raw_shots: Iterable[tuple[Path, Mapping[str, Any]]], shots: Sequence[Resolved], findings: Findings
) -> None:
    """Report ids that cannot name a file, and ids that stand twice once `${…}` is filled in.

    A shot that could not be resolved is judged by what is written, where nothing is to be filled in.
    """
    made: dict[Path, list[str]] = {}
    for resolved in shots:
        path = resolved.authored.path
        if path in made:
            made[path].append(resolved.shot.id)
        else:
            made[path] = [resolved.shot.id]
    seen: dict[str, Path] = {}
    for shot_path, raw in raw_shots:
        written, path = raw.get("id"), (*shot_path, "id")
        if written is None or isinstance(written, dict | list):
            continue
        for shot_id in _ids(written, made.get(shot_path), raw):
            _check_id(shot_id, path, findings)
            _check_twice(str(shot_id), path, seen, findings)


def _ids(written: Any, made: list[str] | None, raw: Mapping[str, Any]) -> Iterator[Any]:
    if not isinstance(written, str):
        yield written
    elif made is not None:
        yield from made
    elif "${" not in written and not raw.keys() & {"matrix", "zip"}:
        yield written


def _check_id(shot_id: Any, path: Path, findings: Findings) -> None:
    if not isinstance(shot_id, str):
        message = f"`id` is a text, and {shown(shot_id)} is not"
        findings.add(path, "shot-id", message, hint=f'put it in quotes: id: "{shown(shot_id)}"')
    elif "${" in shot_id:
        return
    elif not ID.match(shot_id):
        findings.add(path, "shot-id", f"{shown(shot_id)} cannot name a file everywhere", hint=ALLOWED_NAME)
    elif path_fault(shot_id):
        findings.add(path, "shot-id", f"{shown(shot_id)} cannot name a file everywhere", hint=path_fault(shot_id))


def _check_twice(shot_id: str, path: Path, seen: dict[str, Path], findings: Findings) -> None:
    folded = shot_id.lower() if shot_id.isascii() else unicodedata.normalize("NFC", shot_id).casefold()
    first = seen.get(folded)
    if first is None:
        seen[folded] = path
    elif first == path:
        message = f"two tasks of this shot would both be called {shown(shot_id)}"
        findings.add(path, "duplicate-id", message, hint="set what the id names apart: `${seed}_${steps}`")
    else:
        message = f"the id {shown(shot_id)} is taken by the shot {_where(first, path, findings)}"
        findings.add(
            path, "duplicate-id", message, hint="give one of them another id; upper and lower case count as one"
        )


def _where(first: Path, second: Path, findings: Findings) -> str:
    place = findings.place(first)
    return f"on line {place.line}" if place.file == findings.place(second).file else f"in {place.file}:{place.line}"
