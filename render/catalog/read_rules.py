"""Reads the rules of a model spec, strictly: known kinds, known conditions, and parameters that exist.

Knows the shape of a rule, not what it means (`rules.py` does).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.advice import choice, missing, unknown_key, wrong_type
from render.catalog.source import Finding, Path
from render.catalog.spec import Rule, RuleKind
from render.catalog.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from render.catalog.spec import Param

CONDITIONS = ("at_most", "is", "is_one_of", "contains_any")
_KEYS = ("kind", "params", "say", "when", "warning", "source")


def read_rules(rows: Iterable[Any], *, params: Sequence[Param], findings: list[Finding]) -> tuple[Rule, ...]:
    """Read all rules of a spec; report what is wrong with any."""
    rules = []
    for index, row in enumerate(rows):
        path: Path = ("rules", index)
        wrong = list(_wrong(row, params))
        findings.extend(
            Finding(path=(*path, *inner), message=message, hint=hint, of_key=inner != () and inner[0] not in _KEYS)
            for inner, message, hint in wrong
        )
        if not wrong:
            rules.append(_rule(row))
    return tuple(rules)


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        kind=RuleKind(row["kind"]),
        params=tuple(row["params"]),
        say=row["say"],
        when=row.get("when", {}),
        is_warning=row.get("warning", False),
        source=row.get("source", ""),
    )


def _wrong(row: Any, params: Sequence[Param]) -> Iterator[tuple[Path, str, str]]:
    """Yield what is wrong with a rule: where in it, what, and what to do."""
    if not isinstance(row, dict):
        hint = "write {kind: exclusive, params: [fps, duration], say: one of them at a time}"
        yield (), f"{shown(row)} is no rule", hint
        return
    yield from (((key,), *unknown_key(key, _KEYS)) for key in row if key not in _KEYS)
    yield from (((), *missing(key, holder="rules")) for key in ("kind", "params", "say") if not row.get(key))
    if row.get("kind") and row["kind"] not in tuple(RuleKind):
        yield ("kind",), f"`kind`: {shown(row['kind'])} is no kind of rule", choice(row["kind"], RuleKind)
    yield from _wrong_names(row.get("params", []), row.get("when", {}), params)


def _wrong_names(names: Any, when: Any, params: Sequence[Param]) -> Iterator[tuple[Path, str, str]]:
    if not isinstance(names, list):
        yield ("params",), *wrong_type("params", names, list)[:1], "list their names: `params: [fps, duration]`"
        return
    if not isinstance(when, dict):
        yield ("when",), *wrong_type("when", when, dict)[:1], "write `when: {steps: {at_most: 10}}`"
        return
    known = [param.name for param in params]
    for key, written in (("params", names), ("when", list(when))):
        yield from (
            ((key,), f"there is no parameter {shown(name)}", choice(name, known))
            for name in written
            if not _exists(name, params)
        )
    for name in when:
        if _is_odd(when[name]):
            hint = f"write `{name}: {{at_most: 10}}`; there are {', '.join(f'`{word}`' for word in CONDITIONS)}"
            yield ("when", name), f"the condition of `{name}` is none that is known", hint


def _is_odd(condition: Any) -> bool:
    return not isinstance(condition, dict) or len(condition) != 1 or next(iter(condition)) not in CONDITIONS


def _exists(path: Any, params: Sequence[Param]) -> bool:
    """Whether a dotted path leads to a parameter; anything goes below an open one."""
    head, _, rest = str(path).partition(".")
    param = next((param for param in params if param.name == head), None)
    if param is None:
        return False
    return not rest or param.is_open or _exists(rest, param.fields)
