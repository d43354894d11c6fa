"""Derives the JSON Schema of parameters: exact for a finished task, and as an author may write them in a manifest.

`multipleOf` stands as a plain number. jsonschema_rs takes decimals exactly (all 601 values from 1.00 to 7.00 in steps
of 0.01 pass, 1.005 does not); jsonschema 4.26 refuses 73 of them, so whoever explains a refusal with it replaces that
keyword by `render.catalog.fit.is_multiple`. An `enum` stands without `type`, so that one mistake is one finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.fit import FRAMES
from render.catalog.names import TEXTS
from render.catalog.spec import Kind
from render.catalog.wording import kind_words, limits, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from render.catalog.spec import ModelSpec, Param
    from render.schema.keys import Schema

_NUMBERS = {Kind.INTEGER, Kind.NUMBER}
_TYPES = {Kind.OBJECT: "object", Kind.LIST: "array"}
_WITH_VARIABLE: Schema = {"type": "string", "pattern": "\\$\\{"}
#: a text, or where it stands
TEXT_OR_FILE: Schema = {
    "type": ["string", "object"],
    "properties": {
        "file": {
            "type": "string",
            "minLength": 1,
            "markdownDescription": "A text file of its own, by path from this file.",
            "examples": ["prompts/funicular.txt"],
        }
    },
    "required": ["file"],
    "additionalProperties": False,
}
FRAME: Schema = {
    "anyOf": [{"enum": list(FRAMES)}, {"type": "integer", "minimum": 0}],
}
_INPUT: Schema = {"type": "string", "minLength": 1}
EXAMPLES: Mapping[str, str] = {"image": "plates/harbour.png", "video": "plates/harbour.mp4", "audio": "sound/bell.wav"}
_BOUNDS = (("minimum", "minimum"), ("maximum", "maximum"))
_LENGTHS = (("minLength", "min_length"), ("maxLength", "max_length"))


def params_schema(spec: ModelSpec) -> Schema:
    """Derive the schema of one task's parameters: by our names, texts filled in, nothing the model does not take."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **_members(spec.params, _exact),
    }


def authored(param: Param, spec: ModelSpec) -> Schema:
    """Derive the schema of one parameter as an author writes it, with what an editor shows about it.

    Texts may hold `${…}`, so their length is not judged and a choice among texts lets such a text pass.
    """
    return {"title": f"{param.name} of {spec.name}", "markdownDescription": _help(param, spec), **_loose(param, spec)}


def hull(params: Sequence[Param]) -> Schema:
    """Derive the tightest flat schema that lets pass what any of `params` lets pass: one name in several models."""
    kinds = {param.kind for param in params}
    if kinds <= _NUMBERS:
        return {"type": _type(max(kinds, key=lambda kind: kind is Kind.NUMBER)), **_widest(params)}
    if kinds == {Kind.STRING} and all(param.allowed for param in params):
        allowed = dict.fromkeys(value for param in params for value in param.allowed)
        return {"anyOf": [{"enum": list(allowed)}, _WITH_VARIABLE]}
    if any(param.name in TEXTS for param in params):
        return TEXT_OR_FILE
    return {"type": sorted({kind for each in kinds for kind in _types(each)})}


def floats_for_integers(params: Iterable[Param], given: Mapping[str, Any]) -> tuple[str, ...]:
    """Find the dotted paths where a decimal like 1.0 stands for a whole number; JSON Schema lets it pass."""
    found: list[str] = []
    for param in params:
        value = given.get(param.name)
        if param.kind is Kind.INTEGER and isinstance(value, float):
            found.append(param.name)
        for prefix, below in _nested(param.name, value):
            found += [f"{prefix}.{path}" for path in floats_for_integers(param.fields, below)]
    return tuple(found)


def _nested(name: str, value: Any) -> list[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, dict):
        return [(name, value)]
    items = enumerate(value) if isinstance(value, list) else ()
    return [(f"{name}.{index}", item) for index, item in items if isinstance(item, dict)]


def _members(params: Iterable[Param], value: Any) -> Schema:
    """An object that holds `params` and nothing else; `value` derives the schema of each."""
    taken = [param for param in params if not param.is_not_yet]
    members: Schema = {"type": "object", "properties": {param.name: value(param) for param in taken}}
    required = [param.name for param in taken if param.required]
    if required:
        members["required"] = required
    return {**members, "additionalProperties": False}


def _exact(param: Param) -> Schema:
    if param.kind in _TYPES:
        return _container(param, _exact)
    if param.kind is Kind.FRAME:
        return FRAME
    if param.media:
        return {**_INPUT, "examples": [EXAMPLES[param.media]]}
    if param.allowed:
        return {"enum": list(param.allowed)}
    schema: Schema = {"type": _type(param.kind)}
    for keyword, name in (*_BOUNDS, *_LENGTHS):
        bound = getattr(param, name)
        if bound is not None:
            schema[keyword] = bound
    return {**schema, **_step(param)}


def _loose(param: Param, spec: ModelSpec) -> Schema:
    if param.kind in _TYPES:
        return _container(param, lambda inner: authored(inner, spec))
    if param.kind is Kind.FRAME:
        return {**FRAME, "anyOf": [*FRAME["anyOf"], _WITH_VARIABLE]}
    is_text = param.kind is Kind.STRING and not param.allowed and not param.media
    schema: Schema = _any_text(param) if is_text else _exact(param)
    if param.meanings:
        schema["enumDescriptions"] = list(param.meanings)
    if param.allowed and param.kind is Kind.STRING:
        schema = {"anyOf": [schema, _WITH_VARIABLE]}
    return schema if param.default is None else {**schema, "default": param.default}


def _any_text(param: Param) -> Schema:
    return TEXT_OR_FILE if param.name in TEXTS else {"type": "string"}


def _container(param: Param, value: Any) -> Schema:
    schema: Schema = {"type": _TYPES[param.kind]}
    schema |= {word: bound for word, bound in (("minItems", param.min_items), ("maxItems", param.max_items)) if bound}
    if param.media:
        return {**schema, "items": {**_INPUT, "examples": [EXAMPLES[param.media]]}}
    if param.is_open or not param.fields:
        return schema
    members = _members(param.fields, value)
    return {**schema, "items": members} if param.kind is Kind.LIST else members


def _step(param: Param) -> Schema:
    if param.step is None:
        return {}
    return {"multipleOf": float(param.step) if "." in param.step else int(param.step)}


def _type(kind: Kind) -> str:
    return _TYPES.get(kind, kind.value)


def _types(kind: Kind) -> tuple[str, ...]:
    return ("integer", "string") if kind is Kind.FRAME else (_type(kind),)


def _widest(params: Sequence[Param]) -> Schema:
    lows = [min(param.allowed, default=param.minimum) for param in params]
    highs = [max(param.allowed, default=param.maximum) for param in params]
    least = [low for low in lows if low is not None]
    greatest = [high for high in highs if high is not None]
    return {
        **({"minimum": min(least)} if len(least) == len(lows) else {}),
        **({"maximum": max(greatest)} if len(greatest) == len(highs) else {}),
    }


def _help(param: Param, spec: ModelSpec) -> str:
    facts = [kind_words(param), limits(param)]
    if param.default is not None:
        facts.append(f"default {plain(param.default)}")
    if param.required:
        facts.append("required")
    wire = f" Sent as `{param.wire}`." if param.wire != param.name else ""
    line = ", ".join(fact for fact in facts if fact)
    return f"{param.about}\n\n{line}.{wire}\n\n{param.source or spec.source} ({spec.checked})"
