"""Decides which rules across parameters a finished task breaks: fixed sizes, orders, alternatives, wasted words.

Pure. Each value is expected to fit its own parameter already (`fit.py`, or the schema); what does not is passed over
here, so that one mistake is told once. Knows nothing of manifests and places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from render.catalog.spec import Kind, RuleKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.catalog.spec import ModelSpec, Param, Rule

_Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """One rule a task breaks, or one oddity worth telling."""

    #: a complete sentence without a full stop
    say: str
    #: dotted paths of the parameters concerned, the one to edit first
    params: tuple[str, ...]
    is_warning: bool = False


def broken_rules(spec: ModelSpec, params: Mapping[str, Any]) -> tuple[Broken, ...]:
    """Find what breaks the rules of `spec`, errors first.

    `params` are a task's own, by our names, nested: `{"steps": 20, "accelerator_options": {"tea_cache": True}}`.
    """
    found = [
        *_wrong_size(spec, params),
        *_by_rules(spec, params),
        *_outside_the_clip(spec, params),
        *_unusual(spec, params),
    ]
    return tuple(sorted(found, key=lambda broken: broken.is_warning))


def given(params: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, or None where it is not given."""
    value: Any = params
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def _by_rules(spec: ModelSpec, params: Mapping[str, Any]) -> Iterator[Broken]:
    for rule in spec.rules:
        if all(_holds(condition, given(params, path)) for path, condition in rule.when.items()):
            concerned = _breakers(rule, spec, params)
            if concerned:
                yield Broken(say=rule.say, params=concerned, is_warning=rule.is_warning)


def _breakers(rule: Rule, spec: ModelSpec, params: Mapping[str, Any]) -> tuple[str, ...]:
    """The parameters with which `rule` is broken; none where it is kept."""
    present = tuple(path for path in rule.params if given(params, path) is not None)
    match rule.kind:
        case RuleKind.TOGETHER:
            return present if 0 < len(present) < len(rule.params) else ()
        case RuleKind.EXCLUSIVE:
            return present if len(present) > 1 else ()
        case RuleKind.LESS | RuleKind.AT_MOST:
            return rule.params if _is_out_of_order(rule, spec, params) else ()
        case RuleKind.IGNORED:
            return present
        case RuleKind.UNSUITED:
            return tuple(path for path in present if given(params, path) not in (False, {}))
        case _:
            assert_never(rule.kind)


def _is_out_of_order(rule: Rule, spec: ModelSpec, params: Mapping[str, Any]) -> bool:
    low, high = (given(params, path) for path in rule.params)
    if high is None and rule.kind is RuleKind.AT_MOST:
        high = _default(spec, rule.params[1])
    if not _is_number(low) or not _is_number(high):
        return False
    return bool(low >= high if rule.kind is RuleKind.LESS else low > high)


def _holds(condition: Mapping[str, Any], value: Any) -> bool:
    ((word, wanted),) = condition.items()
    if word == "at_most":
        return _is_number(value) and bool(value <= wanted)
    if word == "contains_any":
        return isinstance(value, str) and any(part in value for part in wanted)
    if word == "is_one_of":
        return value in wanted
    return type(value) is type(wanted) and bool(value == wanted)


def _wrong_size(spec: ModelSpec, params: Mapping[str, Any]) -> Iterator[Broken]:
    size = (params.get("width"), params.get("height"))
    if not spec.sizes or size in spec.sizes:
        return
    width, height = size
    if width in {side for side, _ in spec.sizes} and height in {side for _, side in spec.sizes}:
        nearest = ", ".join(f"{near[0]}x{near[1]}" for near in _nearest_sizes(spec.sizes, (width, height)))
        say = f"{width}x{height} is not one of the {len(spec.sizes)} sizes; nearest: {nearest}"
        yield Broken(say=say, params=("width", "height"))


def _nearest_sizes(sizes: tuple[_Pair, ...], wanted: _Pair, count: int = 2) -> list[_Pair]:
    return sorted(sizes, key=lambda size: abs(size[0] - wanted[0]) + abs(size[1] - wanted[1]))[:count]


def has_frames(param: Param) -> bool:
    """Whether a parameter is a list whose items name frames of the clip."""
    return any(inner.kind is Kind.FRAME for inner in param.fields)


def _outside_the_clip(spec: ModelSpec, params: Mapping[str, Any]) -> Iterator[Broken]:
    """Find the frame numbers that lie beyond the end of the clip, where its length is known."""
    duration, fps = params.get("duration"), params.get("fps", spec.fps or _default(spec, "fps"))
    if not _is_number(duration) or not _is_number(fps):
        return
    last = round(duration * fps)
    for param in filter(has_frames, spec.params):
        items = params.get(param.name)
        for at, item in enumerate(items if isinstance(items, list) else ()):
            for inner in param.fields:
                frame = item.get(inner.name) if inner.kind is Kind.FRAME and isinstance(item, dict) else None
                if _is_number(frame) and frame > last:
                    say = f"frame {frame} lies behind the end of the clip, which has {last} frames; at most {last}"
                    yield Broken(say=say, params=(f"{param.name}.{at}.{inner.name}", "duration", "fps"))


def _default(spec: ModelSpec, name: str) -> Any:
    param = spec.param(name)
    return param.default if param else None


def _unusual(spec: ModelSpec, params: Mapping[str, Any]) -> Iterator[Broken]:
    for param in spec.params:
        value = params.get(param.name)
        if param.usual is None or not isinstance(value, int | float):
            continue
        low, high = param.usual
        if not low <= value <= high:
            say = f"{param.name} {value} is outside what people use, {low} to {high}"
            yield Broken(say=say, params=(param.name,), is_warning=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
