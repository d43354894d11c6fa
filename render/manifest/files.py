"""Gathers the files of a manifest: the one that was opened, and what it includes, each once and in order.

Says what belongs in the first file alone. What the files say is checked elsewhere, at paths that begin with the number
of their file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from render.catalog.wording import shown
from render.errors import SettingsError
from render.manifest.cut_texts import tell_cut_texts
from render.manifest.named import Unusable, shown_path
from render.manifest.patterns import is_pattern
from render.yaml_source import read_source
from render.yaml_text import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path as FilePath

    from render.manifest.findings import Findings, Path
    from render.manifest.named import NamedFiles

MAX_NESTING = 8
MAX_FILES = 1000

#: what speaks of the project as a whole
_OF_THE_PROJECT = ("project", "budget_usd", "providers", "output")
#: keys of a file whose texts may become those of its shots
_ABOVE_SHOTS = ("defaults", "model_defaults", "presets", "output")


@dataclass(frozen=True, kw_only=True, slots=True)
class ManifestFile:
    """One file of a manifest, which holds a mapping."""

    path: FilePath
    data: Mapping[str, Any]
    #: what paths into its data begin with
    prefix: Path = ()
    #: the file that includes it
    above: ManifestFile | None = None
    _shots: tuple[tuple[Path, dict[str, Any]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number the shots once: everybody who looks at them wants their paths."""
        shots, prefix = self.data.get("shots"), (*self.prefix, "shots")
        numbered = enumerate(shots if isinstance(shots, list) else ())
        entries = tuple(((*prefix, index), raw) for index, raw in numbered if isinstance(raw, dict))
        object.__setattr__(self, "_shots", entries)

    @property
    def lineage(self) -> tuple[ManifestFile, ...]:
        """The files that lead to this one, the first file first and this one last."""
        return (self,) if self.above is None else (*self.above.lineage, self)

    @property
    def first(self) -> ManifestFile:
        """The file that was opened."""
        return self.lineage[0]

    def raw_shots(self) -> tuple[tuple[Path, dict[str, Any]], ...]:
        """Return the entries of `shots` that are mappings, each with its path."""
        return self._shots

    def above_shots(self) -> tuple[Any, ...]:
        """Return what stands above the shots of this file and may hold texts of theirs, files above it included."""
        return tuple(file.data.get(key) for file in self.lineage for key in _ABOVE_SHOTS)

    def layers(self, key: str) -> tuple[tuple[Mapping[str, Any], Path], ...]:
        """Return what stands under `key` here and in the files above, weakest first, each with its path."""
        found = ((file.data.get(key), (*file.prefix, key)) for file in self.lineage)
        return tuple((value, path) for value, path in found if isinstance(value, dict))


def gather(top: ManifestFile, named: NamedFiles, findings: Findings) -> tuple[ManifestFile, ...]:
    """Return `top` and every file it includes, in the order in which their shots stand."""
    gathering = _Gathering(top, named, findings)
    gathering.follow(top)
    for file in gathering.files[1:]:
        _check_keys(file, top, findings)
    return tuple(gathering.files)


class _Gathering:
    def __init__(self, top: ManifestFile, named: NamedFiles, findings: Findings) -> None:
        self.files = [top]
        self._named = named
        self._findings = findings
        #: where each file is included, by what tells it from all others whatever it is called
        self._places: dict[tuple[int, int], Path] = {_identity(top.path): ()}
        self._bytes = top.path.stat().st_size

    def follow(self, file: ManifestFile) -> None:
        """Take in what `file` includes, and what that includes in turn."""
        listed = file.data.get("include")
        for at, name in enumerate(listed if isinstance(listed, list) else ()):
            path: Path = (*file.prefix, "include", at)
            for found in self._found(name, file, path) if isinstance(name, str) else ():
                self._take_in(found, file, path)

    def _found(self, name: str, file: ManifestFile, path: Path) -> list[FilePath]:
        if is_pattern(name):
            found = self._named.matching(name, beside=file.path)
        else:
            one = self._named.find(name, beside=file.path)
            found = one if isinstance(one, Unusable) else [one]
        if isinstance(found, Unusable):
            self._findings.add(path, found.rule, found.message, hint=found.hint)
            return []
        return found

    def _take_in(self, found: FilePath, above: ManifestFile, path: Path) -> None:
        fault = self._fault(found, above)
        if fault is not None:
            self._findings.add(path, fault.rule, fault.message, hint=fault.hint)
            return
        try:
            source = read_source(str(found), shown_as=shown_path(found))
        except SettingsError as error:
            self._findings.add(path, "missing-file", error.message, hint="what is included is a file of shots")
            return
        self._places[_identity(found)] = path
        prefix = self._findings.admit(source)
        tell_cut_texts(source, self._findings)
        if isinstance(source.data, dict):
            file = ManifestFile(path=found, data=source.data, prefix=prefix, above=above)
            self.files.append(file)
            self.follow(file)
        elif not source.problems:
            self._findings.add(prefix, "structure", "a manifest is a mapping", hint="start it with `version: 1`")

    def _fault(self, found: FilePath, above: ManifestFile) -> Unusable | None:
        identity, lineage = _identity(found), above.lineage
        if identity in map(_identity, (file.path for file in lineage)):
            chain = " → ".join(file.path.name for file in (*lineage, ManifestFile(path=found, data={})))
            return Unusable(rule="include-cycle", message=f"this file includes itself: {chain}", hint="leave it out")
        if identity in self._places:
            place = self._findings.place(self._places[identity])
            message = f"{shown(found.name)} is included already, in {place.file} on line {place.line}"
            return Unusable(
                rule="included-twice", message=message, hint="its shots would be there twice: leave one out"
            )
        if len(lineage) > MAX_NESTING:
            message = f"files are included through more than {MAX_NESTING} others"
            return Unusable(rule="too-many-files", message=message, hint="include them from the first file")
        self._bytes += found.stat().st_size
        if len(self.files) >= MAX_FILES or self._bytes > MAX_BYTES:
            message = f"more than {MAX_FILES:,} files or {MAX_BYTES // 2**20} MiB in one project"
            return Unusable(rule="too-many-files", message=message, hint="split the project")
        return None


def _identity(path: FilePath) -> tuple[int, int]:
    about = path.stat()
    return about.st_dev, about.st_ino


def _check_keys(file: ManifestFile, top: ManifestFile, findings: Findings) -> None:
    """Report what only the first file may say."""
    for key, value in _said_of_the_project(file):
        ours, path = top.data.get(key), (*file.prefix, key)
        if key != "project":
            message = f"`{key}` holds for the whole project: it stands in {shown_path(top.path)} alone"
            findings.add(path, "first-file-only", message, hint="move it there", of_key=True)
        elif ours is not None and value != ours:
            message = f"{shown_path(top.path)}, which includes this file, says `project: {ours}`"
            findings.add(path, "first-file-only", message, hint="write the same here, or leave it out")


def _said_of_the_project(file: ManifestFile) -> Iterator[tuple[str, Any]]:
    return ((key, file.data[key]) for key in _OF_THE_PROJECT if key in file.data)
