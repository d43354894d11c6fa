"""Reads one model spec, strictly: every key known, every fact with its source, every default within its own bounds.

Decides what a spec file may say; reports all that is wrong with a file at once, by line. Knows nothing of folders,
other specs or manifests.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import yaml

from render.catalog.advice import choice, how_to_write, missing, unknown_key, wrong_type
from render.catalog.cards import problem_of
from render.catalog.contradictions import contradictions, disagreements
from render.catalog.media import MEDIA_TYPES
from render.catalog.read_rules import read_rules
from render.catalog.source import Finding, Path, Source, read_source
from render.catalog.spec import Kind, ModelSpec, Param, Price
from render.catalog.wording import shown
from render.errors import ManifestError
from render.wish import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from render.wish import Problem

_NUMBER = (int, float)
#: what a range may hold of which some values are excluded: all the others are listed
MOST_LISTED = 10_000
_SPEC_KEYS: Mapping[str, Any] = {
    "id": str,
    "name": str,
    "aliases": list,
    "provider": str,
    "task": str,
    "medium": str,
    "source": str,
    "checked": str,
    "params": dict,
    "owned": dict,
    "rules": list,
    "sizes": list,
    "prices": list,
    "fps": _NUMBER,
    "aspect_sizes": dict,
    "extensions": dict,
    "matches": str,
    "note": str,
}
_SPEC_NEEDS = ("id", "name", "aliases", "provider", "medium", "source", "checked", "params", "extensions")
#: the key in YAML, the field of the record, the type of its value
_PARAM_ROWS: tuple[tuple[str, str, Any], ...] = (
    ("wire", "wire", str),
    ("type", "kind", str),
    ("about", "about", str),
    ("required", "required", bool),
    ("default", "default", object),
    ("min", "minimum", _NUMBER),
    ("max", "maximum", _NUMBER),
    ("step", "step", _NUMBER),
    ("min_length", "min_length", int),
    ("max_length", "max_length", int),
    ("min_items", "min_items", int),
    ("max_items", "max_items", int),
    ("media", "media", str),
    ("media_types", "media_types", list),
    ("max_bytes", "max_bytes", int),
    ("allowed", "allowed", (list, dict)),
    ("excluded", "excluded", list),
    ("unit", "unit", str),
    ("format", "format", str),
    ("fields", "fields", dict),
    ("open", "is_open", bool),
    ("delivery", "is_delivery", bool),
    ("not_yet", "is_not_yet", bool),
    ("usual", "usual", list),
    ("source", "source", str),
)
_PARAM_KEYS: Mapping[str, Any] = {key: kind for key, _, kind in _PARAM_ROWS}
_PARAM_FIELDS: Mapping[str, str] = {key: field for key, field, _ in _PARAM_ROWS}
_PRICE_KEYS: Mapping[str, Any] = {"when": dict, "usd": (int, float, list), "source": str}


def read_spec(text: str, *, file: str) -> ModelSpec:
    """Read one model spec from its YAML.

    Raises:
        ManifestError: with every finding, `file` named as given.
    """
    try:
        source = read_source(text)
    except yaml.YAMLError as exc:
        raise ManifestError([_unreadable(exc, file)]) from exc
    findings = list(source.findings)
    spec = _spec(source.data, findings)
    if spec is None or findings:
        raise ManifestError(sorted(_problem(finding, source, file) for finding in findings))
    return spec


def _spec(data: Any, findings: list[Finding]) -> ModelSpec | None:
    if not isinstance(data, dict):
        hint = "write `id: acme:1@1`, `name: Acme Film` and so on; `render explain R047` shows a whole one"
        findings.append(Finding(path=(), message=f"{shown(data)} is no model spec", hint=hint))
        return None
    good = checked_row(data, keys=_SPEC_KEYS, needs=_SPEC_NEEDS, path=(), findings=findings)
    params = _params(good.pop("params", {}), ("params",), findings)
    rules = good.pop("rules", [])
    if findings:
        return None
    spec = ModelSpec(
        **{key: good[key] for key in ("id", "name", "provider", "medium", "source", "checked")},
        **{key: good[key] for key in ("fps", "matches", "note", "extensions") if key in good},
        task=good.get("task", ""),
        aliases=tuple(good["aliases"]),
        params=params,
        owned=_params(good.get("owned", {}), ("owned",), findings),
        rules=read_rules(rules, params=params, findings=findings),
        sizes=tuple((width, height) for width, height in _pairs(good.get("sizes", []), ("sizes",), findings)),
        prices=_prices(good.get("prices", []), findings),
        aspect_sizes=_aspect_sizes(good.get("aspect_sizes", {}), findings),
    )
    findings.extend(disagreements(spec))
    return spec


def checked_row(
    row: Mapping[str, Any], *, keys: Mapping[str, Any], needs: Iterable[str], path: Path, findings: list[Finding]
) -> dict[str, Any]:
    """Keep what is known and of the right type in `row`; report the rest, and what is missing."""
    good, wanted = {}, [key for key in needs if key not in row or row[key] == ""]
    for key, value in row.items():
        if key not in keys:
            message, hint = unknown_key(key, keys, wanted=wanted)
            findings.append(Finding(path=(*path, key), message=message, hint=hint, of_key=True))
        elif not isinstance(value, keys[key]) or (isinstance(value, bool) and keys[key] in {int, _NUMBER}):
            findings.append(_found((*path, key), wrong_type(key, value, keys[key])))
        else:
            good[key] = value
    # a key with nothing behind it is told as one of the wrong type, unless that is a text
    findings.extend(_found(path, missing(key, holder=path[0] if path else "")) for key in wanted)
    return good


def _found(path: Path, words: tuple[str, str]) -> Finding:
    return Finding(path=path, message=words[0], hint=words[1])


def _params(rows: Mapping[str, Any], path: Path, findings: list[Finding]) -> tuple[Param, ...]:
    params = (_param(name, row, (*path, name), findings) for name, row in rows.items())
    return tuple(param for param in params if param is not None)


def _param(name: str, row: Any, path: Path, findings: list[Finding]) -> Param | None:
    if not isinstance(row, dict):
        hint = "write what it takes and does: `{type: integer, min: 1, about: Denoising steps.}`"
        findings.append(Finding(path=path, message=f"{shown(row)} does not describe a parameter", hint=hint))
        return None
    needs = ("type",) if path[0] == "owned" else ("type", "about")
    known = len(findings)
    good = checked_row(row, keys=_PARAM_KEYS, needs=needs, path=path, findings=findings)
    if good.get("type", Kind.STRING) not in tuple(Kind):
        message = f"`type`: {shown(good['type'])} is no kind of value"
        findings.append(Finding(path=(*path, "type"), message=message, hint=choice(good["type"], Kind)))
    findings.extend(_found((*path, key), (message, how_to_write(key))) for key, message in _ill_formed(good))
    fields = _params(good.pop("fields", {}), (*path, "fields"), findings)
    if len(findings) > known:
        return None
    given = {_PARAM_FIELDS[key]: value for key, value in good.items()}
    param = Param(**{"name": name, "wire": name, **given, **_refined(given), "fields": fields})
    findings.extend(_found((*path, key), (message, hint)) for key, message, hint in contradictions(param))
    return param


def _ill_formed(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What keeps a row of known keys and right types from being understood, by key."""
    if "step" in row and row["step"] <= 0:
        yield "step", f"`step`: {shown(row['step'])} is not above 0"
    if "usual" in row and not (len(row["usual"]) == 2 and all(_is_number(bound) for bound in row["usual"])):
        yield "usual", "`usual` is not a list of two numbers"
    if "excluded" in row and not all(isinstance(row.get(key), int) for key in ("min", "max", "step")):
        yield "excluded", "`excluded` stands without whole numbers under `min`, `max` and `step`"
    elif "excluded" in row and row["step"] > 0 and (row["max"] - row["min"]) // row["step"] >= MOST_LISTED:
        yield "excluded", f"`excluded` stands beside a range of more than {MOST_LISTED:,} values"


