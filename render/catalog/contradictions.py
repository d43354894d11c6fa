"""Finds what a model spec says against itself, in one parameter or between two of its parts.

Looks at records alone: whether their file is well formed is for `read` to say, and so is where things stand in it.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from render.catalog.advice import choice, how_to_write
from render.catalog.fit import is_multiple, is_of_kind, misfit
from render.catalog.media import media_faults
from render.catalog.names import PROVIDERS
from render.catalog.source import Finding
from render.catalog.spec import Kind
from render.catalog.wording import limits, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from render.catalog.spec import ModelSpec, Param


#: a folder or a second point in one would lead a finished file astray
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")
#: with more, or with one inside another, a name that does not match could be tried for years
_MOST_REPEATS = 3
_LONGEST_PATTERN = 200


def contradictions(param: Param) -> Iterator[tuple[str, str, str]]:
    """Yield what a parameter says against itself: the key, what is wrong, and what to do."""
    odd = [value for value in param.allowed if not is_of_kind(param.kind, value)]
    for value in odd:
        message = f"`allowed`: {shown(value)} is not of `type: {param.kind}`"
        yield "allowed", message, "change `type`, or this value: a text is written in quotes, a number without"
    is_reversed = param.minimum is not None and param.maximum is not None and param.minimum > param.maximum
    if is_reversed:
        yield "min", "`min` is above `max`", "exchange them"
    if not odd and not is_reversed and param.default is not None and (trouble := misfit(param, param.default)):
        said, _, near = trouble.partition("; ")
        bounds = limits(param)
        yield "default", f"`default`: {said}", near or (f"allowed: {bounds}" if bounds else "change it, or `type`")
    if param.step and param.minimum is not None and not is_multiple(param.minimum, step=param.step):
        yield "min", "`min` is not a multiple of `step`", "every value is a multiple of `step`: change one of the two"
    if param.kind not in {Kind.OBJECT, Kind.LIST} and (param.fields or param.is_open):
        message = f"a parameter of `type: {param.kind}` has no `fields` and is not `open`"
        yield "type", message, "leave them out, or write `type: object` or `type: list`"
    yield from media_faults(param)


def disagreements(spec: ModelSpec) -> Iterator[Finding]:
    """Yield what two parts of a spec say against each other, and what in it cannot be."""
    if spec.medium not in {"video", "image"}:
        message = f"`medium`: {shown(spec.medium)} is neither video nor image"
        yield Finding(path=("medium",), message=message, hint=how_to_write("medium"))
    year, _, rest = spec.checked.partition("-")
    if not (len(spec.checked) == 10 and year.isdecimal() and rest.replace("-", "", 1).isdecimal()):
        message = f"`checked`: {shown(spec.checked)} is not a day like 2026-11-21"
        yield Finding(path=("checked",), message=message, hint=how_to_write("checked"))
    if spec.provider not in PROVIDERS:
        message = f"`provider`: {shown(spec.provider)} is no provider that renderline knows"
        yield Finding(path=("provider",), message=message, hint=choice(spec.provider, PROVIDERS))
    if spec.fps is not None and not 0 < spec.fps < math.inf:
        yield Finding(path=("fps",), message=f"`fps`: {shown(spec.fps)} is not above 0", hint=how_to_write("fps"))
    yield from _odd_extensions(spec)
    yield from _odd_formats(spec)
    yield from _odd_sides(spec)
    yield from _pattern_fault(spec)


def _odd_extensions(spec: ModelSpec) -> Iterator[Finding]:
    # read as it was written, whatever the record says
    extensions: Mapping[str, Any] = spec.extensions
    for name, extension in extensions.items():
        if not (isinstance(extension, str) and _EXTENSION.fullmatch(extension)):
            message = f"`{name}`: {shown(extension)} is no file extension"
            hint = "write 1 to 8 small letters and digits, without a point: `extensions: {MP4: mp4}`"
            yield Finding(path=("extensions", name), message=message, hint=hint)


def _odd_formats(spec: ModelSpec) -> Iterator[Finding]:
    output_format = spec.param("output_format")
    if output_format is not None and (odd := set(spec.extensions) ^ set(output_format.allowed)):
        message = f"`extensions` and the values of `output_format` differ: {_listed(odd)}"
        hint = "give each value of `output_format` an extension, and nothing else"
        yield Finding(path=("extensions",), message=message, hint=hint)


def _odd_sides(spec: ModelSpec) -> Iterator[Finding]:
    for side, name in enumerate(("width", "height")):
        param = spec.param(name)
        sides = {size[side] for size in spec.sizes}
        if sides and (odd := sides ^ set(param.allowed if param else ())):
            hint = f"list under `allowed` of the parameter `{name}` what stands in `sizes`, and nothing else"
            message = f"`sizes` and the values of `{name}` differ: {_listed(odd)}"
            yield Finding(path=("sizes",), message=message, hint=hint)


def _pattern_fault(spec: ModelSpec) -> Iterator[Finding]:
    pattern, fault, hint = spec.matches, "", how_to_write("matches")
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        fault = f"is not a regular expression: {error}"
    if "(" in pattern or sum(map(pattern.count, "*+?{")) > _MOST_REPEATS or len(pattern) > _LONGEST_PATTERN:
        fault = "could take years to compare with a name"
        hint = f"without `(`, with at most {_MOST_REPEATS} of `*`, `+`, `?` and `{{`: `matches: ^acme:.*$`"
    if fault:
        yield Finding(path=("matches",), message=f"`matches`: {shown(pattern)} {fault}", hint=hint)


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(sorted(map(shown, values))[:5])
