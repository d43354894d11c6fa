"""Reads one model spec, strictly: every key known, every fact with its source, every default within its own bounds.

Decides what a spec file may say; reports all that is wrong with a file at once, by line. Knows nothing of folders,
other specs or manifests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from render.catalog.fit import is_multiple, is_of_kind, misfit
from render.catalog.read_rules import read_rules
from render.catalog.source import Finding, Path, Source, read_source
from render.catalog.spec import Kind, ModelSpec, Param, Price
from render.errors import ManifestError
from render.wish import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_NUMBER = (int, float)
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
        findings.append(Finding(path=(), message="a model spec is a mapping with id, name, params …"))
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
    findings.extend(_disagreements(spec))
    findings.extend(_pattern_fault(spec))
    return spec


def _pattern_fault(spec: ModelSpec) -> Iterator[Finding]:
    try:
        re.compile(spec.matches)
    except re.error as error:
        yield Finding(path=("matches",), message=f"`{spec.matches}` is not a regular expression: {error}")


def checked_row(
    row: Mapping[str, Any], *, keys: Mapping[str, Any], needs: Iterable[str], path: Path, findings: list[Finding]
) -> dict[str, Any]:
    """Keep what is known and of the right type in `row`; report the rest, and what is missing."""
    good = {}
    for key, value in row.items():
        if key not in keys:
            findings.append(Finding(path=(*path, key), message=f"unknown key `{key}`; known: {', '.join(keys)}"))
        elif not isinstance(value, keys[key]) or (isinstance(value, bool) and keys[key] in {int, _NUMBER}):
            findings.append(Finding(path=(*path, key), message=f"`{key}` has the wrong type"))
        else:
            good[key] = value
    missing = (key for key in needs if row.get(key) in (None, ""))
    findings.extend(Finding(path=path, message=f"`{key}` is missing") for key in missing)
    return good


def _params(rows: Mapping[str, Any], path: Path, findings: list[Finding]) -> tuple[Param, ...]:
    params = (_param(name, row, (*path, name), findings) for name, row in rows.items())
    return tuple(param for param in params if param is not None)


def _param(name: str, row: Any, path: Path, findings: list[Finding]) -> Param | None:
    if not isinstance(row, dict):
        findings.append(Finding(path=path, message="a parameter is a mapping with type, about …"))
        return None
    needs = ("type",) if path[0] == "owned" else ("type", "about")
    known = len(findings)
    good = checked_row(row, keys=_PARAM_KEYS, needs=needs, path=path, findings=findings)
    if good.get("type") not in tuple(Kind):
        findings.append(Finding(path=path, message=f"`type` is one of {', '.join(Kind)}"))
    findings.extend(Finding(path=path, message=message) for message in _ill_formed(good))
    fields = _params(good.pop("fields", {}), (*path, "fields"), findings)
    if len(findings) > known:
        return None
    given = {_PARAM_FIELDS[key]: value for key, value in good.items()}
    param = Param(**{"name": name, "wire": name, **given, **_refined(given), "fields": fields})
    findings.extend(Finding(path=path, message=message) for message in _contradictions(param))
    return param


def _ill_formed(row: Mapping[str, Any]) -> Iterable[str]:
    """What keeps a row of known keys and right types from being understood."""
    if "step" in row and row["step"] <= 0:
        yield "`step` is above 0"
    if "usual" in row and not (len(row["usual"]) == 2 and all(_is_number(bound) for bound in row["usual"])):
        yield "`usual` is the least and the greatest value people use"
    if "excluded" in row and not all(isinstance(row.get(key), int) for key in ("min", "max", "step")):
        yield "`excluded` needs whole numbers under `min`, `max` and `step`"


def _is_number(value: Any) -> bool:
    return isinstance(value, _NUMBER) and not isinstance(value, bool)


def _refined(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose record differs from their YAML: tuples, the step as text, and the values a range leaves."""
    refined: dict[str, Any] = {"kind": Kind(given["kind"])}
    allowed = given.get("allowed", ())
    refined["allowed"] = tuple(allowed)
    if isinstance(allowed, dict):
        refined["meanings"] = tuple(allowed.values())
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


