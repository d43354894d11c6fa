"""Makes shots of what stands in one file of a manifest: everything above merged in, variables gathered, axes read.

Which values win, and where each was written, is for `above` to say; what axes make of a shot is for `varied`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from render.layout import DEFAULT_OUTPUT
from render.manifest.above import Above
from render.manifest.axes import NO_AXES
from render.manifest.keys import texts
from render.manifest.resolved import Authored, Resolved
from render.manifest.varied import Variation
from render.variables import fill_in, variables_in
from render.wish import Shot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.catalog.load import Catalog
    from render.manifest.axes import AxisReader, ReadAxes
    from render.manifest.files import ManifestFile
    from render.manifest.findings import Findings, Path
    from render.manifest.resolved import Merged


class Resolver:
    """Resolves the shots of one file of a manifest against one catalog."""

    def __init__(self, file: ManifestFile, catalog: Catalog, findings: Findings, axes: AxisReader) -> None:
        self._file = file
        self._catalog = catalog
        self._axes = axes
        self._overrides = axes.overrides
        self._above = Above(file, catalog, findings, axes.overrides)
        self._file_vars = {name: text for layer, _ in file.layers("vars") for name, text in texts(layer).items()}
        self._used_above: set[str] | None = None
        output = file.first.data.get("output")
        self._output = output if isinstance(output, str) else DEFAULT_OUTPUT

    def shots(self) -> Iterator[Resolved]:
        """Yield the shots that can be resolved, in file order; what is wrong with the others goes to the findings."""
        for path, raw in self._file.raw_shots():
            variables = {**self._file_vars, **texts(raw.get("vars")), **self._overrides.variables}
            if "matrix" not in raw and "zip" not in raw:
                merged = self._above.merged(raw, path)
                if merged is not None:
                    yield self._only(raw, path, merged, variables)
            else:
                yield from self._varied(raw, path, variables)

    def _only(self, raw: Mapping[str, Any], path: Path, merged: Merged, variables: Mapping[str, str]) -> Resolved:
        """Return the only shot that an entry without axes makes."""
        like = self._like(raw, variables, merged)
        authored = self._authored(raw, path, like, NO_AXES)
        if "${" in like.id or "${" in like.output:
            like = replace(like, id=fill_in(like.id, variables), output=fill_in(like.output, variables))
        return Resolved(shot=like, spec=merged.spec, origins=merged.origins, catalog=self._catalog, authored=authored)

    def _varied(self, raw: Mapping[str, Any], path: Path, variables: Mapping[str, str]) -> Iterator[Resolved]:
        """Yield what its axes make of the shot at `path`."""
        read = self._axes.read(raw, path, lambda: {*variables, *self._used_in(raw)})
        if read is not None:
            like = self._like(raw, variables)
            authored = self._authored(raw, path, like, read)
            variation = Variation(authored, like, lambda steering: self._above.merged(raw, path, steering))
            yield from variation.shots(self._catalog, most=read.most)

    def _used_in(self, raw: Mapping[str, Any]) -> set[str]:
        """Return the variables that the texts of a shot may name, those of everything above it included."""
        if self._used_above is None:
            self._used_above = variables_in(self._file.above_shots())
        return self._used_above | variables_in(raw)

    def _authored(self, raw: Mapping[str, Any], path: Path, like: Shot, read: ReadAxes) -> Authored:
        return Authored(
            path=path,
            id=like.id,
            output=like.output,
            output_path=(*path, "output") if isinstance(raw.get("output"), str) else ("output",),
            axes=read.axes,
            axis_paths=read.paths,
        )

    def _like(self, raw: Mapping[str, Any], variables: Mapping[str, str], merged: Merged | None = None) -> Shot:
        """Freeze what is the same in all that the axes of a shot make of it, `${…}` in texts left as it is."""
        takes, tags, output, shot_id = raw.get("takes", 1), raw.get("tags", ()), raw.get("output"), raw.get("id")
        return Shot(
            id=str(shot_id) if shot_id is not None else "",
            model=merged.model if merged else "",
            lane=merged.lane if merged else "",
            params=merged.params if merged else {},
            variables=variables,
            tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
            enabled=raw.get("enabled", True) is not False,
            takes=takes if type(takes) is int and 1 <= takes <= 99 else 1,
            output=output if isinstance(output, str) else self._output,
        )
