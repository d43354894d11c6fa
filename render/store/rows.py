"""Attempts and artifacts as rows of SQLite, and back; the round trip gives an equal record.

Moments are ISO 8601 texts in UTC, nested data is canonical JSON (sorted keys, no spaces, no NaN).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from render.records import Artifact, Attempt, Measured, Status

ATTEMPT_COLUMNS = tuple(field.name for field in fields(Attempt))
_MEASURED_COLUMNS = tuple(field.name for field in fields(Measured))
ARTIFACT_COLUMNS = ("attempt_id", "path", "sha256", "size_bytes", *_MEASURED_COLUMNS)
_NESTED = ("params", "request")
_MOMENTS = ("prepared_at", "submitted_at", "rendered_at", "saved_at")


def attempt_row(attempt: Attempt) -> dict[str, Any]:
    """Spell an attempt as column values.

    Raises:
        ValueError: a moment without a time zone, or a number that JSON cannot hold.
    """
    row = {name: getattr(attempt, name) for name in ATTEMPT_COLUMNS}
    row |= {name: _json(row[name]) for name in _NESTED}
    row |= {name: _moment(row[name]) for name in _MOMENTS}
    row["seed"] = None if attempt.seed is None else str(attempt.seed)
    return row | {"status": attempt.status.value, "is_final": int(attempt.is_final)}


def attempt_of(row: Mapping[str, Any]) -> Attempt:
    """Read an attempt back.

    Raises:
        ValueError, TypeError, KeyError: the row is damaged.
    """
    values = {name: row[name] for name in ATTEMPT_COLUMNS}
    values |= {name: json.loads(values[name]) for name in _NESTED}
    values |= {name: datetime.fromisoformat(values[name]) for name in _MOMENTS if values[name] is not None}
    values["seed"] = None if values["seed"] is None else int(values["seed"])
    return Attempt(**values | {"status": Status(values["status"]), "is_final": bool(values["is_final"])})


def artifact_row(artifact: Artifact) -> dict[str, Any]:
    """Spell an artifact as column values."""
    row = asdict(artifact)
    measured: dict[str, Any] = row.pop("measured")
    return row | measured


def artifact_of(row: Mapping[str, Any]) -> Artifact:
    """Read an artifact back."""
    values = {name: row[name] for name in ARTIFACT_COLUMNS}
    measured = Measured(**{name: values.pop(name) for name in _MEASURED_COLUMNS})
    return Artifact(**values, measured=measured)


def moment_text(moment: datetime) -> str:
    """Spell a moment in UTC.

    Raises:
        ValueError: it has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC).isoformat()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not JSON: {type(value).__name__}")
