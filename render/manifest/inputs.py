"""Checks how an input is written: a file, an address, or an id. What stands in a file is for `input_files` to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.media import form_of
from render.catalog.wording import shown
from render.disclosure import looks_like_key
from render.environment import address_fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.catalog.spec import Param
    from render.manifest.findings import Findings, Path

_NAMED: Mapping[str, str] = {"image": "an image", "video": "a video", "audio": "a sound file"}
_KEY_HINT = "keys are read from the environment; a manifest is shared"


def check_input(param: Param, value: Any, path: Path, findings: Findings) -> None:
    """Report what keeps a value, its variables filled in, from naming an input."""
    if isinstance(value, dict) and value.keys() == {"shot"}:
        message = f"`{param.name}`: the result of another shot cannot be an input yet"
        findings.add(path, "not-yet", message, hint="render that shot first, then name its file")
    elif not isinstance(value, str):
        hint = "write a path as seen from this file, an https:// address, or an id"
        message = f"`{param.name}`: {shown(value)} does not name {_NAMED[param.media]}"
        findings.add(path, "type", message, hint=hint)
    elif looks_like_key(value) and form_of(value) != "id":
        findings.add(path, "secret", f"`{param.name}` looks like an API key", hint=_KEY_HINT)
    elif fault := _fault(value):
        findings.add(path, "input", f"`{param.name}`: {fault[0]}", hint=fault[1])


def _fault(text: str) -> tuple[str, str] | None:
    match form_of(text):
        case "bytes":
            return "a data URI is not read", "put the bytes into a file beside the manifest, and name that"
        case "address":
            fault = address_fault(text)
            hint = "write it like https://example.com/plate.png"
            return (f"nothing can be fetched from this address: {fault}", hint) if fault else None
        case _:
            return None if text else ("it names no file", "write a path as seen from this file")
