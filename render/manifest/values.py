"""Says what is wrong with the values of one resolved shot, each at the place where it was written.

Walks the model's spec, not a schema, so that a message can name the nearest value, the unit and our spelling.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.catalog.fit import is_of_kind, misfit
from render.catalog.likeness import most_alike
from render.catalog.names import RUNNER_OWNED, VOCABULARY, our_name_for
from render.catalog.rules import broken_rules
from render.catalog.spec import Kind
from render.manifest.findings import listed
from render.manifest.phrases import like, shown, wrong_kind
from render.manifest.resolve import SHOT_KEYS
from render.schema import not_yet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.catalog.spec import ModelSpec, Param
    from render.manifest.findings import Findings, Path
    from render.manifest.resolve import Resolved

_KEY_LIKE = re.compile(r"[A-Za-z0-9_-]{28,}\Z")
_SURE_KEY = re.compile(r"(?:[0-9a-f]{32,}|sk-[A-Za-z0-9_-]{20,})\Z")
_SHORTEST_KEY = 23
_KINDS = {
    Kind.STRING: "a text",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.OBJECT: "a mapping (`key: value` lines)",
    Kind.LIST: "a list",
}
KEY_HINT = "keys are read from the environment; a manifest is shared"
_INTEGER_LIMIT = 2**63 - 1


def check_values(resolved: Resolved, params: Mapping[str, Any], findings: Findings) -> None:
    """Report what is wrong with `params`: the resolved shot's parameters with the variables filled in."""
    spec = resolved.spec
    for name, value in params.items():
        path = resolved.origins[name]
        param = spec.param(name)
        if param is None:
            _unknown(name, resolved, findings)
        else:
            _check(param, value, path, findings)
    for param in spec.params:
        if param.required and param.name not in params:
            hint = f"give `{param.name}` here, or in `defaults`"
            missing = (*resolved.path, param.name)
            findings.add(missing, "required", f"`{param.name}` is missing: {_name(spec)} needs it", hint=hint)
    _check_seed(resolved, params, findings)
    _check_rules(resolved, params, findings)


def _check(param: Param, value: Any, path: Path, findings: Findings) -> None:
    is_file = param.kind is Kind.STRING and isinstance(value, dict) and "file" in value
    if param.is_not_yet or is_file:
        tell_not_yet((*path, "file") if is_file else path, param.name, findings, at=path)
        return
    if not is_of_kind(param.kind, value):
        wrong, hint = wrong_kind(value, _KINDS[param.kind])
        findings.add(path, "type", f"`{param.name}`: {wrong}", hint=hint or hint_for(param, value))
        return
    # a number of four hundred digits is cut short
    wrong = misfit(param, value).replace(str(value), shown(value)) if isinstance(value, int) else misfit(param, value)
    if wrong:
        findings.add(path, _rule(param), f"`{param.name}`: {wrong}", hint=hint_for(param, value))
    elif not param.allowed and any(map(looks_like_key, texts_in(value) if param.is_open else [value])):
        findings.add(path, "secret", f"`{param.name}` looks like an API key", hint=KEY_HINT)
    elif isinstance(value, dict) and not param.is_open:
        _check_fields(param, value, path, findings)
    elif isinstance(value, list) and not param.is_open:
        for at, item in enumerate(value):
            if isinstance(item, dict):
                _check_fields(param, item, (*path, at), findings)
            else:
                findings.add((*path, at), "type", f"each item of `{param.name}` is a mapping", hint=_fields_hint(param))


def _check_fields(param: Param, value: Mapping[str, Any], path: Path, findings: Findings) -> None:
    fields = {inner.name: inner for inner in param.fields}
    for name, inner_value in value.items():
        if name in fields:
            _check(fields[name], inner_value, (*path, name), findings)
        else:
            near = next((inner.name for inner in param.fields if inner.wire == name), None)
            hint = f"did you mean `{near}`?" if near else like(name, fields)
            message = f"`{param.name}` has no `{name}`"
            findings.add((*path, name), "unknown-key", message, hint=hint or _fields_hint(param), of_key=True)
    for inner in param.fields:
        if inner.required and inner.name not in value:
            missing = (*path, inner.name)
            message = f"`{inner.name}` is missing in `{param.name}`"
            findings.add(missing, "required", message, hint=inner.about.rstrip("."))


