"""Decides where files belong below a project's output folder, and what `{shot}` and its like are in an address.

Pure: names in, relative paths with `/` or addresses out. Names come from our own data alone (ids, take, model, seed
asked for), never from a provider's reply.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_OUTPUT = "{shot}/{shot}_t{take:02d}.{ext}"
EARLIER = ".earlier"
PLACEHOLDERS = ("project", "shot", "take", "model", "seed", "ext")

#: what a path can be written without: `a//b`, `a/./b`, `a/`
_LOOSE = re.compile(r"//|/\.?/|/\.?\Z")
_DEVICE = r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|\Z)"
_PART = rf"(?!{_DEVICE})[a-z0-9_-]++(?:\.[a-z0-9_-]++)*+"
#: paths that nothing below has anything to say against, which are nearly all
_HARMLESS = re.compile(rf"(?!state\.|render\.log){_PART}(?:/{_PART})*+\Z", re.IGNORECASE | re.ASCII)
_LONGEST_HARMLESS = 200
_REFUSED = re.compile(r'[<>:"|?*]')
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_TAKE_FORMAT = re.compile(r"(?:0[1-9])?d?\Z")
#: of an address: what the environment fills in, or a placeholder and its format
_IN_ADDRESS = re.compile(r"\$\{[^{}]*\}|\{([^{}:]*)(?::([^{}]*))?\}")
_MAX_PATH_BYTES = 1000
#: names that Windows keeps for devices, whatever their extension
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in "123456789¹²³")}
#: what else stands in a project's output folder
_RESERVED = ("state.", "render.log")


@lru_cache(maxsize=256)
def slug(text: str) -> str:
    """Turn everything that is awkward in a file name into `-`: `runware:210@1` -> `runware-210-1`."""
    return _UNSAFE.sub("-", text).strip("-.") or "x"


def output_path(pattern: str, values: dict[str, object]) -> str:
    """Fill in an output pattern that `pattern_fault` found nothing wrong with.

    `values` holds every name of PLACEHOLDERS; texts in it must already be safe as parts of a name.
    """
    path = pattern.format(**values)
    # a hundred thousand tasks have paths, and hardly one of them is not in its shortest form already
    return str(PurePosixPath(path)) if path.startswith(("./", "//")) or _LOOSE.search(path) else path


def pattern_fault(pattern: str) -> str:
    """Say what is wrong with an output pattern, or "" if nothing is."""
    try:
        fields = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(pattern) if name is not None]
    except ValueError as exc:
        return f"`{pattern}` is not a pattern: {exc}"
    for name, spec, how in fields:
        fault = _placeholder_fault(name, spec, how)
        if fault:
            return fault
    names = [name for name, _, _ in fields]
    if not pattern.endswith(".{ext}") or names.count("ext") != 1:
        return "a pattern must end in `.{ext}`: the extension follows from the output format"
    if "shot" not in names:
        return "a pattern must name `{shot}`, or shots would overwrite each other"
    return ""


def address_of(address: str, values: Mapping[str, object]) -> str:
    """Fill in the placeholders of an address that `address_pattern_fault` found nothing wrong with.

    `values` holds every name of PLACEHOLDERS; what an address cannot hold is percent-encoded.
    """
    return _IN_ADDRESS.sub(lambda found: _in_address(found, values), address) if "{" in address else address


def address_pattern_fault(address: str) -> str:
    """Say what is wrong with the placeholders of an address, or "" if nothing is."""
    for found in _IN_ADDRESS.finditer(address):
        fault = "" if found.group(1) is None else _placeholder_fault(found.group(1), found.group(2))
        if fault:
            return fault
    rest = _IN_ADDRESS.sub("", address)
    if "{" in rest or "}" in rest:
        return "a `{` or a `}` stands alone; in an address they are written `%7B` and `%7D`"
    return ""


def _in_address(found: re.Match[str], values: Mapping[str, object]) -> str:
    if found.group(1) is None:
        return found.group()
    return quote(format(values[found.group(1)], found.group(2) or ""), safe="")


def _placeholder_fault(name: str, spec: str | None, how: str | None = None) -> str:
    if name not in PLACEHOLDERS:
        return f"`{{{name}}}` is not known here; there are {', '.join(f'{{{known}}}' for known in PLACEHOLDERS)}"
    if how or (spec and (name != "take" or not _TAKE_FORMAT.match(spec))):
        return f"`{{{name}:{spec}}}` cannot be formatted like that; `{{take:02d}}` can"
    return ""


def path_fault(path: str) -> str:
    """Say why a file must not be called `path` (relative, with `/`), or "" if it may."""
    if len(path) <= _LONGEST_HARMLESS and _HARMLESS.match(path):
        return ""
    if path.startswith("/") or "\\" in path:
        return "it must stay inside the output folder"
    if path.lower().startswith(_RESERVED):
        return "names that begin with `state.` or `render.log` belong to the record"
    if len(path.encode()) > _MAX_PATH_BYTES:
        return f"it is longer than {_MAX_PATH_BYTES} bytes"
    return next((fault for part in path.split("/") if (fault := _part_fault(part))), "")


def _part_fault(part: str) -> str:
    if part in {"", ".", ".."}:
        return "it must stay inside the output folder"
    if part.startswith(".") or part.endswith((".", " ")):
        return f"`{part}` begins or ends with a dot or ends with a space"
    if part.split(".", maxsplit=1)[0].rstrip().lower() in _DEVICES:
        return f"`{part}` is the name of a device on Windows"
    if not part.isprintable() or _REFUSED.search(part):
        return f"`{part}` holds a character that some file systems refuse"
    return f"`{part[:20]}…` is longer than 200 bytes" if len(part.encode()) > 200 else ""


def earlier_path(path: str, fingerprint: str) -> str:
    """Return where a file that a newer purchase replaces is kept: `.earlier/<folder>/<stem>.<8 hex>.<ext>`."""
    old = PurePosixPath(path)
    return str(PurePosixPath(EARLIER) / old.parent / f"{old.stem}.{fingerprint[:8]}{old.suffix}")
