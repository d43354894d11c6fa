"""The server's own way to state what a parameter may be, and to say which rule a value breaks.

A rule is data; `find_faults` applies it. Knows nothing of HTTP or of error objects, and shares nothing with the client.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Type = Literal["string", "integer", "float", "boolean", "object", "array", "any"]

_TYPES: Mapping[Type, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "float": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
    "any": object,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What one parameter may be."""

    name: str
    type: Type
    required: bool = False
    #: of numbers: the value; of strings: the number of characters
    min: int | None = None
    max: int | None = None
    #: a number is `min` plus a whole multiple of this decimal text
    step: str | None = None
    allowed: tuple[Any, ...] = ()
    #: values refused though the range holds them
    excluded: tuple[Any, ...] = ()
    is_uri: bool = False
    #: of an object, or of each item of an array; None where anything goes
    fields: tuple[Rule, ...] | None = None
    #: of an array: each item is a string that is not empty
    has_strings: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One broken rule, in terms a reply can be made of."""

    #: `missing`, `invalid`, `unknown`, `unserved` or `incompatible`
    kind: str
    #: dotted and indexed: `lora[0].weight`; several where a rule is across parameters
    parameters: tuple[str, ...]
    #: what would be right, without a full stop
    expected: str
    #: further members of the error object: type, min, max, multiplier, allowedValues
    details: Mapping[str, Any] = field(default_factory=dict)
    #: what a code calls the parameters together; "" where the name of the one is right
    subject: str = ""


def find_faults(given: Mapping[str, Any], *, rules: tuple[Rule, ...], prefix: str = "") -> Iterator[Fault]:
    """Compare an object with the rules of its members: unknown ones first, then rule by rule."""
    known = {rule.name for rule in rules}
    for name in given:
        if name not in known:
            yield Fault(kind="unknown", parameters=(prefix + name,), expected="is not a parameter of this model")
    for rule in rules:
        path = prefix + rule.name
        if rule.name in given:
            yield from _value_faults(given[rule.name], rule, path)
        elif rule.required:
            yield Fault(
                kind="missing", parameters=(path,), expected=f"is required: {describe(rule)}", details=_details(rule)
            )


def _value_faults(value: Any, rule: Rule, path: str) -> Iterator[Fault]:
    if not _fits(value, rule):
        yield Fault(kind="invalid", parameters=(path,), expected=f"must be {describe(rule)}", details=_details(rule))
    elif rule.fields is not None and isinstance(value, dict):
        yield from find_faults(value, rules=rule.fields, prefix=f"{path}.")
    elif rule.type == "array":
        for number, item in enumerate(value):
            yield from _item_faults(item, rule, f"{path}[{number}]")


def _item_faults(item: Any, rule: Rule, path: str) -> Iterator[Fault]:
    if rule.has_strings and not (isinstance(item, str) and item):
        yield Fault(kind="invalid", parameters=(path,), expected="must be a string that is not empty")
    elif rule.fields is not None and isinstance(item, dict):
        yield from find_faults(item, rules=rule.fields, prefix=f"{path}.")
    elif rule.fields is not None:
        yield Fault(kind="invalid", parameters=(path,), expected="must be an object")


def _fits(value: Any, rule: Rule) -> bool:
    if not _is_of_type(value, rule.type) or value in rule.excluded:
        return False
    if rule.allowed and value not in rule.allowed:
        return False
    match rule.type:
        case "string":
            return _is_between(len(value), rule) and (not rule.is_uri or _is_uri(value))
        case "integer" | "float":
            return _is_between(value, rule) and _is_on_step(value, rule)
        case _:
            return True


def _is_of_type(value: Any, kind: Type) -> bool:
    if isinstance(value, bool):
        return kind in {"boolean", "any"}
    if kind == "float" and isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, _TYPES[kind])


def _is_between(value: float, rule: Rule) -> bool:
    return (rule.min is None or value >= rule.min) and (rule.max is None or value <= rule.max)


def _is_on_step(value: float, rule: Rule) -> bool:
    if rule.step is None:
        return True
    if isinstance(value, int) and rule.step.isdigit():
        return (value - (rule.min or 0)) % int(rule.step) == 0
    # of the shortest text of a float: 1.11 is on a step of 0.01, which binary fractions would deny
    return (Fraction(str(value)) - Fraction(str(rule.min or 0))) % Fraction(rule.step) == 0


def _is_uri(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def describe(rule: Rule) -> str:
    """Say in words what a rule allows: `an integer between 512 and 768, in steps of 16, but not 592`."""
    if rule.allowed:
        return f"one of {', '.join(map(str, rule.allowed))}"
    unit = " characters" if rule.type == "string" else ""
    article = "an" if rule.type[0] in "aeio" else "a"
    words = f"{article} {'URI' if rule.is_uri else rule.type}"
    if rule.min is not None and rule.max is not None:
        words += f" between {rule.min} and {rule.max}{unit}"
    elif rule.min is not None:
        words += f" of at least {rule.min}{unit}"
    if rule.step is not None:
        words += f", in steps of {rule.step}"
    return words + (f", but not {', '.join(map(str, rule.excluded))}" if rule.excluded else "")


def _details(rule: Rule) -> dict[str, Any]:
    details: dict[str, Any] = {"type": rule.type}
    if rule.min is not None:
        details["min"] = rule.min
    if rule.max is not None:
        details["max"] = rule.max
    if rule.step is not None:
        details["multiplier"] = float(rule.step) if "." in rule.step else int(rule.step)
    if rule.allowed:
        details["allowedValues"] = list(rule.allowed)
    return details
