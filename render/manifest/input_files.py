"""Finds the files that shots name as input, looks what each is, and digests it: from then on its digest speaks for it.

Each file is read once a load. Nothing is remembered from one load to the next: a file that was edited within the tick
of a clock would pass for the old one. Sends nothing, and keeps no bytes.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from render.catalog.media import file_data, form_of, kind_name, replaced, takes_media
from render.catalog.wording import shown
from render.containers.opening import PIECE_BYTES, open_ordinary
from render.errors import BytesRefusedError
from render.manifest.findings import listed
from render.manifest.named import Unusable
from render.variables import fill_in
from render.wish import InputFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import BufferedReader
    from pathlib import Path as FilePath

    from render.catalog.media import Steps
    from render.catalog.spec import ModelSpec, Param
    from render.manifest.files import ManifestFile
    from render.manifest.findings import Findings, Path
    from render.manifest.named import NamedFiles
    from render.manifest.resolved import Resolved

#: of one file, where a model's spec says nothing; the providers publish no bound, and requests hold a third more
MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """Shots in which files stand for what they hold, and these files, each digest once."""

    shots: tuple[Resolved, ...]
    files: tuple[InputFile, ...]


def put_files_in(
    files: Sequence[ManifestFile], shots: Sequence[Resolved], named: NamedFiles, findings: Findings
) -> Inputs:
    """Put what stands for it into the place of every file that a shot names; what cannot be used is reported."""
    reading = _Reading(files, named, findings)
    return Inputs(shots=tuple(map(reading.read, shots)), files=tuple(reading.by_digest.values()))


class _Reading:
    def __init__(self, files: Sequence[ManifestFile], named: NamedFiles, findings: Findings) -> None:
        self._beside = {file.prefix: file.path for file in files}
        self._top = files[0].path
        self._named = named
        self._findings = findings
        self._takers: dict[str, frozenset[str]] = {}
        self._read: dict[str, InputFile | Unusable] = {}
        self.by_digest: dict[str, InputFile] = {}

    def read(self, resolved: Resolved) -> Resolved:
        shot, spec = resolved.shot, resolved.spec
        if self._names(spec).isdisjoint(shot.params):
            return resolved

        def found(value: Any, param: Param, steps: Steps) -> Any:
            text = fill_in(value, shot.variables)
            if not isinstance(text, str) or form_of(text) != "file":
                return value
            return self._data(text, param, (*resolved.origins[str(steps[0])], *steps[1:]))

        return replace(resolved, shot=replace(shot, params=replaced(shot.params, spec.params, found)))

    def _names(self, spec: ModelSpec) -> frozenset[str]:
        if spec.id not in self._takers:
            self._takers[spec.id] = frozenset(param.name for param in spec.params if takes_media(param))
        return self._takers[spec.id]

    def _data(self, name: str, param: Param, path: Path) -> Any:
        if self._findings.is_told(path):
            return name
        read = self._file(name, path)
        fault = read if isinstance(read, Unusable) else _misfit(read, param)
        if fault is not None or isinstance(read, Unusable):
            wrong = fault or _UNREAD
            self._findings.add(path, wrong.rule, f"`{param.name}`: {wrong.message}", hint=wrong.hint)
            return name
        self.by_digest.setdefault(read.sha256, read)
        # texts are filled in once more when tasks are made
        written = name.replace("${", "$${")
        return file_data(name=written, sha256=read.sha256, size_bytes=read.size_bytes, media_type=read.media_type)

    def _file(self, name: str, path: Path) -> InputFile | Unusable:
        try:
            found = self._named.find(name, beside=self._beside.get(_prefix(path), self._top))
        except OSError as error:
            return _unreadable(name, error)
        if isinstance(found, Unusable):
            return found
        real = os.path.realpath(found)
        if real not in self._read:
            self._read[real] = read_input(found, name)
        return self._read[real]


def _prefix(path: Path) -> Path:
    """Return what paths begin with in the file that a path leads into."""
    return path[:1] if isinstance(path[0], int) else ()


_UNREAD = Unusable(rule="missing-file", message="it cannot be read")


def read_input(path: FilePath, name: str) -> InputFile | Unusable:
    """Look what the file at `path` is, and digest it; `name` is what the manifest calls it."""
    try:
        with open_ordinary(str(path)) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                return _too_large(name, size, MAX_BYTES)
            media_type = _media_type(file, size)
            digest, count = _digest(file)
    except OSError as error:
        return _unreadable(name, error)
    except BytesRefusedError as error:
        hint = "PNG, JPG, WEBP, MP4, MOV, WEBM, MP3, WAV, FLAC, OGG and M4A are read, by what they hold"
        return Unusable(rule="input", message=f"{shown(name)} is {error.message}", hint=hint)
    if count > MAX_BYTES:
        return _too_large(name, count, MAX_BYTES)
    absolute = os.path.abspath(path)  # noqa: PTH100 - links are followed again when it is sent
    return InputFile(path=absolute, name=name, sha256=digest, size_bytes=count, media_type=media_type)


def _media_type(file: BufferedReader, size: int) -> str:
    from render.containers.measure import measure  # noqa: PLC0415 - most manifests name no input
    from render.containers.sound import sound_type  # noqa: PLC0415 - as above

    opening = file.read(12)
    sound = sound_type(opening) if len(opening) == 12 else ""
    return sound or measure(file, size).media_type


def _digest(file: BufferedReader) -> tuple[str, int]:
    file.seek(0)
    digest, count = hashlib.sha256(), 0
    # what grows while it is read is given up with its first byte too many
    while count <= MAX_BYTES and (piece := file.read(PIECE_BYTES)):
        digest.update(piece)
        count += len(piece)
    return digest.hexdigest(), count


def _misfit(file: InputFile, param: Param) -> Unusable | None:
    most = param.max_bytes or MAX_BYTES
    if file.size_bytes > most:
        return _too_large(file.name, file.size_bytes, most)
    if file.media_type in param.media_types:
        return None
    medium, kind = file.media_type.partition("/")[0], kind_name(file.media_type)
    what = f"{kind} {'sound' if medium == 'audio' else medium}"
    hint = f"it takes {listed(map(kind_name, param.media_types))}"
    return Unusable(rule="input", message=f"{shown(file.name)} is a file of another kind: {what}", hint=hint)


def _too_large(name: str, size: int, most: int) -> Unusable:
    message = f"{shown(name)} has {size / 2**20:,.1f} MiB, and at most {most / 2**20:,.0f} MiB are sent"
    return Unusable(rule="input", message=message, hint="put it where the provider can fetch it, and name its address")


def _unreadable(name: str, error: OSError) -> Unusable:
    reason = error.strerror or "it cannot be opened"
    return Unusable(rule="missing-file", message=f"cannot read {shown(name)}: {reason}", hint="an input is a file")
