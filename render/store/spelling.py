"""Attempts, artifacts and uploads as plain data for a line of JSON, and back, checked field by field.

What is read here may have been edited by hand, so every fault of a record is named, and none is mended silently.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from render.records import Artifact, Attempt, Measured, Status, Upload
from render.store.rows import moment_text

if TYPE_CHECKING:
    from collections.abc import Callable

#: far beyond the price of any one render: more of it is a slip, and would fill every budget
MOST_USD = 10_000
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")
#: fields that are read more strictly than their annotation says
_STRICTER = {
    "seed": "seed | None",
    "cost_usd": "usd | None",
    "ceiling_usd": "usd | None",
    "provider": "word",
    "lane": "word",
}
_MOST_FLOAT = sys.float_info.max
_LEAST_MOMENT = "2026-11-21T12:00:00+00:00"


def attempt_data(attempt: Attempt) -> dict[str, Any]:
    """Spell an attempt as data that JSON can hold, by the names of its fields."""
    return {field.name: _plain(getattr(attempt, field.name)) for field in fields(Attempt)}


def artifact_data(artifact: Artifact) -> dict[str, Any]:
    """Spell an artifact as data that JSON can hold."""
    return asdict(artifact)


def upload_data(upload: Upload) -> dict[str, Any]:
    """Spell an upload as data that JSON can hold."""
    return {field.name: _plain(getattr(upload, field.name)) for field in fields(Upload)}


def upload_from(data: object) -> Upload:
    """Read an upload back.

    Raises:
        ValueError: names every fault.
    """
    return Upload(**_values(data, Upload))


def attempt_from(data: object) -> Attempt:
    """Read an attempt back.

    Raises:
        ValueError: names every fault.
    """
    return Attempt(**_values(_with_lane(data), Attempt))


def _with_lane(data: object) -> object:
    """Give an attempt of an export that knows no lanes the one it was made through: that of its provider's name."""
    is_older = isinstance(data, dict) and "lane" not in data and "provider" in data
    return {**data, "lane": data["provider"]} if isinstance(data, dict) and is_older else data


def artifact_from(data: object) -> Artifact:
    """Read an artifact back.

    Raises:
        ValueError: names every fault.
    """
    values = _values(data, Artifact)
    return Artifact(**values | {"measured": Measured(**_values(values["measured"], Measured))})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.value if isinstance(value, Enum) else value


def _values(data: object, record: type[Attempt | Artifact | Measured | Upload]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ValueError("it must be an object")  # noqa: TRY004 - the reader of a file knows one kind of fault
    kinds = {field.name: _STRICTER.get(field.name, str(field.type)) for field in fields(record)}
    faults = [f"`{name}` is missing" for name in kinds if name not in data]
    faults += [f"`{name}` is not known" for name in data if name not in kinds]
    values: dict[str, Any] = {}
    for name in kinds.keys() & data.keys():
        try:
            values[name] = _value(data[name], kinds[name])
        except ValueError as error:
            faults.append(f"`{name}` {error}")
    if faults:
        raise ValueError("; ".join(sorted(faults)))
    return values


def _value(value: Any, kind: str) -> Any:
    plain_kind = kind.removesuffix(" | None")
    if value is None and plain_kind != kind:
        return None
    return _READERS[plain_kind](value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError("must be a text")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise ValueError("must be a whole number of 64 bits")
    return value


def _seed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**64:
        raise ValueError("must be a whole number")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")  # noqa: TRY004 - as above
    # a whole number may be too great even to ask whether it is finite
    if abs(value) > _MOST_FLOAT or not math.isfinite(value):
        raise ValueError("must be a number")
    return float(value)


def _usd(value: Any) -> float:
    amount = _number(value)
    if not 0 <= amount <= MOST_USD:
        raise ValueError(f"must be an amount from 0 to {MOST_USD} USD")
    return amount


def _word(value: Any) -> str:
    if not _WORD.match(_text(value)):
        raise ValueError("must be a word: a letter, then letters, digits, - and _, 64 at most")
    return str(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - as above
    return value


def _status(value: Any) -> Status:
    if value not in set(Status):
        raise ValueError(f"must be one of {', '.join(Status)}")
    return Status(value)


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"must be a moment with its time zone, like {_LEAST_MOMENT}")
    return moment


def _nested(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be an object")  # noqa: TRY004 - as above
    return value


#: by the annotation of a field
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": _whole,
    "seed": _seed,
    "float": _number,
    "usd": _usd,
    "word": _word,
    "bool": _flag,
    "Status": _status,
    "datetime": _moment,
    "Mapping[str, Any]": _nested,
    "Measured": _nested,
}