def _contradictions(param: Param) -> list[str]:
    """What a parameter says against itself."""
    wrong = [
        f"`{value}` in `allowed` is no {param.kind}" for value in param.allowed if not is_of_kind(param.kind, value)
    ]
    if param.default is not None and (trouble := misfit(param, param.default)):
        wrong.append(f"the default does not fit: {trouble}")
    if param.minimum is not None and param.maximum is not None and param.minimum > param.maximum:
        wrong.append("`min` is above `max`")
    if param.step and param.minimum is not None and not is_multiple(param.minimum, step=param.step):
        wrong.append("`min` is not a multiple of `step`")
    if param.kind not in {Kind.OBJECT, Kind.LIST} and (param.fields or param.is_open):
        wrong.append("only an object or a list has `fields` or is `open`")
    return wrong


def _pairs(rows: Iterable[Any], path: Path, findings: list[Finding]) -> list[tuple[int, int]]:
    good = []
    for index, row in enumerate(rows):
        if isinstance(row, list) and len(row) == 2 and all(type(side) is int and side > 0 for side in row):
            good.append((row[0], row[1]))
        else:
            findings.append(Finding(path=(*path, index), message="a size is [width, height] in whole pixels"))
    return good


def _aspect_sizes(rows: Mapping[str, Any], findings: list[Finding]) -> dict[str, tuple[int, int]]:
    pairs = _pairs(rows.values(), ("aspect_sizes",), findings)
    return dict(zip(rows, pairs, strict=False))


def _prices(rows: Iterable[Any], findings: list[Finding]) -> tuple[Price, ...]:
    prices = []
    for index, row in enumerate(rows):
        path: Path = ("prices", index)
        row_or_nothing = row if isinstance(row, dict) else {}
        good = checked_row(row_or_nothing, keys=_PRICE_KEYS, needs=_PRICE_KEYS, path=path, findings=findings)
        usd = good.get("usd")
        amounts = usd if isinstance(usd, list) else [usd]
        if len(good) < len(_PRICE_KEYS):
            continue
        if amounts and all(_is_number(amount) for amount in amounts):
            prices.append(Price(when=good["when"], usd_low=min(amounts), usd_high=max(amounts), source=good["source"]))
        else:
            findings.append(Finding(path=path, message="`usd` is an amount, or the lowest and the highest"))
    return tuple(prices)


def _disagreements(spec: ModelSpec) -> Iterable[Finding]:
    """What two parts of a spec say against each other."""
    if spec.medium not in {"video", "image"}:
        yield Finding(path=("medium",), message="`medium` is video or image")
    year, _, rest = spec.checked.partition("-")
    if not (len(spec.checked) == 10 and year.isdecimal() and rest.replace("-", "", 1).isdecimal()):
        yield Finding(path=("checked",), message="`checked` is a day like 2026-11-21")
    output_format = spec.param("output_format")
    if output_format is not None and set(spec.extensions) != set(output_format.allowed):
        yield Finding(path=("extensions",), message="`extensions` and the values of `output_format` differ")
    for side, name in enumerate(("width", "height")):
        param = spec.param(name)
        if spec.sizes and (param is None or set(param.allowed) != {size[side] for size in spec.sizes}):
            yield Finding(path=("sizes",), message=f"`sizes` and the values of `{name}` differ")


def _problem(finding: Finding, source: Source, file: str) -> Problem:
    place = source.place(finding.path)
    dotted = ".".join(str(step) for step in finding.path)
    message = f"{dotted}: {finding.message}" if dotted else finding.message
    return Problem(file=file, line=place.line, column=place.column, rule="model-spec", message=message)


def _unreadable(exc: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(exc, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    what = getattr(exc, "problem", None) or str(exc)
    return Problem(file=file, line=line, column=column, rule="model-spec", message=f"not YAML: {what}")
