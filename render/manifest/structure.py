"""Checks a manifest's data against the schema: jsonschema-rs decides, jsonschema explains what was refused.

jsonschema is a hundred times slower and takes long to import, so it sees only a manifest that was refused, and of its
shots only those that are to blame. Where the two disagree the refusal stands, in jsonschema-rs's words.
What `values.py` has already said better at the same place is not said again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

from render.catalog.fit import is_multiple, is_of_kind
from render.catalog.names import RUNNER_OWNED, TEXTS, VOCABULARY, our_name_for
from render.catalog.spec import Kind
from render.catalog.wording import shown
from render.manifest.findings import listed
from render.manifest.phrases import SCHEMA_HINT, like, named, phrase
from render.manifest.refusals import refusals
from render.schema import manifest_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.manifest.files import ManifestFile
    from render.manifest.findings import Findings, Path

_REQUIRED_HINTS = {
    "version": "write `version: 1` at the top",
    "id": "it names the shot and its file: `id: sq010_sh010`",
    "shots": "list the shots below `shots:`, each beginning with `- id:`",
}


def check_structure(files: Iterable[ManifestFile], specs: Sequence[ModelSpec], findings: Findings) -> None:
    """Report where the data of `files` departs from the schema of manifests; `specs` are the models they may name."""
    schema = manifest_schema(specs)
    validator = jsonschema_rs.validator_for(schema)
    for file in files:
        refused = refusals(validator, file.data)
        if refused:
            _tell_all(refused, schema, file.data, specs, findings.within(file.prefix))


def _tell_all(
    refused: Sequence[tuple[Path, str]],
    schema: Mapping[str, Any],
    data: Any,
    specs: Sequence[ModelSpec],
    findings: Findings,
) -> None:
    for path, error in _explain(schema, data, [path for path, _ in refused]):
        _tell(path, error, specs, findings)
    for path, message in refused:
        if not findings.is_told_within(path):
            _tell_raw(path, _value_at(path, data), message, findings)


def _value_at(path: Path, data: Any) -> Any:
    for step in path:
        data = data[step]
    return data


def _tell_raw(path: Path, value: Any, message: str, findings: Findings) -> None:
    """Tell what jsonschema lets pass: a line break at the end of a word is most of it."""
    if isinstance(value, str) and value.endswith("\n"):
        hint = "write it on one line, without `|`, `>` and `\\n`"
        findings.add(path, "pattern", f"{named(path)}: {shown(value)} ends with a line break", hint=hint)
    else:
        findings.add(path, "schema", message, hint=SCHEMA_HINT)


def _explain(schema: Any, data: Any, refused: Sequence[Path]) -> Iterator[tuple[Path, Any]]:
    """Yield the path and jsonschema's own error for everything it finds wrong with a refused manifest."""
    from jsonschema import Draft7Validator, validators  # noqa: PLC0415 - slow to import, and only wanted here

    exact = validators.extend(  # type: ignore[no-untyped-call]
        Draft7Validator,
        {"multipleOf": _multiple_of},
        type_checker=Draft7Validator.TYPE_CHECKER.redefine("integer", lambda _, value: is_of_kind(Kind.INTEGER, value)),
    )
    part, indices = _only_refused_shots(data, refused)
    for error in exact(schema).iter_errors(part):
        path = tuple(error.absolute_path)
        if len(path) > 1 and path[0] == "shots" and indices is not None:
            path = ("shots", indices[path[1]], *path[2:])
        yield path, error


def _only_refused_shots(data: Any, refused: Sequence[Path]) -> tuple[Any, list[int] | None]:
    if not isinstance(data, dict) or not isinstance(data.get("shots"), list):
        return data, None
    indices = sorted({int(path[1]) for path in refused if len(path) > 1 and path[0] == "shots"})
    return {**data, "shots": [data["shots"][index] for index in indices]}, indices


def _multiple_of(_validator: Any, step: Any, value: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError  # noqa: PLC0415 - as above

    if is_of_kind(Kind.NUMBER, value) and not is_multiple(value, step=repr(step)):
        yield ValidationError(f"{value} is not a multiple of {step}")


def _tell(path: Path, error: Any, specs: Sequence[ModelSpec], findings: Findings) -> None:
    keyword, limit = str(error.validator), error.validator_value
    if path and path[-1] in TEXTS and findings.is_told(path):
        return
    if keyword == "additionalProperties":
        for name in _extras(error):
            if not findings.is_told((*path, name), of_key=True):
                _tell_unknown((*path, name), error.schema, specs, findings)
    elif keyword == "required":
        for name in limit:
            if name not in error.instance and not findings.is_missing_told((*path, name)):
                hint = _REQUIRED_HINTS.get(name, f"write `{name}:` and its value here")
                findings.add((*path, name), "required", f"{listed([name])} is missing", hint=hint)
    elif "propertyNames" in error.absolute_schema_path:
        _tell_value((*path, error.instance), path, error, findings)
    else:
        _tell_value(path, path, error, findings)


def _tell_value(path: Path, holder: Path, error: Any, findings: Findings) -> None:
    """Tell what is wrong with the value at `path`; with the key there, where it is not the holder."""
    is_key = path != holder
    if findings.is_told(path, of_key=is_key):
        return
    owner = next((step for step in reversed(holder) if isinstance(step, str)), "")
    rule, message, hint = phrase(owner, str(error.validator), error.validator_value, error)
    if error.instance is None and path[-1] == owner:
        # what is required cannot be left out
        hint = _REQUIRED_HINTS.get(owner, hint)
    findings.add(path, rule, f"{named(holder)}: {message}", hint=hint, of_key=is_key)


def _extras(error: Any) -> list[str]:
    known = error.schema.get("properties", {})
    return [name for name in error.instance if name not in known]


def _tell_unknown(path: Path, schema: Mapping[str, Any], specs: Sequence[ModelSpec], findings: Findings) -> None:
    name, known = str(path[-1]), list(schema.get("properties", {}))
    ours = our_name_for(name, specs=specs)
    if name in RUNNER_OWNED:
        findings.add(path, "runner-owned", f"`{name}` is set by renderline", hint=RUNNER_OWNED[name], of_key=True)
    elif name in VOCABULARY:
        findings.add(path, "not-taken", f"the model here does not take `{name}`", hint=_known(known), of_key=True)
    elif ours is not None and ours in known:
        findings.add(
            path, "provider-spelling", f"`{name}` is a provider's spelling", hint=f"write `{ours}`", of_key=True
        )
    else:
        hint = like(name, known) or _known(known)
        findings.add(path, "unknown-key", f"`{name}` is not known here", hint=hint, of_key=True)


def _known(names: Sequence[str]) -> str:
    return f"there are {listed(names, most=30)}"
