"""Reads what the command line gives over a manifest: variables (`--var`) and parameters (`--set`), each NAME=VALUE.

A variable is taken as it stands, and so is a prompt; any other parameter is read as a manifest would read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from render.catalog.names import RUNNER_OWNED, TEXTS, VOCABULARY
from render.disclosure import looks_like_key
from render.errors import UsageError
from render.manifest.findings import listed
from render.manifest.keys import SHOT_KEYS, mapping
from render.manifest.phrases import like
from render.manifest.values import KEY_HINT
from render.variables import variables_in
from render.wish import Problem
from render.yaml_scalars import read_plain
from render.yaml_source import parse_source
from render.yaml_text import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.manifest.files import ManifestFile
    from render.manifest.findings import Findings
    from render.manifest.resolved import Resolved

VAR = "--var"
SET = "--set"

_EXAMPLES = {VAR: "style='ink on paper'", SET: "steps=12"}
#: what begins a value that is more than one plain word or text
_OPENING = ("[", "{", '"', "'")


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrides:
    """What wins over everything that a manifest says."""

    variables: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    #: what is wrong with single values, named after their option
    problems: tuple[Problem, ...] = ()

    def taken_by(self, spec: ModelSpec) -> Mapping[str, Any]:
        """Return the parameters that a model takes; the others are told once, for all shots together."""
        return {name: value for name, value in self.params.items() if spec.param(name) is not None}


NOTHING = Overrides()


def read_overrides(variables: Iterable[str], params: Iterable[str]) -> Overrides:
    """Read the values of `--var` and `--set`; where a name is given twice, the last one holds.

    Raises:
        UsageError: one of them is not NAME=VALUE.
    """
    problems: list[Problem] = []
    given = {name: _text(name, value, problems) for name, value in _pairs(VAR, variables).items()}
    values = {name: _value(name, value, problems) for name, value in _pairs(SET, params).items()}
    # what cannot be read is not judged as well
    unread = {problem.file for problem in problems}
    return Overrides(
        variables={name: text for name, text in given.items() if f"{VAR} {name}" not in unread},
        params={name: value for name, value in values.items() if f"{SET} {name}" not in unread},
        problems=tuple(problems),
    )


def _pairs(option: str, given: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option} {text} is not NAME=VALUE", hint=f"like {option} {_EXAMPLES[option]}")
        pairs[name.strip()] = value
    return pairs


def _text(name: str, value: str, problems: list[Problem]) -> str:
    read = decode(value.encode("utf-8", "surrogateescape"), file=f"{VAR} {name}")
    if isinstance(read, Problem):
        problems.append(replace(read, line=0, column=0))
        return ""
    return read


def _value(name: str, value: str, problems: list[Problem]) -> Any:
    file, content = f"{SET} {name}", value.strip().encode("utf-8", "surrogateescape")
    text = decode(content, file=file)
    if isinstance(text, Problem):
        problems.append(replace(text, line=0, column=0))
        return None
    if name in TEXTS:
        return _written(text)
    if text.startswith(_OPENING):
        source = parse_source(content, file=file)
        problems += [replace(problem, line=0, column=0) for problem in source.problems]
        return source.data
    read, trap = read_plain(text) if text else ("", None)
    if trap:
        problems.append(Problem(file=file, line=0, column=0, rule="yaml-trap", message=trap[0], hint=trap[1]))
    return read


def _written(text: str) -> Any:
    """Return a text as it stands, without the quotes around the whole; `{file: …}` as the mapping that it means."""
    if not text.startswith(_OPENING):
        return text
    source = parse_source(text.encode("utf-8"), file=SET)
    if source.problems:
        return text
    is_quoted, names_a_file = isinstance(source.data, str), isinstance(source.data, dict) and "file" in source.data
    return source.data if is_quoted or names_a_file else text


def check_overrides(
    overrides: Overrides, files: Sequence[ManifestFile], shots: Sequence[Resolved], findings: Findings
) -> None:
    """Report variables that no text of the manifest knows, and parameters that no model or not every shot takes."""
    for problem in overrides.problems:
        findings.tell(problem)
    if overrides.variables:
        given = {name for file in files for name in _named_in(file, "vars")}
        varied = {name for file in files for name in _named_in(file, "matrix", "zip")}
        others = {name for name in varied - given if _is_no_variable(name, shots)}
        known = (variables_in([file.data for file in files]) | given | varied) - others
        for name, value in overrides.variables.items():
            _check_variable(name, value, sorted(known), findings, is_other_axis=name in others)
    for name in overrides.params:
        _check_taken(name, [resolved for resolved in shots if resolved.shot.enabled], findings)


def _named_in(file: ManifestFile, *keys: str) -> set[str]:
    """Return the names that stand under these keys of a file and of its shots."""
    holders = [file.data, *(raw for _, raw in file.raw_shots())]
    return {str(name) for holder in holders for key in keys for name in mapping(holder.get(key))}


def _is_no_variable(axis: str, shots: Sequence[Resolved]) -> bool:
    """Whether an axis of this name varies a parameter, the model or the preset."""
    return axis in {*VOCABULARY, "model", "preset"} or any(resolved.spec.param(axis) for resolved in shots)


def _check_variable(
    name: str, value: str, known: Sequence[str], findings: Findings, *, is_other_axis: bool = False
) -> None:
    if name not in known:
        hint = like(name, known) or (f"there are {listed(known)}" if known else "there are no `vars`")
        if is_other_axis:
            hint = f"a parameter is given with {SET} {name}=VALUE"
            hint = f"`{name}` is read from the manifest alone" if name in SHOT_KEYS else hint
        findings.add((VAR, name), "unknown-variable", f"no shot has a variable `{name}`", hint=hint)
    elif "${" in value:
        findings.add((VAR, name), "nested-variable", "a variable cannot hold another one", hint="write it out")
    elif looks_like_key(value):
        findings.add((VAR, name), "secret", f"`{name}` looks like an API key", hint=KEY_HINT)


def _check_taken(name: str, shots: Sequence[Resolved], findings: Findings) -> None:
    without = [resolved for resolved in shots if resolved.spec.param(name) is None]
    if not without or findings.is_missing_told((SET, name)):
        return
    taken = sorted({param.name for resolved in shots for param in resolved.spec.params if not param.is_not_yet})
    if name not in taken and name not in VOCABULARY:
        _tell_unknown(name, taken, findings)
        return
    ids = listed(dict.fromkeys(resolved.authored.id for resolved in without), most=4)
    models = listed(dict.fromkeys(resolved.shot.model for resolved in without), most=3)
    hint = "write it into `model_defaults` of the models that take it"
    if len(without) == len(shots):
        hint = f"these shots take {listed(taken, most=30)}"
    findings.add((SET, name), "not-taken", f"{ids} cannot take `{name}`: {models} has no such parameter", hint=hint)


def _tell_unknown(name: str, taken: Sequence[str], findings: Findings) -> None:
    hint = like(name, (*taken, *VOCABULARY)) or f"these shots take {listed(taken, most=30)}"
    if name in RUNNER_OWNED:
        hint = RUNNER_OWNED[name]
    elif name in SHOT_KEYS:
        hint = f"`{name}` is read from the manifest alone; here stand parameters of models"
    findings.add((SET, name), "unknown-key", f"`{name}` is not a parameter", hint=hint)
