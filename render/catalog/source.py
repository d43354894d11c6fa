"""Turns the YAML of a model spec into plain data, and keeps where each value stands.

Only true, false, null and decimal numbers are special; every other plain word is text. Reading trusts a text in size
and depth: one that does not come with the program is looked at with `excess` first. Knows nothing of what a spec says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from render.wish import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

#: keys and positions from the document down to a value
Path: TypeAlias = tuple[str | int, ...]

# Without the resolvers of the safe loader, which try some ten regular expressions on every plain word.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_DIGITS = frozenset("0123456789")


_MOST_VALUES = 50_000
_DEEPEST = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something wrong with a spec, by the path of the value."""

    path: Path
    message: str
    #: what is allowed, and the nearest fix
    hint: str
    #: whether the last key of the path is wrong, not what stands behind it
    of_key: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One YAML document: its data, and the nodes it was made from."""

    data: Any
    node: yaml.Node | None
    findings: tuple[Finding, ...] = ()

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Where the value at `path` stands, or its key, or the nearest thing above it that exists."""
        node = self.node
        for at, step in enumerate(path, start=1):
            below = _child(node, step, of_key=of_key and at == len(path))
            if below is None:
                break
            node = below
        if node is None:
            return Place(line=1, column=1)
        return Place(line=node.start_mark.line + 1, column=node.start_mark.column + 1)


def excess(text: str) -> tuple[str, str, Place] | None:
    """Say what a text has too much of to be read, what to do, and where; None where it may be read, or is no YAML."""
    depth = values = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            values += isinstance(event, yaml.NodeEvent)
            if isinstance(event, yaml.AliasEvent):
                return "aliases are not used in a model spec", "write the value out", _place_of(event)
            if depth > _DEEPEST:
                return f"nested deeper than {_DEEPEST} levels", "no spec needs that: mend it", _place_of(event)
            if values > _MOST_VALUES:
                return f"more than {_MOST_VALUES:,} values", "describe one model in one file", _place_of(event)
    except yaml.YAMLError:
        return None
    return None


def _place_of(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(line=1, column=1) if mark is None else Place(line=mark.line + 1, column=mark.column + 1)


def read_source(text: str) -> Source:
    """Read one YAML document.

    Raises:
        yaml.YAMLError: it is not YAML, or not one document.
    """
    node = yaml.compose(text, Loader=_Loader)
    findings: list[Finding] = []
    return Source(data=None if node is None else _plain(node, (), findings), node=node, findings=tuple(findings))


def _plain(node: yaml.Node, path: Path, findings: list[Finding]) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.style else _value(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), findings) for index, item in enumerate(node.value)]
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in data:
            message, hint = "the key stands here twice", "keep one of them"
            findings.append(Finding(path=(*path, key), message=message, hint=hint, of_key=True))
        data[key] = _plain(value_node, (*path, key), findings)
    return data


def _value(word: str) -> Any:
    if word in _WORDS:
        return _WORDS[word]
    if word[-1:] not in _DIGITS or word[0] not in "-0123456789" or "_" in word:
        return word
    try:
        return float(word) if "." in word else int(word)
    except ValueError:
        return word


def _child(node: yaml.Node | None, step: str | int, *, of_key: bool) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((key if of_key else value for key, value in reversed(node.value) if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    return None
