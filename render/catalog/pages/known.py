"""What the catalog knows already of a provider's parameters: our name for one, our sentence about it, its unit.

Facts of a page come from the page alone; from here come words, and the few shapes that are the same for every model of
a provider.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.catalog.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from render.catalog.spec import ModelSpec, Param, Rule

    WirePath = tuple[str, ...]

#: the same for every model that has them, so that a page which leaves them open may be read with what another one says
PLATFORM_WIDE: frozenset[tuple[str, ...]] = frozenset({("safety", "mode"), ("lora",)})
#: objects that newer pages put around what older ones have at the top
_AROUND = ("inputs", "settings")
#: below this one, names are those of the firm behind a model
_FIRMS = "providerSettings"
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z]|[0-9]|\b|_)|[A-Z]?[a-z]+|[A-Z]|[0-9]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the catalog knows, seen from one page."""

    #: the spec of the very model that the page is about; None where it is new
    same: ModelSpec | None
    #: those of the provider, the likest first
    others: tuple[ModelSpec, ...]

    def param(self, path: WirePath) -> Param | None:
        """The parameter at a path of the provider's names, in the likest spec that has it."""
        return next(self._all(path, self._specs), None)

    def own(self, path: WirePath) -> Param | None:
        """The parameter as the spec of this very model has it."""
        return next(self._all(path, () if self.same is None else (self.same,)), None)

    def elsewhere(self, path: WirePath) -> Param | None:
        """The parameter as other models have it."""
        return next(self._all(path, self.others), None)

    def name(self, path: WirePath) -> str:
        """Our name for the last step of a path."""
        if path[0] == _FIRMS and len(path) > 1:
            return path[-1]
        param = self.param(path)
        return snake(path[-1]) if param is None else param.name

    def rule(self, like: Rule) -> Rule | None:
        """The rule that says the same as this one, in the likest spec that has it."""
        rules = ((spec, rule) for spec in self._specs for rule in spec.rules)
        # a number in a sentence about another model is that model's
        return next(
            (
                rule
                for spec, rule in rules
                if _gist(rule) == _gist(like) and (spec is self.same or not _DIGIT.search(rule.say))
            ),
            None,
        )

    def about(self, path: WirePath) -> str:
        """Our sentence about a parameter, of another model's no more than what holds for any; "" where it is new."""
        same, param = self.own(path), self.param(path)
        if same is not None:
            return same.about
        first = re.split(r"; |\. ", param.about.rstrip("."))[0] if param is not None else ""
        return f"{first}." if first else ""

    @property
    def _specs(self) -> tuple[ModelSpec, ...]:
        return self.others if self.same is None else (self.same, *self.others)

    def _all(self, path: WirePath, specs: Sequence[ModelSpec]) -> Iterator[Param]:
        shorter = path[1:] if path[0] in _AROUND else ()
        for steps in filter(None, (path, shorter)):
            found = (_at(steps, spec.params) for spec in specs)
            yield from (param for param in found if param is not None)


def known_to(specs: Iterable[ModelSpec], *, model: str, provider: str, medium: str) -> Known:
    """Return what specs know that matters for a page about `model`."""
    of_provider = [spec for spec in specs if spec.provider == provider]
    others = [spec for spec in of_provider if spec.id != model]
    # the general rules word things for any model, and those of another medium are the last to ask
    others.sort(key=lambda spec: (spec.medium != medium, not spec.matches))
    return Known(same=next((spec for spec in of_provider if spec.id == model), None), others=tuple(others))


def snake(name: str) -> str:
    """Spell a provider's name as ours are: `webhookURL` -> `webhook_url`."""
    return "_".join(_WORD.findall(name)).lower() or name.lower()


def row_of(param: Param) -> dict[str, Any]:
    """Return the row of a parameter as it stands in a spec."""
    allowed: Any = dict(zip(param.allowed, param.meanings, strict=True)) if param.meanings else list(param.allowed)
    row = {
        "wire": param.wire if param.wire != param.name else None,
        "type": param.kind.value,
        "required": param.required or None,
        "min": param.minimum,
        "max": param.maximum,
        "step": None if param.step is None else float(param.step) if "." in param.step else int(param.step),
        "min_length": param.min_length,
        "max_length": param.max_length,
        "default": param.default,
        "allowed": allowed or None,
        "unit": param.unit or None,
        "about": param.about,
        "fields": {field.name: row_of(field) for field in param.fields} or None,
    }
    return {key: value for key, value in row.items() if value is not None}


def _gist(rule: Rule) -> tuple[Any, ...]:
    return rule.kind, rule.params, rule.when


def _at(path: WirePath, params: Iterable[Param]) -> Param | None:
    param = next((param for param in params if param.wire == path[0]), None)
    if param is None or len(path) == 1:
        return param
    return _at(path[1:], param.fields) if param.kind in {Kind.OBJECT, Kind.LIST} else None
