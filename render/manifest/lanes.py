"""Reads what a manifest says of each provider's lane, and checks the models named there.

Knows the words of `providers`; how a lane is run is not its business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.manifest.keys import mapping
from render.manifest.model_names import tell_unknown_model
from render.wish import LaneWish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.catalog.load import Catalog
    from render.manifest.findings import Findings, Path


def check_lanes(data: Mapping[str, Any], catalog: Catalog, findings: Findings) -> None:
    """Report prices of models that are not known, stand twice, or are sold elsewhere."""
    for lane, settings in mapping(data.get("providers")).items():
        priced: dict[str, str] = {}
        for name in mapping(mapping(settings).get("price")):
            path: Path = ("providers", lane, "price", name)
            _check_model(str(name), path, catalog, findings)
            first = priced.setdefault(catalog.full_id(str(name)), str(name))
            if first != name:
                message = f"`{name}` and `{first}` are one model"
                findings.add(path, "duplicate-model", message, hint="write its price once", of_key=True)


def _check_model(name: str, path: Path, catalog: Catalog, findings: Findings) -> None:
    spec, lane = catalog.find(name), path[1]
    if spec is None or catalog.near_miss(name):
        tell_unknown_model(name, path, catalog, findings, of_key=True)
    elif spec.provider != lane:
        message = f"`{name}` is bought from {spec.provider}, not from {lane}"
        findings.add(path, "other-provider", message, hint=f"move it to `providers: {spec.provider}:`", of_key=True)


def read_lanes(data: Mapping[str, Any], catalog: Catalog) -> tuple[LaneWish, ...]:
    """Return the lanes of a manifest that is in order."""
    return tuple(_lane(name, mapping(lane), catalog) for name, lane in mapping(data.get("providers")).items())


def _lane(name: str, settings: Mapping[str, Any], catalog: Catalog) -> LaneWish:
    prices = mapping(settings.get("price"))
    return LaneWish(
        name=name,
        concurrency=settings.get("concurrency"),
        poll_batch=settings.get("poll_batch"),
        is_free=settings.get("free", False),
        prices={catalog.full_id(model): float(usd) for model, usd in prices.items()},
        adopts_from_log=settings.get("adopt_from_log", False),
        allow_hosts=tuple(host.lower() for host in settings.get("allow_hosts", ())),
    )
