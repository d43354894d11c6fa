"""Reads the axes of a shot from `matrix` and `zip`, or says what is wrong with them.

Whether a value fits its parameter is told with all other values; here it counts that there are some, and how many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.axes import MAX_TASKS_OF_A_SHOT, Axes, Axis, AxisKind, identity, words_for
from render.catalog.fit import is_of_kind
from render.catalog.names import RUNNER_OWNED, VOCABULARY, our_name_for
from render.catalog.spec import Kind
from render.catalog.wording import plain, shown
from render.disclosure import looks_like_key
from render.manifest.amount import are_too_many
from render.manifest.keys import SHOT_KEYS, as_text, mapping
from render.manifest.overrides import SET, VAR
from render.manifest.phrases import like, wrong_kind
from render.manifest.ranges import read_range, tell_too_many
from render.manifest.values import KEY_HINT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from render.catalog.load import Catalog
    from render.manifest.findings import Findings, Path
    from render.manifest.overrides import Overrides

_BOUGHT_TWICE = "the same task would be bought twice; leave one of them out"
_OR_TAKES = "the same task would be bought twice; for more of one, use `takes`"
_WHAT_VARIES = "an axis is a parameter, `model`, `preset` or a variable"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadAxes:
    """The axes of one shot and where each stands."""

    axes: Axes
    paths: Mapping[str, Path]
    #: how many of their combinations to look at: all, or one where there is something wrong with them
    most: int


NO_AXES = ReadAxes(axes=Axes(matrix=(), zipped=()), paths={}, most=1)


class AxisReader:
    """Reads the axes of shot after shot of one project."""

    def __init__(self, catalog: Catalog, findings: Findings, overrides: Overrides) -> None:
        self._catalog = catalog
        self._findings = findings
        #: what the command line gives over the manifest
        self.overrides = overrides
        self._are_too_many = False
        #: what to do about a task that stands there twice; beside an axis of seeds, `takes` is refused
        self._mend_twice = _OR_TAKES

    def count(self, raw_shots: Iterable[tuple[Path, Mapping[str, Any]]]) -> None:
        """Look at how much all shots would make, and read the axes of none where that is too much."""
        self._are_too_many = are_too_many(raw_shots, self.overrides, self._findings)

    def read(self, raw: Mapping[str, Any], path: Path, variables: Callable[[], Collection[str]]) -> ReadAxes | None:
        """Return the axes of the shot at `path`; None where one of them has no value that could be looked at.

        `variables` are those that the shot has, and those that its texts name.
        """
        if "matrix" not in raw and "zip" not in raw:
            return NO_AXES
        # what is too much is told once, and not made
        if self._are_too_many:
            return None
        known = variables()
        self._mend_twice = (
            _BOUGHT_TWICE if any("seed" in mapping(raw.get(key)) for key in ("matrix", "zip")) else _OR_TAKES
        )
        paths: dict[str, Path] = {}
        groups = [self._group(raw, path, group, known, paths) for group in ("matrix", "zip")]
        if None in groups:
            return None
        matrix, zipped = (group or [] for group in groups)
        # an axis that the command line sets has one value, with which nothing can be out of step
        fixed = [axis for axis in zipped if paths[axis.name][0] in {SET, VAR}]
        axes = Axes(matrix=(*matrix, *fixed), zipped=tuple(axis for axis in zipped if axis not in fixed))
        is_sound = self._is_sound(raw, path, axes, paths)
        return ReadAxes(axes=axes, paths=paths, most=MAX_TASKS_OF_A_SHOT if is_sound else 1)

    def _group(
        self, raw: Mapping[str, Any], path: Path, group: str, known: Collection[str], paths: dict[str, Path]
    ) -> list[Axis] | None:
        written = raw.get(group, {})
        if not isinstance(written, dict):
            message, hint = wrong_kind(written, "a mapping (`key: value` lines)")
            self._findings.add((*path, group), "type", f"`{group}`: {message}", hint=hint)
            return None
        axes = [self._axis(name, value, (*path, group, name), known, paths) for name, value in written.items()]
        for name in written.keys() & raw.keys() & {"model", "preset"}:
            message = f"`{name}` stands in the shot and as an axis"
            self._findings.add((*path, group, name), "axis-name", message, hint="keep one of them", of_key=True)
            for at in range(len(written[name]) if isinstance(written[name], list) else 0):
                self._findings.mark((*path, group, name, at))
            return None
        return [axis for axis in axes if axis is not None] if None not in axes else None

    def _axis(self, name: str, written: Any, path: Path, known: Collection[str], paths: dict[str, Path]) -> Axis | None:
        kind = self._kind(name, path, known)
        if kind is None:
            return None
        if name in paths:
            self._findings.add(
                path, "axis-name", f"`{name}` is an axis of `matrix` already", hint="keep one of them", of_key=True
            )
            return None
        paths[name] = path
        values = self._values(name, kind, written, path)
        if not values:
            return None
        over, option = (self.overrides.params, SET) if kind is AxisKind.PARAMETER else (self.overrides.variables, VAR)
        if kind in {AxisKind.PARAMETER, AxisKind.VARIABLE} and name in over:
            paths[name], values = (option, name), (over[name],)
        return Axis(name=name, kind=kind, values=values, words=words_for(values))

    def _kind(self, name: str, path: Path, known: Collection[str]) -> AxisKind | None:
        if name in {"model", "preset"}:
            return AxisKind(name)
        if name in VOCABULARY:
            return AxisKind.PARAMETER
        if name in known:
            return AxisKind.VARIABLE
        if any(spec.param(name) is not None for spec in self._catalog.specs):
            return AxisKind.PARAMETER
        ours = our_name_for(name, specs=self._catalog.specs)
        is_unnamed = f"to vary a text, name `${{{name}}}` in it; {_WHAT_VARIES}"
        rule, hint = "axis-name", like(name, ("model", "preset", *VOCABULARY, *known)) or is_unnamed
        if name in RUNNER_OWNED:
            rule, hint = "runner-owned", RUNNER_OWNED[name]
        elif ours is not None:
            rule, hint = "provider-spelling", f"write `{ours}`"
        elif name in SHOT_KEYS:
            hint = _WHAT_VARIES
        self._findings.add(path, rule, f"`{name}` cannot be an axis", hint=hint, of_key=True)
        return None

    def _values(self, name: str, kind: AxisKind, written: Any, path: Path) -> tuple[Any, ...]:
        """Return the values of one axis, what cannot be used left out and told."""
        if isinstance(written, dict):
            if kind in {AxisKind.PARAMETER, AxisKind.VARIABLE}:
                values = read_range(name, written, path, self._findings)
                return tuple(map(plain, values)) if kind is AxisKind.VARIABLE else values
            self._findings.add(path, "axis-range", f"`{name}` has no range", hint="write its values as a list")
            return ()
        if not isinstance(written, list):
            hint = f"write [{shown(written)}]" if isinstance(written, int | float) else "write [first, second]"
            message = f"`{name}` is an axis: a list of values, or a range like {{from: 1, to: 8}}"
            self._findings.add(path, "type", message, hint=hint)
            return ()
        if not written:
            hint = f"give it a value, or leave `{name}` out"
            self._findings.add(path, "axis-empty", f"`{name}` has no values", hint=hint)
        if len(written) > MAX_TASKS_OF_A_SHOT:
            tell_too_many(f"`{name}` has {len(written):,} values", path, self._findings)
            written = written[:1]
        return self._listed(name, kind, written, path)

    def _listed(self, name: str, kind: AxisKind, written: list[Any], path: Path) -> tuple[Any, ...]:
        values: list[Any] = []
        seen: dict[str, int] = {}
        for at, value in enumerate(written):
            if not self._can_be_used(name, kind, value, (*path, at)):
                continue
            # what goes in step with others may stand there twice, as long as the others differ
            first = seen.setdefault(self._identity(kind, value), at) if path[-2] == "matrix" else at
            if first != at:
                message = f"item {at + 1} of `{name}` is the same as item {first + 1}"
                self._findings.add((*path, at), "axis-duplicate", message, hint=self._mend_twice)
                continue
            values.append(as_text(value) if kind is AxisKind.VARIABLE else value)
        return tuple(values)

    def _can_be_used(self, name: str, kind: AxisKind, value: Any, path: Path) -> bool:
        wanted = _wanted_kind(kind, value)
        if wanted:
            message, hint = wrong_kind(value, wanted)
            hint = hint or f"each value of this axis is {wanted}"
            self._findings.add(path, "type", f"a value of `{name}`: {message}", hint=hint)
        elif kind is AxisKind.VARIABLE and "${" in str(value):
            message, hint = "a variable cannot hold another one", "use both in the text"
            self._findings.add(path, "nested-variable", message, hint=hint)
        elif kind is AxisKind.VARIABLE and looks_like_key(value):
            self._findings.add(path, "secret", f"`{name}` looks like an API key", hint=KEY_HINT)
        return not self._findings.is_told(path)

    def _identity(self, kind: AxisKind, value: Any) -> str:
        if kind is AxisKind.MODEL:
            lane, slash, model = value.partition("/")
            # a model in a lane is another task than the same model in another one
            return f"{lane}{slash}{self._catalog.full_id(model)}" if slash else str(self._catalog.full_id(value))
        if kind is AxisKind.PRESET:
            value = [value] if isinstance(value, str) else value
        return as_text(value) if kind is AxisKind.VARIABLE else identity(value)

    def _is_sound(self, raw: Mapping[str, Any], path: Path, axes: Axes, paths: Mapping[str, Path]) -> bool:
        """Report axes that do not go together, and those that make too much; say whether there are none of these."""
        if not self._are_in_step(axes, paths) or not self._are_apart(axes, paths):
            return False
        takes = raw.get("takes", 1) if is_of_kind(Kind.INTEGER, raw.get("takes", 1)) else 1
        if takes > 1 and any(axis.name == "seed" and paths["seed"][0] != SET for axis in axes.all):
            hint = "more seeds are more tasks already: leave `takes` out"
            self._findings.add((*path, "takes"), "axis-takes", "`takes` and `seed` as an axis contradict", hint=hint)
            return False
        count = axes.count * max(1, takes)
        if count > MAX_TASKS_OF_A_SHOT:
            tell_too_many(f"this shot makes {count:,} tasks", (*path, "matrix"), self._findings)
            return False
        return True

    def _are_in_step(self, axes: Axes, paths: Mapping[str, Path]) -> bool:
        judged = [axis for axis in axes.zipped if not self._findings.is_told_within(paths[axis.name])]
        for axis in judged[1:]:
            if len(axis.values) != len(judged[0].values):
                first = judged[0]
                message = f"`{first.name}` has {len(first.values)} values and `{axis.name}` has {len(axis.values)}"
                hint = "the axes of `zip` go in step: give each as many values; `matrix` makes every combination"
                self._findings.add(paths[axis.name], "axis-lengths", message, hint=hint)
                return False
        return len(judged) == len(axes.zipped)

    def _are_apart(self, axes: Axes, paths: Mapping[str, Path]) -> bool:
        """Report steps of `zip` that give every axis what another step gave it."""
        seen: dict[tuple[str, ...], int] = {}
        columns = [[self._identity(axis.kind, value) for value in axis.values] for axis in axes.zipped]
        for at, step in enumerate(zip(*columns, strict=True)):
            first = seen.setdefault(step, at)
            if first != at:
                gives = ", ".join(f"`{axis.name}` {shown(axis.values[at])}" for axis in axes.zipped)
                message = f"item {at + 1} of every axis of `zip` is the same as item {first + 1}: {gives}"
                self._findings.add((*paths[axes.zipped[0].name], at), "axis-duplicate", message, hint=self._mend_twice)
        return len(seen) == (len(columns[0]) if columns else 0)


def _wanted_kind(kind: AxisKind, value: Any) -> str:
    """Say what kind of value belongs into an axis of this kind, or "" where `value` will do for now."""
    if kind is AxisKind.MODEL:
        return "" if isinstance(value, str) else "a text"
    if kind is AxisKind.PRESET:
        texts = value if isinstance(value, list) else [value]
        return "" if all(isinstance(text, str) for text in texts) else "a text or a list"
    if kind is AxisKind.VARIABLE:
        return "" if isinstance(value, str) or is_of_kind(Kind.INTEGER, value) else "a text"
    return ""
