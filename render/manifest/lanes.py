"""Reads what a manifest says of each lane, and checks their names and the models named there.

Knows the words of `providers`; how a lane is run is not its business.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.lanes import KINDS, LANE_NAME, key_variable, variables_of
from render.manifest.findings import listed
from render.manifest.keys import mapping
from render.manifest.model_names import check_model_key
from render.manifest.phrases import like
from render.wish import LaneWish

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.catalog.load import Catalog
    from render.manifest.findings import Findings, Path

_NAME = re.compile(rf"{LANE_NAME}\Z")


def lane_kinds(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the kind of every lane by name: of those of the providers' own names, and of those that are declared."""
    declared = {name: mapping(lane).get("kind") for name, lane in mapping(data.get("providers")).items()}
    kinds = {name: kind for name, kind in declared.items() if isinstance(kind, str) and kind in KINDS}
    return kinds | {kind: kind for kind in KINDS}


def check_lanes(data: Mapping[str, Any], catalog: Catalog, findings: Findings) -> None:
    """Report lanes that cannot be called so, and prices of models that are unknown, there twice, or sold elsewhere."""
    _check_names(data, catalog, findings)
    kinds = lane_kinds(data)
    for lane, settings in mapping(data.get("providers")).items():
        priced: dict[str, str] = {}
        for name in mapping(mapping(settings).get("price")):
            path: Path = ("providers", lane, "price", name)
            _check_model(str(name), path, catalog, findings, kind=kinds.get(lane, ""))
            first = priced.setdefault(catalog.full_id(str(name)), str(name))
            if first != name:
                message = f"`{name}` and `{first}` are one model"
                findings.add(path, "duplicate-model", message, hint="write its price once", of_key=True)


def _check_names(data: Mapping[str, Any], catalog: Catalog, findings: Findings) -> None:
    owners = {variables_of(kind): kind for kind in KINDS}
    hidden = {name.partition("/")[0]: name for name in catalog.names if "/" in name}
    for lane, settings in _own_lanes(data):
        path: Path = ("providers", lane)
        if "kind" not in settings:
            _tell_no_kind(lane, path, findings)
        first = owners.setdefault(variables_of(lane), lane)
        if first != lane:
            message = f"`{lane}` and `{first}` would both read {key_variable(lane)}"
            hint = "give one of them a name that differs in more than `-` and `_`"
            findings.add(path, "lane-name", message, hint=hint, of_key=True)
        if lane in hidden:
            message = f"`{lane}/` begins the id of a model, `{hidden[lane]}`"
            findings.add(path, "lane-name", message, hint=f"call it another name, like `{lane}-lane`", of_key=True)


def _own_lanes(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the lanes that are not called as a provider, those left out of which the schema has nothing good to say."""
    for name, settings in mapping(data.get("providers")).items():
        if name not in KINDS and _NAME.match(str(name)) and isinstance(settings, dict):
            yield name, settings


def _tell_no_kind(lane: str, path: Path, findings: Findings) -> None:
    meant = like(lane, KINDS) or f"there are {listed(KINDS)}"
    hint = f"a lane of your own says whose API it speaks, like `kind: runware`; {meant}"
    findings.add(path, "unknown-provider", f"there is no provider `{lane}`", hint=hint, of_key=True)
    findings.mark((*path, "kind"))


def _check_model(name: str, path: Path, catalog: Catalog, findings: Findings, *, kind: str) -> None:
    spec, lane = check_model_key(name, path, catalog, findings), path[1]
    if spec is not None and kind and spec.provider != kind:
        other = f"not from {kind}" if lane == kind else f"and `{lane}` is a lane of {kind}"
        message = f"`{name}` is bought from {spec.provider}, {other}"
        findings.add(path, "other-provider", message, hint=f"move it to `providers: {spec.provider}:`", of_key=True)


def read_lanes(data: Mapping[str, Any], catalog: Catalog) -> tuple[LaneWish, ...]:
    """Return the lanes of a manifest that is in order."""
    return tuple(_lane(name, mapping(lane), catalog) for name, lane in mapping(data.get("providers")).items())


def _lane(name: str, settings: Mapping[str, Any], catalog: Catalog) -> LaneWish:
    prices = mapping(settings.get("price"))
    return LaneWish(
        name=name,
        kind=settings.get("kind", name),
        concurrency=settings.get("concurrency"),
        poll_batch=settings.get("poll_batch"),
        is_free=settings.get("free", False),
        prices={catalog.full_id(model): float(usd) for model, usd in prices.items()},
        adopts_from_log=settings.get("adopt_from_log", False),
        allow_hosts=tuple(host.lower() for host in settings.get("allow_hosts", ())),
    )
