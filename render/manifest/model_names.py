"""Finds the model and the lane that a name in a manifest leads to, and says what is wrong with one that leads to none.

`studio/kandinsky-5-lite` is a model in a lane where `studio` is one; any other slash belongs to the name of a model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from render.manifest.findings import listed
from render.manifest.phrases import like

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec
    from render.manifest.findings import Findings, Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """What a name of a model leads to."""

    spec: ModelSpec
    full_id: str
    #: the lane it names, else the one called as the model's provider
    lane: str


class ModelNames:
    """The names of models in one file of a manifest, each looked up once; `lanes` is the kind of each lane by name."""

    def __init__(self, catalog: Catalog, findings: Findings, lanes: Mapping[str, str]) -> None:
        self._catalog = catalog
        self._findings = findings
        self._lanes = lanes
        #: None for a name under which there is no model
        self._found: dict[str, Named | None] = {}

    def find(self, name: str, path: Path) -> Named | None:
        """Return what the name at `path` leads to, or report that it leads nowhere."""
        if name not in self._found:
            lane, model = parted(name, self._catalog, self._lanes)
            named = _named(model, self._catalog)
            is_sold = named is not None and (not lane or self._lanes[lane] == named.spec.provider)
            self._found[name] = replace(named, lane=lane or named.lane) if named and is_sold else None
        found = self._found[name]
        if found is None:
            self._tell(name, path)
        return found

    def _tell(self, name: str, path: Path) -> None:
        lane, model = parted(name, self._catalog, self._lanes)
        other, _, rest = name.partition("/")
        named = _named(model, self._catalog)
        if named is not None:
            kind, provider = self._lanes[lane], named.spec.provider
            message = f"`{model}` is bought from {provider}, and `{lane}` is a lane of {kind}"
            hint = f"write `{model}`, or name a lane of {provider}"
            self._findings.add(path, "other-provider", message, hint=hint)
        elif not lane and rest and _named(rest, self._catalog) is not None:
            meant = like(other, self._lanes) or f"there are {listed(self._lanes)}"
            hint = f"lanes of your own stand under `providers`; {meant}"
            self._findings.add(path, "unknown-lane", f"there is no lane `{other}`", hint=hint)
        else:
            hint = _hint(model, self._catalog, before=f"{lane}/" if lane else "")
            self._findings.add(path, "unknown-model", f"there is no model `{model}`", hint=hint)


def parted(name: str, catalog: Catalog, lanes: Mapping[str, str]) -> tuple[str, str]:
    """Return the lane that a name begins with, or "", and the model behind it."""
    lane, slash, model = name.partition("/")
    return (lane, model) if slash and lane in lanes and name not in catalog.names else ("", name)


def check_model_key(name: str, path: Path, catalog: Catalog, findings: Findings) -> ModelSpec | None:
    """Return the spec of the model that the key at `path` names, or report that it names none, or a lane as well."""
    named = _named(name, catalog)
    lane, _, model = name.partition("/")
    if named is None and model and _named(model, catalog) is not None:
        hint = f"write `{model}`; a lane is named under `model` alone, or by its own key under `providers`"
        findings.add(path, "unknown-model", f"no lane is named here: `{lane}/`", hint=hint, of_key=True)
    elif named is None:
        findings.add(path, "unknown-model", f"there is no model `{name}`", hint=_hint(name, catalog), of_key=True)
    return named.spec if named else None


def _named(model: str, catalog: Catalog) -> Named | None:
    spec = catalog.find(model)
    if spec is None or catalog.near_miss(model) is not None:
        return None
    return Named(spec=spec, full_id=catalog.full_id(model), lane=spec.provider)


def _hint(model: str, catalog: Catalog, *, before: str = "") -> str:
    """Name the known models that are most like one that is not known."""
    meant = catalog.near_miss(model)
    nearest = (meant,) if meant else catalog.nearest(model[:100])
    return f"did you mean {listed(before + one for one in nearest)}? `render models` lists them all"
