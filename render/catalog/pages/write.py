"""Writes a spec as YAML: what the page did not say as comments, then the file as a person would lay it out.

Whatever is written is read again, and must say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from render.catalog.source import read_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.catalog.pages.describe import Described

_WIDTH = 118
#: those that `render.catalog.cards` finds without reading the file: each on one line, without quotes
_HEAD = ("id", "name", "aliases", "provider", "task", "medium", "matches", "source", "checked", "fps", "note")
_WORDS = {"true", "false", "null", "~", "yes", "no", "on", "off", "y", "n", ""}


class _Dumper(yaml.SafeDumper):
    """Lays lists of single values out in one line, and quotes what somebody might read as something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - pyyaml's signature
        """Never write one value by way of another."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - pyyaml's
        """Indent lists below their key."""
        return super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    is_odd = value.lower() in _WORDS or value[0] in "-+.0123456789"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if is_odd else None)


def _list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.SequenceNode:
    is_plain = not any(isinstance(item, dict) for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=is_plain)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def spec_text(described: Described) -> str:
    """Return the file of a spec.

    Raises:
        ValueError: it would not be read as it was meant.
    """
    spec = described.spec
    head = {key: spec[key] for key in _HEAD if key in spec}
    rest = {key: value for key, value in spec.items() if key not in _HEAD}
    text = "".join([*_comments(described), *(_head_line(key, head[key]) for key in head), _dumped(rest)])
    read = read_source(text)
    if read.findings or read.data != dict(spec):
        raise ValueError("the spec is not read as it was written")
    return text


def _comments(described: Described) -> list[str]:
    blanks = [f"# the page does not say: {blank}\n" for blank in blank_lines(described)]
    return [*blanks, *(f"# line {each.line} of the page was not understood\n" for each in described.unread)]


def blank_lines(described: Described) -> list[str]:
    """Say what the page left open, a line each: `duration: which 2 values are allowed`."""
    lines = []
    for blank in described.blanks:
        steps = [step for at, step in enumerate(blank.path) if at % 2 == 1 or len(blank.path) == 1]
        lines.append(f"{'.'.join(steps)}: {blank.words}")
    return lines


def _head_line(key: str, value: Any) -> str:
    if key in {"id", "matches", "checked"}:
        return f"{key}: {value}\n"
    return _dumped({key: value})


def _dumped(data: Mapping[str, Any]) -> str:
    text: str = yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, width=_WIDTH, allow_unicode=True)
    return text
