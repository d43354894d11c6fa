"""Reads the one file of `render serve --config`, in which every key may be left out.

host, port, state, keys, public_base, threads, max_body_bytes, sync_timeout_s, allowed_hosts
engine: procedural | fixed        file_bytes: 2000000
latency:  [{provider: aimlapi, uniform: [1, 2]}, {model: "runware:210@1", lognormal: {median: 30, sigma: 0.4},
            workers: 2}, {fixed: 0.5}]
prices:   [{model: "runware:210@1", usd: 0.25, noise: 0.05}, {provider: aimlapi, factor: 2}]
failures: [{provider: runware, rate: 0.05, code: timeoutProvider}, {prompt: "fail me", code: contentPolicyViolation}]
credit:   {runware: {usd: 10, refunds_failed: false}, aimlapi: {usd: 5}}
switches: {runware: {unknown_id: not_found}, aimlapi: {words: legacy}}
faults:   a list, as `--faults` reads it from a file of its own
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from render.server.credit import Account
from render.server.faults.reading import read_faults
from render.server.rules import FailureRule, LatencyRule, PriceRule
from render.server.strict_yaml import ConfigError, load_yaml, read_record
from render.server.switches import Switches

__all__ = ["ConfigError", "load_config"]

#: where a key of the file has another name than the field of `ServerOptions`
_FIELDS = {"state": "state_dir", "threads": "drawing_threads"}
_PROVIDERS = {"", "runware", "aimlapi"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Config:
    """What the file may say; None for what it does not."""

    host: str | None = None
    port: int | None = None
    state: str | None = None
    keys: frozenset[str] | None = None
    public_base: str | None = None
    engine: Literal["procedural", "fixed"] | None = None
    file_bytes: int | None = None
    threads: int | None = None
    max_body_bytes: int | None = None
    sync_timeout_s: float | None = None
    allowed_hosts: frozenset[str] | None = None
    latency: tuple[LatencyRule, ...] | None = None
    prices: tuple[PriceRule, ...] | None = None
    failures: tuple[FailureRule, ...] | None = None
    credit: Mapping[str, Account] | None = None
    switches: Switches | None = None

    def __post_init__(self) -> None:
        rules = [*(self.latency or ()), *(self.prices or ()), *(self.failures or ())]
        named = {*(self.credit or {}), *(rule.provider for rule in rules)}
        if not named <= _PROVIDERS:
            raise ValueError(f"no provider is called {min(named - _PROVIDERS)}; known are runware, aimlapi")
        for name, least in (("port", 0), ("threads", 1), ("file_bytes", 0), ("max_body_bytes", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} must be {least} or more")


def load_config(path: Path) -> dict[str, Any]:
    """The fields of `ServerOptions` that a file sets; folders in it are relative to the file's own.

    Raises:
        ConfigError: the file cannot be followed.
    """
    data = load_yaml(path)
    data = {} if data is None else data
    faults = data.pop("faults", None) if isinstance(data, dict) else None
    config = read_record(_Config, data, where=str(path))
    fields = {name: getattr(config, name) for name in data if getattr(config, name) is not None}
    options = {_FIELDS.get(name, name): value for name, value in fields.items()}
    if "state_dir" in options:
        options["state_dir"] = path.parent / options["state_dir"]
    if faults is not None:
        options["faults"] = read_faults(faults, where=f"{path}.faults")
    return options
