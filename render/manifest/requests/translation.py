"""Turns one raw request into our words, as its model's spec has them; whatever has none there is a problem."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from render.catalog.likeness import most_alike
from render.catalog.media import form_of
from render.catalog.names import ADDRESSES, RUNNER_OWNED
from render.catalog.spec import Kind
from render.manifest.findings import listed
from render.manifest.requests.json_text import plain
from render.providers.by_hand import take_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec, Param
    from render.manifest.requests.json_text import Json, Members
    from render.manifest.requests.raw import Raw, Spot
    from render.wish import Problem

MOST_TAKES = 99

_FROM_ENVIRONMENT = re.compile(r"(\$\{env\.[A-Za-z_][A-Za-z0-9_]*\})")
#: where Runware says what came of a request
_ONLY_IN_ANSWERS = frozenset({"videoURL", "imageURL", "videoUUID", "imageUUID", "status"})
_A_REQUEST = "a request for a render names its `model`"
_ADD_A_MODEL = "a spec of its own tells more about a model: --models DIR"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wished:
    """What one request asks for, in our words."""

    #: alias or full id
    model: str
    spec: ModelSpec
    #: as they stand in a manifest, `$${` included
    params: Mapping[str, Any]
    #: where the value of each stands
    spots: Mapping[str, Spot]
    #: where the request begins
    spot: Spot
    takes: int = 1
    #: of a request that was exported: what the takes of its shot have in common, and which one it is
    exported: tuple[str, int] | None = None

    def with_takes(self, takes: int) -> Wished:
        """Return the same with another number of takes."""
        return replace(self, takes=takes)


class Translator:
    """Translates requests, and collects what is wrong with them."""

    def __init__(self, catalog: Catalog, problems: list[Problem]) -> None:
        self._catalog = catalog
        self._problems = problems

    def wished(self, raw: Raw) -> Wished | None:
        """Return what a request asks for; None where its model is not known, and a problem says so."""
        spec = self._spec_of(raw)
        if spec is None:
            return None
        params: dict[str, Any] = {}
        spots: dict[str, Spot] = {"model": raw.spot(raw.members["model"].json.at)}
        rows = {row.wire: row for row in spec.params}
        for wire, member in raw.members.items():
            if wire in rows:
                params[rows[wire].name] = self._value(member.json, rows[wire], raw)
                spots[rows[wire].name] = raw.spot(member.json.at)
            elif wire not in {"model", *RUNNER_OWNED}:
                self._tell_strange(wire, raw.spot(member.key_at), spec.params, raw.members["model"].json.value)
        model = str(raw.members["model"].json.value)
        return Wished(
            model=spec.aliases[0] if spec.aliases and spec.id == model else model,
            spec=spec,
            params=params,
            spots=spots,
            spot=raw.spot(raw.at),
            takes=self._takes(raw),
            exported=take_in(_given(raw.members, "taskUUID")),
        )

    def _spec_of(self, raw: Raw) -> ModelSpec | None:
        task, model = _given(raw.members, "taskType"), _given(raw.members, "model")
        if not isinstance(model, str):
            self._problems.append(raw.spot(raw.at).problem(_what_it_is(raw.members), _A_REQUEST))
            return None
        spec = self._catalog.find(model)
        spot = raw.spot(raw.members["model"].json.at)
        if spec is None:
            hint = f"nearest: {listed(self._catalog.nearest(model))}; {_ADD_A_MODEL}"
            self._problems.append(spot.problem(f"there is no model `{model}`", hint))
        elif task is not None and task != spec.task:
            wanted = f"with `{spec.task}`" if spec.task else "without a `taskType`"
            whose = "a model without a spec" if spec.matches else f"`{model}`"
            message = f"{whose} is asked for {wanted}, not with `{task}`"
            self._problems.append(raw.spot(raw.members["taskType"].json.at).problem(message, _ADD_A_MODEL))
            return None
        return spec

    def _takes(self, raw: Raw) -> int:
        member = raw.members.get("numberResults")
        if member is None:
            return 1
        count = member.json.value
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_TAKES:
            message = "`numberResults` becomes `takes`, which is a whole number"
            self._problems.append(raw.spot(member.json.at).problem(message, f"1 to {MOST_TAKES}"))
            return 1
        return count

    def _value(self, json: Json, row: Param, raw: Raw) -> Any:
        value = json.value
        if row.media and not isinstance(value, dict):
            return self._inputs(json, row, raw)
        if row.fields and not row.is_open:
            if row.kind is Kind.OBJECT and isinstance(value, dict):
                return self._fields(value, row, raw)
            if row.kind is Kind.LIST and isinstance(value, list):
                return [
                    self._fields(item.value, row, raw) if isinstance(item.value, dict) else _written(plain(item))
                    for item in value
                ]
        if row.name in ADDRESSES and isinstance(value, str):
            return _address(value)
        if row.kind is Kind.INTEGER and isinstance(value, float) and value.is_integer():
            return int(value)
        return _written(plain(json))

    def _fields(self, members: Members, row: Param, raw: Raw) -> dict[str, Any]:
        rows = {field.wire: field for field in row.fields}
        made = {}
        for wire, member in members.items():
            if wire in rows:
                made[rows[wire].name] = self._value(member.json, rows[wire], raw)
            else:
                self._tell_strange(wire, raw.spot(member.key_at), row.fields, row.wire)
        return made

    def _inputs(self, json: Json, row: Param, raw: Raw) -> Any:
        """Return addresses and ids as they are; bytes in a text cannot be carried over."""
        items = json.value if isinstance(json.value, list) else [json]
        for item in items:
            if isinstance(item.value, str) and form_of(item.value) in {"bytes", "file"}:
                message = f"`{row.wire}` holds the bytes of a file, or one that only the sender knows"
                hint = f"save it as a file beside the manifest, and name that in `{row.name}`"
                self._problems.append(raw.spot(item.at).problem(message, hint))
        return _written(plain(json))

    def _tell_strange(self, wire: str, spot: Spot, rows: Sequence[Param], whose: Any) -> None:
        near = most_alike(wire, known=[row.wire for row in rows])
        hint = f"nearest: {listed(near)}; leave it out, or add it to a spec of the model: --models DIR"
        self._problems.append(spot.problem(f"`{whose}` takes no `{wire}` that is known here", hint))


def _what_it_is(members: Members) -> str:
    """Say what a request without a model is."""
    task = _given(members, "taskType")
    if _ONLY_IN_ANSWERS & members.keys():
        return "this is an answer, not a request"
    renders = task is None or str(task).endswith("Inference")
    return "this request names no model" if renders else f"`{task}` renders nothing"


def _given(members: Members, name: str) -> Any:
    return members[name].json.value if name in members else None


def _written(value: Any) -> Any:
    """Return a value as it is written in a manifest, where `${` begins a variable."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, dict):
        return {name: _written(inner) for name, inner in value.items()}
    return [_written(inner) for inner in value] if isinstance(value, list) else value


def _address(text: str) -> str:
    """Return an address, in which braces stand for something else but where they name the environment."""
    parts = _FROM_ENVIRONMENT.split(text)
    return "".join(part if at % 2 else part.replace("{", "%7B").replace("}", "%7D") for at, part in enumerate(parts))