def _is_number(value: Any) -> bool:
    return isinstance(value, _NUMBER) and not isinstance(value, bool)


def _is_money(value: Any) -> bool:
    return _is_number(value) and 0 <= value < math.inf


def _refined(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose record differs from their YAML: tuples, the step as text, and the values a range leaves."""
    refined: dict[str, Any] = {"kind": Kind(given["kind"])}
    allowed = given.get("allowed", ())
    refined["allowed"] = tuple(allowed)
    if isinstance(allowed, dict):
        refined["meanings"] = tuple(allowed.values())
    if given.get("media") in MEDIA_TYPES:
        refined["media_types"] = tuple(given.get("media_types") or MEDIA_TYPES[given["media"]])
    if "step" in given:
        refined["step"] = str(given["step"])
    if "usual" in given:
        low, high = given["usual"]
        refined["usual"] = (low, high)
    if "excluded" in given:
        refined["excluded"] = tuple(given["excluded"])
        whole = range(given["minimum"], given["maximum"] + 1, given["step"])
        refined["allowed"] = tuple(value for value in whole if value not in given["excluded"])
    return refined


def _pairs(rows: Iterable[Any], path: Path, findings: list[Finding]) -> list[tuple[int, int]]:
    good = []
    for index, row in enumerate(rows):
        if isinstance(row, list) and len(row) == 2 and all(type(side) is int and side > 0 for side in row):
            good.append((row[0], row[1]))
        else:
            hint = "write [width, height] in whole pixels: [768, 512]"
            findings.append(Finding(path=(*path, index), message=f"{shown(row)} is no size", hint=hint))
    return good


def _aspect_sizes(rows: Mapping[str, Any], findings: list[Finding]) -> dict[str, tuple[int, int]]:
    pairs = _pairs(rows.values(), ("aspect_sizes",), findings)
    return dict(zip(rows, pairs, strict=False))


def _prices(rows: Iterable[Any], findings: list[Finding]) -> tuple[Price, ...]:
    prices = []
    for index, row in enumerate(rows):
        path: Path = ("prices", index)
        if not isinstance(row, dict):
            hint = "write {when: {duration: 5}, usd: 0.02, source: one request on 2026-11-21}"
            findings.append(Finding(path=path, message=f"{shown(row)} is no price", hint=hint))
            continue
        good = checked_row(row, keys=_PRICE_KEYS, needs=_PRICE_KEYS, path=path, findings=findings)
        usd = good.get("usd")
        amounts = usd if isinstance(usd, list) else [usd]
        if len(good) < len(_PRICE_KEYS):
            continue
        if amounts and all(map(_is_money, amounts)):
            prices.append(Price(when=good["when"], usd_low=min(amounts), usd_high=max(amounts), source=good["source"]))
        else:
            message = f"`usd`: {shown(usd)} is no amount of money"
            findings.append(Finding(path=(*path, "usd"), message=message, hint=how_to_write("usd")))
    return tuple(prices)


def _problem(finding: Finding, source: Source, file: str) -> Problem:
    place = source.place(finding.path, of_key=finding.of_key)
    # what is wrong with a value names its key itself
    names_key = bool(finding.path) and finding.message.startswith(f"`{finding.path[-1]}`")
    where = ".".join(_step(step) for step in (finding.path[:-1] if names_key else finding.path))
    message = f"{where}: {finding.message}" if where else finding.message
    return problem_of(file, message, place=place, hint=finding.hint)


def _step(step: str | int) -> str:
    return f"item {step + 1}" if isinstance(step, int) else step


def _unreadable(exc: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(exc, "problem_mark", None)
    place = Place(line=mark.line + 1, column=mark.column + 1) if mark is not None else None
    what = getattr(exc, "problem", None) or str(exc)
    hint = "look at this line and the one above: a quote or bracket that is not closed, or lines that are not aligned"
    return problem_of(file, f"this is not YAML: {what}", place=place, hint=hint)
