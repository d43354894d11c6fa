"""What one write is, and the statements that put it into the tables.

A later fact about an attempt replaces the earlier one in its place. Owns no connection and no transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.store.rows import CHECKED_OF_ARTIFACTS, CHECKED_OF_ATTEMPTS, CHECKED_OF_UPLOADS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.records import Artifact, Attempt, Upload


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One attempt as it is now, and its file where there is one; both replace what stands under the attempt's id."""

    attempt: Attempt
    artifact: Artifact | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An input file that a provider has now; replaces what it was known as there before."""

    upload: Upload


def _upsert(table: str, columns: Sequence[str], *key: str) -> str:
    names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"INSERT INTO {table} ({names}) VALUES ({values}) ON CONFLICT ({', '.join(key)}) DO UPDATE SET {updates}"  # noqa: S608 - our own names


WRITE_ATTEMPT = _upsert("attempts", (*CHECKED_OF_ATTEMPTS, "checksum"), "id")
WRITE_ARTIFACT = _upsert("artifacts", (*CHECKED_OF_ARTIFACTS, "checksum"), "attempt_id")
WRITE_UPLOAD = _upsert("uploads", (*CHECKED_OF_UPLOADS, "checksum"), "provider", "endpoint", "key_mark", "sha256")
