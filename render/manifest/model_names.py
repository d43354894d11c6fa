"""Finds the model that a name in a manifest leads to, and says what is wrong with a name that leads to none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.manifest.findings import listed

if TYPE_CHECKING:
    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec
    from render.manifest.findings import Findings, Path

_LANES = ("aimlapi", "runware")


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """What a name of a model leads to."""

    spec: ModelSpec
    full_id: str


class ModelNames:
    """The names of models in one file of a manifest, each looked up once."""

    def __init__(self, catalog: Catalog, findings: Findings) -> None:
        self._catalog = catalog
        self._findings = findings
        #: None for a name under which there is no model
        self._found: dict[str, Named | None] = {}

    def find(self, name: str, path: Path, *, of_key: bool = False) -> Named | None:
        """Return what the name at `path` leads to, or report that it leads nowhere."""
        if name not in self._found:
            spec = self._catalog.find(name)
            is_known = spec is not None and self._catalog.near_miss(name) is None
            self._found[name] = Named(spec=spec, full_id=self._catalog.full_id(name)) if spec and is_known else None
        named = self._found[name]
        if named is None:
            tell_unknown_model(name, path, self._catalog, self._findings, of_key=of_key)
        return named


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
