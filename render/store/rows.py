"""Attempts, artifacts and uploads as rows of SQLite, and back; the round trip gives an equal record.

Moments are ISO 8601 texts in UTC, nested data is canonical JSON (sorted keys, no spaces, no NaN), and every row bears
a checksum over its columns, which is compared when the row is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from render.records import Artifact, Attempt, Measured, Status, Upload
from render.store.checksum import checksum_of

ATTEMPT_COLUMNS = tuple(field.name for field in fields(Attempt))
_MEASURED_COLUMNS = tuple(field.name for field in fields(Measured))
ARTIFACT_COLUMNS = ("attempt_id", "path", "sha256", "size_bytes", *_MEASURED_COLUMNS)
#: what the checksums cover, in this order
CHECKED_OF_ATTEMPTS = ("sequence", *ATTEMPT_COLUMNS)
CHECKED_OF_ARTIFACTS = ARTIFACT_COLUMNS
CHECKED_OF_UPLOADS = tuple(field.name for field in fields(Upload))
_NESTED = ("params", "request")
_PRICES = ("cost_usd", "ceiling_usd")
_LENGTHS = ("duration_s", "fps")
_MOMENTS = ("prepared_at", "submitted_at", "rendered_at", "saved_at")


def attempt_row(attempt: Attempt, *, sequence: int) -> dict[str, Any]:
    """Spell an attempt as column values, under the number of this write.

    Raises:
        ValueError: a moment without a time zone, or a number that JSON cannot hold.
    """
    row = {name: getattr(attempt, name) for name in ATTEMPT_COLUMNS}
    row |= {name: _json(row[name]) for name in _NESTED}
    row |= {name: _moment(row[name]) for name in _MOMENTS}
    row |= {name: _real(row[name]) for name in _PRICES}
    row["seed"] = None if attempt.seed is None else str(attempt.seed)
    row |= {"status": attempt.status.value, "is_final": int(attempt.is_final), "sequence": sequence}
    return row | {"checksum": checksum_of([row[name] for name in CHECKED_OF_ATTEMPTS])}


def attempt_of(row: Mapping[str, Any]) -> Attempt:
    """Read an attempt back.

    Raises:
        ValueError, TypeError, KeyError: the row is damaged.
    """
    _require_unchanged(row, CHECKED_OF_ATTEMPTS)
    values = {name: row[name] for name in ATTEMPT_COLUMNS}
    values |= {name: json.loads(values[name]) for name in _NESTED}
    values |= {name: datetime.fromisoformat(values[name]) for name in _MOMENTS if values[name] is not None}
    values["seed"] = None if values["seed"] is None else int(values["seed"])
    return Attempt(**values | {"status": Status(values["status"]), "is_final": bool(values["is_final"])})


def artifact_row(artifact: Artifact) -> dict[str, Any]:
    """Spell an artifact as column values."""
    row = asdict(artifact)
    row |= row.pop("measured")
    row |= {name: _real(row[name]) for name in _LENGTHS}
    return row | {"checksum": checksum_of([row[name] for name in CHECKED_OF_ARTIFACTS])}


def artifact_of(row: Mapping[str, Any]) -> Artifact:
    """Read an artifact back.

    Raises:
        ValueError, TypeError, KeyError: the row is damaged.
    """
    _require_unchanged(row, CHECKED_OF_ARTIFACTS)
    values = {name: row[name] for name in ARTIFACT_COLUMNS}
    measured = Measured(**{name: values.pop(name) for name in _MEASURED_COLUMNS})
    return Artifact(**values, measured=measured)


def upload_row(upload: Upload) -> dict[str, Any]:
    """Spell an upload as column values.

    Raises:
        ValueError: its moment has no time zone.
    """
    row = asdict(upload) | {"uploaded_at": moment_text(upload.uploaded_at)}
    return row | {"checksum": checksum_of([row[name] for name in CHECKED_OF_UPLOADS])}


def upload_of(row: Mapping[str, Any]) -> Upload:
    """Read an upload back.

    Raises:
        ValueError, TypeError, KeyError: the row is damaged.
    """
    _require_unchanged(row, CHECKED_OF_UPLOADS)
    values = {name: row[name] for name in CHECKED_OF_UPLOADS}
    return Upload(**values | {"uploaded_at": datetime.fromisoformat(values["uploaded_at"])})


def moment_text(moment: datetime) -> str:
    """Spell a moment in UTC.

    Raises:
        ValueError: it has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC).isoformat()


def _require_unchanged(row: Mapping[str, Any], columns: Sequence[str]) -> None:
    if row["checksum"] != checksum_of([row[name] for name in columns]):
        raise ValueError("it is not as it was written: its checksum is another")


def _real(number: float | None) -> float | None:
    """Give a number as a column of real numbers gives it back: never an int, never a negative zero."""
    return None if number is None else float(number) + 0.0


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not JSON: {type(value).__name__}")
