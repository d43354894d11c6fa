"""Knows what stands above the shots of one file (defaults, those of a model, presets) and lays the shots over it.

Precedence, weakest first: `defaults`, `model_defaults`, presets from left to right; a stronger value replaces a weaker
one whole, nested mappings included. Most shots of a file have the same above them, so that is merged once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from render.axes import AxisKind
from render.catalog.names import VOCABULARY
from render.manifest.findings import listed
from render.manifest.keys import SHOT_KEYS, mapping
from render.manifest.lanes import lane_kinds
from render.manifest.model_names import ModelNames, check_model_key
from render.manifest.overrides import SET
from render.manifest.phrases import like
from render.manifest.resolved import Merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec
    from render.manifest.files import ManifestFile
    from render.manifest.findings import Findings, Path
    from render.manifest.overrides import Overrides
    from render.manifest.varied import Steering

    Laid = tuple[dict[str, Any], dict[str, Path]]

#: leaving these out silently would surprise an author
_MISSED = ("seed", "negative_prompt")
_WORDS = {str, type(None)}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chosen:
    """The model and the presets of a shot."""

    presets: tuple[str, ...]
    #: full id
    model: str
    lane: str
    spec: ModelSpec
    #: where the model stands; nothing where that is in the shot itself
    model_path: Path


class Above:
    """What stands above the shots of one file."""

    def __init__(self, file: ManifestFile, catalog: Catalog, findings: Findings, overrides: Overrides) -> None:
        self._catalog = catalog
        self._findings = findings
        self._overrides = overrides
        self._models = ModelNames(catalog, findings, lane_kinds(file.first.data))
        self._defaults = file.layers("defaults")
        self._presets = {
            name: (mapping(preset), (*path, name))
            for layer, path in file.layers("presets")
            for name, preset in layer.items()
        }
        self._model_defaults = [self._read_model_defaults(*layer) for layer in file.layers("model_defaults")]
        #: by the words that stand under `model` and `preset` of a shot
        self._choices: dict[tuple[str | None, str | None], _Chosen] = {}
        self._laid: dict[tuple[str, tuple[str, ...]], Laid] = {}

    def merged(self, raw: Mapping[str, Any], path: Path, steering: Steering | None = None) -> Merged | None:
        """Lay a shot over what stands above it, for the model and the presets that its axes chose, if they did."""
        chosen = self._chosen(raw, path) if not steering else self._choose(raw, path, steering)
        if chosen is None:
            return None
        key = (chosen.model, chosen.presets)
        laid = self._laid.get(key)
        if laid is None:
            laid = self._laid[key] = _laid(self._layers(chosen))
        params, origins = laid[0].copy(), laid[1].copy()
        for name, value in raw.items():
            if name not in SHOT_KEYS:
                params[name] = value
                origins[name] = (*path, name)
        if self._overrides.params:
            for name, value in self._overrides.taken_by(chosen.spec).items():
                params[name], origins[name] = value, (SET, name)
        origins["model"] = chosen.model_path or (*path, "model")
        return Merged(model=chosen.model, lane=chosen.lane, spec=chosen.spec, params=params, origins=origins)

    def _chosen(self, raw: Mapping[str, Any], path: Path) -> _Chosen | None:
        """Find the model and the presets of a shot; those that stand in the same words were found once before."""
        model, preset = raw.get("model"), raw.get("preset")
        # faster than asking for `str | None`, and a manifest may have a hundred thousand shots
        if type(model) not in _WORDS or type(preset) not in _WORDS:
            return self._choose(raw, path, {})
        known = self._choices.get((model, preset))
        if known is not None:
            return known
        chosen = self._choose(raw, path, {})
        if chosen is not None and not chosen.spec.matches:
            chosen = replace(chosen, model_path=() if model is not None else chosen.model_path)
            self._choices[model, preset] = chosen
        return chosen

    def _choose(self, raw: Mapping[str, Any], path: Path, steering: Steering) -> _Chosen | None:
        named, named_path = steering.get(AxisKind.PRESET, (raw.get("preset", ()), (*path, "preset")))
        presets = self._preset_names(named, named_path)
        name, model_path = steering.get(AxisKind.MODEL) or self._model_name(raw, path, presets)
        if name is None:
            hint = "give it one, or put one in `defaults`"
            self._findings.add((*path, "model"), "required", "this shot has no `model`", hint=hint)
            return None
        found = self._models.find(name, model_path)
        if found is None:
            return None
        if found.spec.matches:
            message = f"`{name}` is not in the catalog: it is checked by the general rules of the provider only"
            hint = "`render models` lists the models that are known in full"
            self._findings.warn(model_path, "general-rules", message, hint=hint)
        return _Chosen(presets=presets, model=found.full_id, lane=found.lane, spec=found.spec, model_path=model_path)

    def _preset_names(self, named: Any, path: Path) -> tuple[str, ...]:
        names = [(named, path)] if isinstance(named, str) else []
        if isinstance(named, list):
            names = [(name, (*path, at)) for at, name in enumerate(named) if isinstance(name, str)]
        for name, name_path in names:
            if name not in self._presets:
                known = f"there are {listed(self._presets)}" if self._presets else "there are no `presets` in this file"
                hint = like(name, self._presets) or known
                self._findings.add(name_path, "unknown-preset", f"there is no preset `{name}`", hint=hint)
        return tuple(name for name, _ in names if name in self._presets)

    def _model_name(self, raw: Mapping[str, Any], path: Path, presets: tuple[str, ...]) -> tuple[str | None, Path]:
        sources: list[tuple[Mapping[str, Any], Path]] = [(raw, path)]
        sources += [self._presets[name] for name in reversed(presets)]
        sources += reversed(self._defaults)
        for holder, holder_path in sources:
            if isinstance(holder.get("model"), str):
                return holder["model"], (*holder_path, "model")
        return None, path

    def _read_model_defaults(
        self, layer: Mapping[str, Any], layer_path: Path
    ) -> dict[str, tuple[Mapping[str, Any], Path]]:
        by_id: dict[str, tuple[Mapping[str, Any], Path]] = {}
        for name, params in layer.items():
            path: Path = (*layer_path, name)
            check_model_key(name, path, self._catalog, self._findings)
            full_id = self._catalog.full_id(name)
            if full_id in by_id:
                first = by_id[full_id][1]
                message = f"`{name}` and `{first[-1]}` are one model"
                self._findings.add(path, "duplicate-model", message, hint="write its defaults once", of_key=True)
            by_id.setdefault(full_id, (mapping(params), path))
        return by_id

    def _layers(self, chosen: _Chosen) -> Iterator[tuple[Mapping[str, Any], Path]]:
        """Yield what stands above the shots of one model with these presets, weakest first."""
        for defaults, defaults_path in self._defaults:
            yield self._fitting_defaults(defaults, defaults_path, chosen.spec), defaults_path
        for by_id in self._model_defaults:
            if chosen.model in by_id:
                yield by_id[chosen.model]
        for preset in chosen.presets:
            yield self._presets[preset]

    def _fitting_defaults(self, defaults: Mapping[str, Any], path: Path, spec: ModelSpec) -> dict[str, Any]:
        """Leave out what the shot's model does not take, with a word where the author would miss it."""
        taken = {param.name for param in spec.params}
        for name in _MISSED:
            if name in defaults and name not in taken:
                message = f"`{name}` has no effect on shots of {spec.aliases[0] if spec.aliases else spec.id}"
                self._findings.warn((*path, name), "left-out", message, hint="that model does not take it")
        # a name that no model knows is kept, so that it is reported as unknown
        return {name: value for name, value in defaults.items() if name in taken or not self._is_a_parameter(name)}

    def _is_a_parameter(self, name: str) -> bool:
        return name in VOCABULARY or any(spec.param(name) is not None for spec in self._catalog.specs)


def _laid(layers: Iterable[tuple[Mapping[str, Any], Path]]) -> Laid:
    params: dict[str, Any] = {}
    origins: dict[str, Path] = {}
    for source, source_path in layers:
        for key, value in source.items():
            # what leads to the model is looked up by itself
            if key != "model":
                params[key] = value
                origins[key] = (*source_path, key)
    return params, origins
