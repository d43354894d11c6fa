"""Derives the JSON Schema of a whole manifest, draft-07: the one editors read and `render validate` checks with.

A shot that names its model is held to that model's parameters, and so is one that leaves it to `defaults`. A shot
with a `preset` and no model of its own is held to the vocabulary alone, because the preset may set the model; the
finished task is checked against `params_schema` in any case. Given only the specs a manifest needs, the schema is
smaller and refuses the same, save that `defaults` may then give values of other models that only they could judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.lanes import KINDS, LANE_NAME
from render.schema.axes import AXIS, CHOOSES_ELSEWHERE, axes
from render.schema.keys import FILE_SNIPPETS, LANE, OUTPUT, OWN_KEYS, ROOT_KEYS, SHOT_SNIPPETS, VARS, Schema
from render.schema.models import in_any_lane, leads_to, model_name
from render.schema.parameters import authored
from render.schema.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from render.catalog.spec import ModelSpec


def manifest_schema(specs: Sequence[ModelSpec]) -> Schema:
    """Derive the schema of a manifest that may use the models of `specs`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Shot list of renderline, version 1",
        "defaultSnippets": FILE_SNIPPETS,
        "type": "object",
        "properties": dict(ROOT_KEYS),
        "required": ["version"],
        "additionalProperties": False,
        "allOf": [_SHOTS_OR_INCLUDE, *(_by_default(spec, specs) for spec in specs), _WITHOUT_DEFAULT],
        "definitions": dict(sorted(_definitions(specs).items())),
    }


def schema_text(specs: Sequence[ModelSpec]) -> str:
    """The exact text of the committed schema: definitions by name, two spaces, a final newline."""
    import json  # noqa: PLC0415  wanted only to print the schema, not to check with it

    return json.dumps(manifest_schema(specs), indent=2, ensure_ascii=False) + "\n"


def _definitions(specs: Sequence[ModelSpec]) -> dict[str, Schema]:
    names = vocabulary(specs)
    found: dict[str, Schema] = {
        "model": in_any_lane(specs),
        "model_name": model_name(specs),
        "vars": VARS,
        "output": OUTPUT,
        "lane": LANE,
        "axis": AXIS,
        "axes": axes(names),
        "any": _closed(names),
        "defaults": {
            **_closed({"model": {"$ref": "#/definitions/model"}, **_references("any", names)}),
            "markdownDescription": "Parameters for every shot that takes them; a shot's own value wins.",
        },
        "model_defaults": _model_defaults(specs),
        "preset": _chosen(specs, kind="preset", own={"model": {"$ref": "#/definitions/model"}}),
        "any.preset": _closed({"model": True, **_references("any", names)}),
        "providers": _providers(),
        "shot": {**_chosen(specs, kind="shot", own=OWN_KEYS), "required": ["id"], "defaultSnippets": SHOT_SNIPPETS},
        "any.shot": _closed({**dict.fromkeys(OWN_KEYS, True), **_references("any", names)}),
    }
    for spec in specs:
        found.update(_of_model(spec))
    return found


def _of_model(spec: ModelSpec) -> dict[str, Schema]:
    name = _slug(spec)
    taken = {param.name: authored(param, spec) for param in spec.params if not param.is_not_yet}
    shot = _closed({**dict.fromkeys(OWN_KEYS, True), **_references(name, taken)})
    if spec.sizes:
        shot["defaultSnippets"] = [_size_snippet(width, height) for width, height in spec.sizes]
    return {
        name: _closed(taken),
        f"{name}.shot": shot,
        f"{name}.preset": _closed({"model": True, **_references(name, taken)}),
    }


def _chosen(specs: Sequence[ModelSpec], *, kind: str, own: Mapping[str, Schema]) -> Schema:
    """A shot or a preset: held to the model it names itself; where it names an unknown one, to the vocabulary."""
    branches = [
        {"if": _has_model(leads_to(spec, specs)), "then": {"$ref": f"#/definitions/{_slug(spec)}.{kind}"}}
        for spec in specs
    ]
    unknown = {
        "if": _has_model({"not": {"$ref": "#/definitions/model"}}),
        "then": {"$ref": f"#/definitions/any.{kind}"},
    }
    none = {"if": {"required": ["model"]}, "else": {"$ref": "#/definitions/any.preset"}}
    last = [unknown, none] if kind == "preset" else [unknown]
    return {"type": "object", "properties": dict(own), "allOf": [*branches, *last]}


def _by_default(spec: ModelSpec, specs: Sequence[ModelSpec]) -> Schema:
    """Where `defaults` names this model: shots without a model are held to it."""
    held = {"if": CHOOSES_ELSEWHERE, "then": _ANY_SHOT, "else": {"$ref": f"#/definitions/{_slug(spec)}.shot"}}
    return {"if": _defaults_to(leads_to(spec, specs)), "then": _shots({"if": {"required": ["model"]}, "else": held})}


# A file that another one includes has no need of a `project`, so that its absence is not for a schema to judge.
_SHOTS_OR_INCLUDE: Schema = {"if": {"required": ["include"]}, "else": {"required": ["shots"]}}

_ANY_SHOT: Schema = {"$ref": "#/definitions/any.shot"}


def _has_model(condition: Schema) -> Schema:
    return {"required": ["model"], "properties": {"model": condition}}


def _defaults_to(condition: Schema) -> Schema:
    return {"required": ["defaults"], "properties": {"defaults": {"type": "object", **_has_model(condition)}}}


def _shots(item: Schema) -> Schema:
    return {"properties": {"shots": {"items": item}}}


# Where `defaults` names no model, or an unknown one, shots without a model are held to the vocabulary.
_WITHOUT_DEFAULT: Schema = {
    "if": _defaults_to({"$ref": "#/definitions/model"}),
    "else": _shots({"if": {"required": ["model"]}, "else": _ANY_SHOT}),
}


def _model_defaults(specs: Sequence[ModelSpec]) -> Schema:
    named = {name: spec for spec in specs if not spec.matches for name in (*spec.aliases, spec.id)}
    rest = next(({"$ref": f"#/definitions/{_slug(spec)}"} for spec in specs if spec.matches), False)
    return {
        "type": "object",
        "propertyNames": {"$ref": "#/definitions/model_name"},
        "properties": {name: {"$ref": f"#/definitions/{_slug(spec)}"} for name, spec in named.items()},
        "additionalProperties": rest,
        "markdownDescription": "Parameters for every shot of one model, by alias or id; they win over `defaults`.",
    }


def _providers() -> Schema:
    lane = {"$ref": "#/definitions/lane"}
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{LANE_NAME}$"},
        "properties": {kind: {"allOf": [lane, {"properties": {"kind": {"const": kind}}}]} for kind in KINDS},
        "additionalProperties": {"allOf": [lane, {"required": ["kind"]}]},
        "markdownDescription": "Settings of each lane: of the providers, and of lanes of your own, which name "
        "their `kind`. `model: studio/kandinsky-5-lite` takes the lane `studio`.",
        "examples": [{"runware": {"concurrency": 8}, "studio": {"kind": "runware"}}],
    }


def _closed(properties: Mapping[str, Any]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _references(definition: str, names: Iterable[str]) -> Schema:
    return {name: {"$ref": f"#/definitions/{definition}/properties/{name}"} for name in names}


def _slug(spec: ModelSpec) -> str:
    name = spec.aliases[0] if spec.aliases else spec.id
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name)


def _size_snippet(width: int, height: int) -> Schema:
    return {"label": f"{width}x{height}", "body": {"width": width, "height": height}}
