"""Reads the rules of a model spec, strictly: known kinds, known conditions, and parameters that exist.

Knows the shape of a rule, not what it means (`rules.py` does).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.source import Finding, Path
from render.catalog.spec import Rule, RuleKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from render.catalog.spec import Param

CONDITIONS = ("at_most", "is", "is_one_of", "contains_any")
_KEYS = ("kind", "params", "say", "when", "warning", "source")


def read_rules(rows: Iterable[Any], *, params: Sequence[Param], findings: list[Finding]) -> tuple[Rule, ...]:
    """Read all rules of a spec; report what is wrong with any."""
    rules = []
    for index, row in enumerate(rows):
        path: Path = ("rules", index)
        wrong = _wrong(row, params)
        findings.extend(Finding(path=path, message=message) for message in wrong)
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


def _wrong(row: Any, params: Sequence[Param]) -> list[str]:
    if not isinstance(row, dict):
        return ["a rule is a mapping with kind, params, say"]
    wrong = [f"unknown key `{key}`; known: {', '.join(_KEYS)}" for key in row if key not in _KEYS]
    wrong += [f"`{key}` is missing" for key in ("kind", "params", "say") if not row.get(key)]
    if row.get("kind") not in tuple(RuleKind):
        wrong.append(f"`kind` is one of {', '.join(RuleKind)}")
    when = row.get("when", {})
    paths = row.get("params", [])
    if not isinstance(paths, list) or not isinstance(when, dict):
        return [*wrong, "`params` is a list of names, `when` a mapping of them"]
    wrong += [f"no parameter `{path}`" for path in (*paths, *when) if not _exists(path, params)]
    return wrong + [
        f"the condition of `{path}` is one of {', '.join(CONDITIONS)}" for path in when if _is_odd(when[path])
    ]


def _is_odd(condition: Any) -> bool:
    return not isinstance(condition, dict) or len(condition) != 1 or next(iter(condition)) not in CONDITIONS


def _exists(path: Any, params: Sequence[Param]) -> bool:
    """Whether a dotted path leads to a parameter; anything goes below an open one."""
    head, _, rest = str(path).partition(".")
    param = next((param for param in params if param.name == head), None)
    if param is None:
        return False
    return not rest or param.is_open or _exists(rest, param.fields)