def _unknown(name: str, resolved: Resolved, findings: Findings) -> None:
    path, spec = resolved.origins[name], resolved.spec
    # aliases can bring one mistake into a thousand shots, and looking for what was meant takes time
    if findings.is_told(path, of_key=True):
        return
    taken = [param.name for param in spec.params if not param.is_not_yet]
    ours = our_name_for(name, specs=(spec, *resolved.catalog.specs))
    if name in RUNNER_OWNED:
        findings.add(path, "runner-owned", f"`{name}` is set by renderline", hint=RUNNER_OWNED[name], of_key=True)
    elif ours is not None:
        message = f"`{name}` is a provider's spelling"
        findings.add(path, "provider-spelling", message, hint=f"write `{ours}`", of_key=True)
    elif name not in taken and not_yet(path) is not None:
        tell_not_yet(path, name, findings, at=path)
    elif name in VOCABULARY:
        hint = f"it takes {listed(taken, most=30)}"
        findings.add(path, "not-taken", f"{_name(spec)} does not take `{name}`", hint=hint, of_key=True)
    else:
        hint = like(name, (*taken, *sorted(SHOT_KEYS))) or f"{_name(spec)} takes {listed(taken, most=30)}"
        findings.add(path, "unknown-key", f"`{name}` is not known here", hint=hint, of_key=True)


def _check_seed(resolved: Resolved, params: Mapping[str, Any], findings: Findings) -> None:
    seed, takes = params.get("seed"), resolved.shot.takes
    if isinstance(seed, int) and takes > 1 and seed <= _INTEGER_LIMIT < seed + takes - 1:
        message = f"`seed`: take {takes} would use a seed above {_INTEGER_LIMIT}"
        findings.add(resolved.origins["seed"], "range", message, hint="take n uses seed + n - 1")


def _check_rules(resolved: Resolved, params: Mapping[str, Any], findings: Findings) -> None:
    for broken in broken_rules(resolved.spec, params):
        path = next((resolved.origins[top] for top in _tops(broken.params) if top in resolved.origins), resolved.path)
        inner = tuple(broken.params[0].split(".")[1:]) if broken.params else ()
        tell = findings.warn if broken.is_warning else findings.add
        tell((*path, *inner), "rule", broken.say)


def _tops(params: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(param.split(".")[0] for param in params)


def tell_not_yet(path: Path, name: str, findings: Findings, *, at: Path) -> None:
    """Report a part of the language that this version does not read."""
    message, _, hint = (not_yet(path) or f"`{name}` is not read yet").partition(": ")
    findings.add(at, "not-yet", message, hint=hint, of_key=True)


def hint_for(param: Param, value: Any) -> str:
    """Say what is allowed, and the nearest fix."""
    if param.allowed and isinstance(value, str) and param.kind is Kind.STRING:
        meant = [allowed for allowed in param.allowed if str(allowed).casefold() == value.casefold()]
        nearest = meant or most_alike(value, known=[str(allowed) for allowed in param.allowed])
        return f"did you mean {listed(nearest)}?" if meant or len(param.allowed) > 8 else _allowed(param)
    return _allowed(param)


def _allowed(param: Param) -> str:
    unit = f" {param.unit}" if param.unit else ""
    if param.allowed:
        return f"allowed: {', '.join(str(allowed) for allowed in param.allowed)}{unit}"
    if param.minimum is not None or param.maximum is not None:
        low = f"from {param.minimum}" if param.minimum is not None else ""
        high = f"to {param.maximum}" if param.maximum is not None else ""
        step = f" in steps of {param.step}" if param.step else ""
        return f"allowed: {' '.join(filter(None, (low, high)))}{unit}{step}"
    return ""


def _rule(param: Param) -> str:
    if param.allowed:
        return "not-allowed"
    return "length" if param.kind is Kind.STRING else "range"


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in `value`, at any depth."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_in(inner)


def looks_like_key(value: Any) -> bool:
    """Whether a text holds one long word of mixed letters and digits, as API keys are and prompts never do."""
    if not isinstance(value, str) or len(value) < _SHORTEST_KEY:
        return False
    return any(_is_key(word.strip("\"'`.,;:()<>")) for word in value.split() if len(word) >= _SHORTEST_KEY)


def _is_key(word: str) -> bool:
    if _SURE_KEY.match(word):
        return True
    mixed = any(c.isdigit() for c in word) and any(c.isupper() for c in word) and any(c.islower() for c in word)
    return mixed and _KEY_LIKE.match(word) is not None


def _fields_hint(param: Param) -> str:
    return f"it takes {listed((inner.name for inner in param.fields), most=15)}"


def _name(spec: ModelSpec) -> str:
    return spec.aliases[0] if spec.aliases else spec.id
