"""Merges what stands above a shot into it, and remembers for each value where it was written.

Precedence, weakest first: `defaults`, `model_defaults`, presets from left to right, the shot itself. A stronger value
replaces a weaker one whole, nested mappings included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.catalog.names import VOCABULARY
from render.layout import DEFAULT_OUTPUT
from render.manifest.findings import listed
from render.manifest.phrases import like
from render.wish import Shot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec
    from render.manifest.findings import Findings, Path

#: keys of a shot that are ours; everything else is a parameter of its model
SHOT_KEYS = frozenset(
    {"id", "model", "vars", "title", "notes", "tags", "enabled", "preset", "takes", "output", "matrix", "zip"}
)
#: leaving these out silently would surprise an author
_MISSED = ("seed", "negative_prompt")
_LANES = ("aimlapi", "runware")


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """A shot with everything merged in, its model's spec, and where each of its values stands."""

    shot: Shot
    spec: ModelSpec
    path: Path
    origins: Mapping[str, Path]
    #: where its spec is from
    catalog: Catalog


def mapping(value: Any) -> dict[str, Any]:
    """Return `value` if it is a mapping, else an empty one: what it should have been is the schema's to say."""
    return value if isinstance(value, dict) else {}


class Resolver:
    """Resolves the shots of one manifest against one catalog."""

    def __init__(self, data: Mapping[str, Any], catalog: Catalog, findings: Findings) -> None:
        self._data = data
        self._catalog = catalog
        self._findings = findings
        self._specs: dict[str, ModelSpec | None] = {}
        self._defaults = mapping(data.get("defaults"))
        self._presets = mapping(data.get("presets"))
        self._model_defaults = self._read_model_defaults()
        self._file_vars = _texts(mapping(data.get("vars")))
        output = data.get("output")
        self._output = output if isinstance(output, str) else DEFAULT_OUTPUT

    def shots(self) -> Iterator[Resolved]:
        """Yield the shots that can be resolved, in file order; what is wrong with the others goes to the findings."""
        shots = self._data.get("shots")
        for index, raw in enumerate(shots if isinstance(shots, list) else ()):
            resolved = self._shot(raw, ("shots", index)) if isinstance(raw, dict) else None
            if resolved is not None:
                yield resolved

    def _shot(self, raw: Mapping[str, Any], path: Path) -> Resolved | None:
        presets = self._preset_names(raw, path)
        name, model_path = self._model_name(raw, path, presets)
        if name is None:
            hint = "give it one, or put one in `defaults`"
            self._findings.add((*path, "model"), "required", "this shot has no `model`", hint=hint)
            return None
        spec = self._spec(name, model_path)
        if spec is None:
            return None
        model = self._catalog.full_id(name)
        params, origins = self._merge(raw, path, presets, (model, spec))
        shot = self._freeze(raw, path, model, params)
        return Resolved(shot=shot, spec=spec, path=path, origins=origins, catalog=self._catalog)

    def _freeze(self, raw: Mapping[str, Any], path: Path, model: str, params: Mapping[str, Any]) -> Shot:
        takes, tags, output, shot_id = raw.get("takes", 1), raw.get("tags", ()), raw.get("output"), raw.get("id")
        variables = {**self._file_vars, **_texts(mapping(raw.get("vars")))}
        return Shot(
            id=str(shot_id) if shot_id is not None else "",
            model=model,
            params=params,
            variables=variables,
            tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
            enabled=raw.get("enabled", True) is not False,
            takes=takes if isinstance(takes, int) and not isinstance(takes, bool) and 1 <= takes <= 99 else 1,
            output=output if isinstance(output, str) else self._output,
            place=self._findings.source.place(path),
        )

    def _preset_names(self, raw: Mapping[str, Any], path: Path) -> tuple[str, ...]:
        named = raw.get("preset", ())
        names = [(named, (*path, "preset"))] if isinstance(named, str) else []
        if isinstance(named, list):
            names = [(name, (*path, "preset", at)) for at, name in enumerate(named) if isinstance(name, str)]
        for name, name_path in names:
            if name not in self._presets:
                known = f"there are {listed(self._presets)}" if self._presets else "there are no `presets` in this file"
                hint = like(name, self._presets) or known
                self._findings.add(name_path, "unknown-preset", f"there is no preset `{name}`", hint=hint)
        return tuple(name for name, _ in names if name in self._presets)

    def _model_name(self, raw: Mapping[str, Any], path: Path, presets: tuple[str, ...]) -> tuple[str | None, Path]:
        sources: list[tuple[Mapping[str, Any], Path]] = [(raw, path)]
        sources += [(mapping(self._presets[name]), ("presets", name)) for name in reversed(presets)]
        sources.append((self._defaults, ("defaults",)))
        for holder, holder_path in sources:
            if isinstance(holder.get("model"), str):
                return holder["model"], (*holder_path, "model")
        return None, path

    def _spec(self, name: str, path: Path) -> ModelSpec | None:
        if name not in self._specs:
            self._specs[name] = self._catalog.find(name)
        spec, meant = self._specs[name], self._catalog.near_miss(name)
        if spec is None or meant is not None:
            self._tell_unknown(name, path)
            return None
        if spec.matches:
            self._findings.warn(
                path,
                "general-rules",
                f"`{name}` is not in the catalog: it is checked by the general rules of the provider only",
                hint="`render models` lists the models that are known in full",
            )
        return spec

    def _read_model_defaults(self) -> dict[str, tuple[str, Mapping[str, Any]]]:
        by_id: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for name, params in mapping(self._data.get("model_defaults")).items():
            path: Path = ("model_defaults", name)
            if self._catalog.find(name) is None or self._catalog.near_miss(name):
                self._tell_unknown(name, path, of_key=True)
            full_id = self._catalog.full_id(name)
            if full_id in by_id:
                first = by_id[full_id][0]
                message = f"`{name}` and `{first}` are one model"
                self._findings.add(path, "duplicate-model", message, hint="write its defaults once", of_key=True)
            by_id.setdefault(full_id, (name, mapping(params)))
        return by_id

    def _tell_unknown(self, name: str, path: Path, *, of_key: bool = False) -> None:
        tell_unknown_model(name, path, self._catalog, self._findings, of_key=of_key)

    def _merge(
        self, raw: Mapping[str, Any], path: Path, presets: tuple[str, ...], model: tuple[str, ModelSpec]
    ) -> tuple[dict[str, Any], dict[str, Path]]:
        """Lay the sources over one another; each value comes with where it stands."""
        params: dict[str, Any] = {}
        origins: dict[str, Path] = {}
        for source, source_path in self._layers(raw, path, presets, model):
            for key, value in source.items():
                params[key] = value
                origins[key] = (*source_path, key)
        return params, origins

    def _layers(
        self, raw: Mapping[str, Any], path: Path, presets: tuple[str, ...], model: tuple[str, ModelSpec]
    ) -> Iterator[tuple[Mapping[str, Any], Path]]:
        model_id, spec = model
        yield self._fitting_defaults(model_id, spec), ("defaults",)
        if model_id in self._model_defaults:
            name, params = self._model_defaults[model_id]
            yield params, ("model_defaults", name)
        for preset in presets:
            yield _without_model(mapping(self._presets[preset])), ("presets", preset)
        yield {key: value for key, value in raw.items() if key not in SHOT_KEYS}, path

    def _fitting_defaults(self, model_id: str, spec: ModelSpec) -> dict[str, Any]:
        """Leave out what the shot's model does not take, with a word where the author would miss it."""
        taken = {param.name for param in spec.params}
        for name in _MISSED:
            if name in self._defaults and name not in taken:
                message = f"`{name}` has no effect on shots of {spec.aliases[0] if spec.aliases else model_id}"
                self._findings.warn(("defaults", name), "left-out", message, hint="that model does not take it")
        # a name that no model knows is kept, so that it is reported as unknown
        return {
            name: value
            for name, value in self._defaults.items()
            if name != "model" and (name in taken or not self._is_a_parameter(name))
        }

    def _is_a_parameter(self, name: str) -> bool:
        return name in VOCABULARY or any(spec.param(name) is not None for spec in self._catalog.specs)


def tell_unknown_model(name: str, path: Path, catalog: Catalog, findings: Findings, *, of_key: bool = False) -> None:
    """Report a name under which there is no model, with the known ones most like it."""
    lane, _, rest = name.partition("/")
    if lane in _LANES and catalog.find(rest) is not None:
        message = f"`{lane}/` before a model is not read yet"
        findings.add(path, "not-yet", message, hint=f"write `{rest}`", of_key=of_key)
        return
    meant = catalog.near_miss(name)
    nearest = (meant,) if meant else catalog.nearest(name[:100])
    hint = f"did you mean {listed(nearest)}? `render models` lists them all"
    findings.add(path, "unknown-model", f"there is no model `{name}`", hint=hint, of_key=of_key)


def _without_model(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "model"}


def _texts(variables: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in variables.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
