"""Puts texts that stand in files of their own, `prompt: {file: prompts/fog.txt}`, where the manifest names them.

Each file is read once. From then on nothing tells such a text from one that was written in the manifest.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.catalog.names import TEXTS
from render.errors import SettingsError
from render.manifest.keys import mapping
from render.manifest.named import Unusable, shown_path
from render.wish import Problem
from render.yaml_text import decode, excerpted, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path as FilePath

    from render.manifest.files import ManifestFile
    from render.manifest.findings import Findings, Path
    from render.manifest.named import NamedFiles

MAX_TEXT_BYTES = 1024 * 1024


def put_texts_in(files: Iterable[ManifestFile], named: NamedFiles, findings: Findings) -> None:
    """Replace every `{file: …}` in the data of `files` by its text; what cannot be read stays, and is reported."""
    texts = _Texts(named, findings)
    for file in files:
        for holder, path in _holders(file):
            texts.put_in(holder, path, file)


def _holders(file: ManifestFile) -> Iterator[tuple[dict[str, Any], Path]]:
    """Yield every mapping that may hold parameters, each with its path."""
    prefix, data = file.prefix, file.data
    yield mapping(data.get("defaults")), (*prefix, "defaults")
    for key in ("model_defaults", "presets"):
        for name, params in mapping(data.get(key)).items():
            yield mapping(params), (*prefix, key, name)
    for path, raw in file.raw_shots():
        yield raw, path
        for group in ("matrix", "zip"):
            if group in raw:
                yield mapping(raw[group]), (*path, group)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    file: str
    text: str


class _Texts:
    def __init__(self, named: NamedFiles, findings: Findings) -> None:
        self._named = named
        self._findings = findings
        #: by what the links lead to; None where there is something wrong with it
        self._read: dict[str, _Text | Unusable | None] = {}

    def put_in(self, holder: dict[str, Any], path: Path, file: ManifestFile) -> None:
        """Replace what stands under the name of a text, and among the values of an axis of that name."""
        for name in TEXTS:
            value = holder.get(name)
            if isinstance(value, dict):
                self._put(holder, name, (*path, name), file)
            elif isinstance(value, list):
                for at, _ in enumerate(value):
                    self._put(value, at, (*path, name, at), file)

    def _put(self, holder: Any, at: str | int, path: Path, file: ManifestFile) -> None:
        value = holder[at]
        if not isinstance(value, dict) or value.keys() != {"file"} or not isinstance(value["file"], str):
            return
        text = self._text(value["file"], file)
        if isinstance(text, _Text):
            holder[at] = text.text
            self._findings.admit_text(path, text.file, text.text)
            return
        self._findings.mark(path)
        if text is not None:
            self._findings.add((*path, "file"), text.rule, text.message, hint=text.hint)

    def _text(self, name: str, file: ManifestFile) -> _Text | Unusable | None:
        found = self._named.find(name, beside=file.path)
        if isinstance(found, Unusable):
            return found
        real = os.path.realpath(found)
        if real not in self._read:
            self._read[real] = self._read_text(found)
        return self._read[real]

    def _read_text(self, path: FilePath) -> _Text | Unusable | None:
        try:
            content = read_bytes(str(path), most=MAX_TEXT_BYTES)
        except SettingsError as error:
            return Unusable(rule="missing-file", message=error.message, hint="a text is a regular file")
        text = decode(content, file=shown_path(path))
        if isinstance(text, Problem):
            self._findings.tell(excerpted(text, content))
            return None
        ours = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
        return _Text(file=shown_path(path), text=ours)
