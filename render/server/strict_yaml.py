"""Reads YAML into records: every key must be known, every value of the kind its field says; else it says where.

Knows nothing of what the records mean.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Union

import yaml

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 2**20


class ConfigError(Exception):
    """A file cannot be followed; the text names the file, the place in it and what is wrong."""


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the signature of PyYAML
        mapping = super().construct_mapping(node, deep)
        if len(mapping) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return mapping


def load_yaml(path: Path) -> Any:
    """Read a file as plain data; None where it is empty.

    Raises:
        ConfigError: it cannot be read, or it is not YAML.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise ConfigError(f"{path}: longer than {_MOST_BYTES} bytes")
        return yaml.load(text, _Loader)  # noqa: S506 - a subclass of the safe loader
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}") from error


def read_record(kind: Any, data: Any, *, where: str) -> Any:
    """Make a record of that dataclass out of a mapping.

    Raises:
        ConfigError: the mapping does not fit.
    """
    if not isinstance(data, dict):
        raise ConfigError(f"{where}: must be a mapping with keys among {', '.join(_names(kind))}")
    unknown = [key for key in data if key not in _names(kind)]
    if unknown:
        raise ConfigError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(_names(kind))}")
    hints = typing.get_type_hints(kind)
    values = {key: read_value(hints[key], value, where=f"{where}.{key}") for key, value in data.items()}
    for field in dataclasses.fields(kind):
        is_needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if is_needed and field.name not in values:
            raise ConfigError(f"{where}: the key {field.name!r} is missing")
    try:
        return kind(**values)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error


def read_value(kind: Any, data: Any, *, where: str) -> Any:
    """Make a value of that kind out of plain data.

    Raises:
        ConfigError: it is of another kind.
    """
    if dataclasses.is_dataclass(kind):
        return read_record(kind, data, where=where)
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in {Union, types.UnionType}:
        return _read_union(parts, data, where=where)
    if origin is Literal:
        return _read_choice(parts, data, where=where)
    if origin in {tuple, frozenset}:
        return _read_list(origin, parts, data, where=where)
    if origin is Mapping:
        if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
            raise ConfigError(f"{where}: must be a mapping")
        return {key: read_value(parts[1], value, where=f"{where}.{key}") for key, value in data.items()}
    return _read_plain(kind, data, where=where)


def _names(kind: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def _read_union(parts: tuple[Any, ...], data: Any, *, where: str) -> Any:
    if data is None and types.NoneType in parts:
        return None
    (kind,) = [part for part in parts if part is not types.NoneType]
    return read_value(kind, data, where=where)


def _read_choice(choices: tuple[Any, ...], data: Any, *, where: str) -> Any:
    for choice in choices:
        # in YAML, 404 and "404" differ, and nobody wants to be told so
        if str(choice) == str(data) and not isinstance(data, bool):
            return choice
    raise ConfigError(f"{where}: must be one of {', '.join(map(str, choices))}")


def _read_list(origin: Any, parts: tuple[Any, ...], data: Any, *, where: str) -> Any:
    if not isinstance(data, list):
        raise ConfigError(f"{where}: must be a list")
    is_open = origin is frozenset or parts[-1] is Ellipsis
    if not is_open and len(data) != len(parts):
        raise ConfigError(f"{where}: must hold {len(parts)} values")
    kinds = [parts[0]] * len(data) if is_open else parts
    return origin(
        read_value(kind, item, where=f"{where}[{number}]")
        for number, (kind, item) in enumerate(zip(kinds, data, strict=True))
    )


def _read_plain(kind: Any, data: Any, *, where: str) -> Any:
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        data = float(data)
    if type(data) is not kind or (kind is float and not math.isfinite(data)):
        word = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}.get(kind, kind.__name__)
        raise ConfigError(f"{where}: must be {word}")
    return data
