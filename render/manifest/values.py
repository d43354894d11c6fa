"""Says what is wrong with the values of one resolved shot, each at the place where it was written.

Walks the model's spec, not a schema, so that a message can name the nearest value, the unit and our spelling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.fit import is_of_kind, misfit
from render.catalog.likeness import most_alike
from render.catalog.names import RUNNER_OWNED, TEXTS, VOCABULARY, our_name_for
from render.catalog.rules import broken_rules, has_frames
from render.catalog.spec import Kind
from render.catalog.wording import shown
from render.disclosure import looks_like_key
from render.manifest.findings import listed
from render.manifest.inputs import check_input
from render.manifest.keys import SHOT_KEYS
from render.manifest.phrases import how_to_write, like, wrong_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.catalog.spec import ModelSpec, Param
    from render.manifest.findings import Findings, Path
    from render.manifest.resolved import Resolved

_KINDS = {
    Kind.STRING: "a text",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.OBJECT: "a mapping (`key: value` lines)",
    Kind.LIST: "a list",
    Kind.FRAME: "first, last or a frame number",
}
KEY_HINT = "take it out: keys are read from the environment, and a manifest is shared"
#: where else than in a shot the keys of one may stand
_PLACES = {
    "vars": "write it at the top of the file, for all shots, or in the shot itself",
    "output": "write it at the top of the file, for all shots, or in the shot itself",
}
_INTEGER_LIMIT = 2**63 - 1
_MOST_LISTED = 30


def check_value(name: str, value: Any, resolved: Resolved, findings: Findings) -> None:
    """Report what is wrong with one parameter of a resolved shot, its variables filled in."""
    param, path = resolved.spec.param(name), resolved.origins[name]
    findings = _used(path, resolved, findings)
    if param is None:
        _unknown(name, resolved, findings)
    else:
        _check(param, value, path, findings)


def check_missing(resolved: Resolved, findings: Findings) -> None:
    """Report the parameters that the model needs and nobody gave."""
    params = resolved.shot.params
    for param in resolved.spec.params:
        if param.required and param.name not in params:
            hint = f"give `{param.name}` here, or in `defaults`"
            missing = (*resolved.path, param.name)
            findings.add(missing, "required", f"`{param.name}` is missing: {_name(resolved.spec)} needs it", hint=hint)


def concerned(spec: ModelSpec) -> frozenset[str]:
    """Return the parameters that `check_rules` looks at; all others it does not notice."""
    tops = {path.split(".")[0] for rule in spec.rules for path in (*rule.when, *rule.params)}
    usual = {param.name for param in spec.params if param.usual is not None}
    framed = {param.name for param in spec.params if has_frames(param)}
    clip = {"duration", "fps", *framed} if framed else set()
    return frozenset(tops | usual | clip | ({"width", "height"} if spec.sizes else set()))


def _used(path: Path, resolved: Resolved, findings: Findings) -> Findings:
    """Let what is wrong at `path` name the shot and its model, unless it stands in that shot."""
    if path[: len(resolved.path)] == resolved.path:
        return findings
    return findings.used_by(f"here it is for {_name(resolved.spec)}, in shot `{resolved.authored.id}`")


def _check(param: Param, value: Any, path: Path, findings: Findings) -> None:
    if param.is_not_yet:
        findings.add(path, "not-yet", f"`{param.name}` is not read yet", of_key=True)
        return
    if param.media and param.kind is not Kind.LIST:
        check_input(param, value, path, findings)
    elif not is_of_kind(param.kind, value):
        _tell_wrong_kind(param, value, path, findings)
    else:
        _check_bounds(param, value, path, findings)


def _check_bounds(param: Param, value: Any, path: Path, findings: Findings) -> None:
    # a number of four hundred digits is cut short
    wrong = misfit(param, value).replace(str(value), shown(value)) if isinstance(value, int) else misfit(param, value)
    if wrong:
        hint = hint_for(param, value)
        if not hint:
            wrong, _, hint = wrong.partition("; ")
        findings.add(path, _rule(param), f"`{param.name}`: {wrong}", hint=hint)
    elif not param.allowed and any(map(looks_like_key, texts_in(value) if param.is_open else [value])):
        findings.add(path, "secret", f"`{param.name}` looks like an API key", hint=KEY_HINT)
    elif isinstance(value, dict) and not param.is_open:
        _check_fields(param, value, path, findings)
    elif isinstance(value, list) and not param.is_open:
        for at, item in enumerate(value):
            _check_item(param, item, (*path, at), findings)


def _check_item(param: Param, item: Any, path: Path, findings: Findings) -> None:
    if param.media:
        check_input(param, item, path, findings)
    elif isinstance(item, dict):
        _check_fields(param, item, path, findings)
    else:
        findings.add(path, "type", f"each item of `{param.name}` is a mapping", hint=_fields_hint(param))


def _tell_wrong_kind(param: Param, value: Any, path: Path, findings: Findings) -> None:
    if param.name in TEXTS and isinstance(value, dict):
        # of a file that cannot be read, and of what else stands beside its name, is told elsewhere
        if path[0] == "--set":
            hint = f'give the text itself: --set {param.name}="$(cat FILE)"'
            findings.add(path, "type", f"`{param.name}`: a file is named in a manifest alone", hint=hint)
        elif "file" not in value:
            hint = "write the text, or {file: PATH} for one in a file of its own"
            findings.add(path, "type", f"`{param.name}`: {shown(value)} is not a text", hint=hint)
        return
    wrong, hint = wrong_kind(value, _KINDS[param.kind])
    if hint == how_to_write(_KINDS[param.kind]) and len(param.allowed) <= _MOST_LISTED:
        hint = hint_for(param, value) or hint
    findings.add(path, "type", f"`{param.name}`: {wrong}", hint=hint)


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
            hint = f"write `{inner.name}:` and its value here: {inner.about.rstrip('.')}"
            findings.add(missing, "required", message, hint=hint)


def _unknown(name: str, resolved: Resolved, findings: Findings) -> None:
    # of an axis its name is wrong, not one of its values
    path, spec = resolved.authored.axis_paths.get(name, resolved.origins[name]), resolved.spec
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
    elif name in VOCABULARY:
        hint = f"it takes {listed(taken, most=30)}"
        findings.add(path, "not-taken", f"{_name(spec)} does not take `{name}`", hint=hint, of_key=True)
    elif name in SHOT_KEYS:
        message = f"`{name}` is no parameter, and here stand parameters"
        findings.add(path, "unknown-key", message, hint=_PLACES.get(name, "write it in the shot itself"), of_key=True)
    else:
        hint = like(name, (*taken, *sorted(SHOT_KEYS))) or f"{_name(spec)} takes {listed(taken, most=30)}"
        findings.add(path, "unknown-key", f"`{name}` is not known here", hint=hint, of_key=True)


def check_seed(resolved: Resolved, params: Mapping[str, Any], findings: Findings) -> None:
    """Report a seed from which the last take would pass the greatest one."""
    seed, takes = params.get("seed"), resolved.shot.takes
    if isinstance(seed, int) and takes > 1 and seed <= _INTEGER_LIMIT < seed + takes - 1:
        message = f"`seed`: take {takes} would use a seed above {_INTEGER_LIMIT}"
        findings.add(resolved.origins["seed"], "range", message, hint="take n uses seed + n - 1")


def check_rules(resolved: Resolved, params: Mapping[str, Any], findings: Findings) -> None:
    """Report what does not go together in `params`, a resolved shot's with the variables filled in."""
    for broken in broken_rules(resolved.spec, params):
        path = next((resolved.origins[top] for top in _tops(broken.params) if top in resolved.origins), resolved.path)
        steps = broken.params[0].split(".")[1:] if broken.params else ()
        inner = tuple(int(step) if step.isdecimal() else step for step in steps)
        told = _used(path, resolved, findings)
        tell = told.warn if broken.is_warning else told.add
        if broken.is_warning and findings.is_told((*path, *inner)):
            continue
        say, _, hint = broken.say.partition("; ")
        tell((*path, *inner), "combination", say, hint=hint or f"change {listed(broken.params)}, or leave it out")


def _tops(params: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(param.split(".")[0] for param in params)


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
    step = f" in steps of {param.step}" if param.step else ""
    match param.minimum, param.maximum:
        case None, None:
            return ""
        case low, None:
            return f"allowed: at least {low}{unit}{step}"
        case None, high:
            return f"allowed: at most {high}{unit}{step}"
        case low, high:
            return f"allowed: from {low} to {high}{unit}{step}"


def _rule(param: Param) -> str:
    if param.allowed or param.kind is Kind.FRAME:
        return "not-allowed"
    return "length" if param.kind in {Kind.STRING, Kind.LIST} else "range"


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in `value`, at any depth."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_in(inner)


def _fields_hint(param: Param) -> str:
    return f"it takes {listed((inner.name for inner in param.fields), most=15)}"


def _name(spec: ModelSpec) -> str:
    return spec.aliases[0] if spec.aliases else spec.id
