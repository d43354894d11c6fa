"""Owns what the Runware side remembers beyond its sales: tasks as they were sent, media that were uploaded, and how
each delivery to a webhook or an upload address ended.

Its tables stand in the server's database beside the sales, and are committed with them. Nothing paid for depends on
them. All methods are called from one thread.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from render.server.clock import Clock
    from render.server.database import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange (
    task_id TEXT PRIMARY KEY, request TEXT NOT NULL, base_url TEXT NOT NULL, refusal TEXT, refused_at REAL
) STRICT;
CREATE TABLE IF NOT EXISTS medium (
    id TEXT PRIMARY KEY, file_name TEXT NOT NULL UNIQUE, media_type TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS delivery (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, result_id TEXT NOT NULL, host TEXT NOT NULL,
    attempts INTEGER NOT NULL, is_delivered INTEGER NOT NULL, last_answer TEXT NOT NULL, at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS delivery_by_result ON delivery (result_id);
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One task as it was sent, and the last refusal of its id."""

    request: Mapping[str, Any]
    #: what links began with for the sender
    base_url: str
    refusal: Mapping[str, Any] | None
    #: seconds since 1970
    refused_at: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Medium:
    """One uploaded file."""

    id: str
    file_name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """How handing over one result ended."""

    #: `webhook` or `upload`
    kind: str
    result_id: str
    #: the rest of the address may hold a secret
    host: str
    attempts: int
    is_delivered: bool
    #: the status of the last answer, or what went wrong instead
    last_answer: str


class Archive:
    """What is remembered; `open` comes before all else."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def open(self) -> None:
        """Make the tables where they are missing."""
        with self._database.write(is_synced=True):
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._database.execute(statement)

    def keep_tasks(self, tasks: Iterable[Mapping[str, Any]], *, base_url: str) -> None:
        """Remember tasks that were accepted, as they were sent."""
        statement = (
            "INSERT INTO exchange (task_id, request, base_url) VALUES (?, ?, ?) ON CONFLICT (task_id) DO UPDATE"
            " SET request = excluded.request, base_url = excluded.base_url, refusal = NULL, refused_at = NULL"
        )
        with self._database.write(is_synced=False):
            for task in tasks:
                self._database.execute(statement, (task["taskUUID"], json.dumps(task), base_url))

    def keep_refusal(self, task: Mapping[str, Any], *, errors: Sequence[Mapping[str, Any]]) -> None:
        """Remember that a task was refused; of one that was accepted before, the first request stays."""
        envelope = json.dumps({"data": [], "errors": list(errors)})
        with self._database.write(is_synced=False):
            self._database.execute(
                "INSERT INTO exchange VALUES (?, ?, '', ?, ?)"
                " ON CONFLICT (task_id) DO UPDATE SET refusal = excluded.refusal, refused_at = excluded.refused_at",
                (task["taskUUID"], json.dumps(task), envelope, self._clock.now()),
            )

    def exchange(self, task_id: str) -> Exchange | None:
        """What is remembered of one task id."""
        query = "SELECT request, base_url, refusal, refused_at FROM exchange WHERE task_id = ?"
        for row in self._database.rows(query, (task_id,)):
            refusal = None if row["refusal"] is None else json.loads(row["refusal"])
            request = json.loads(row["request"])
            return Exchange(request=request, base_url=row["base_url"], refusal=refusal, refused_at=row["refused_at"])
        return None

    def keep_medium(self, medium: Medium) -> None:
        """Remember a file that was uploaded."""
        row = {name: getattr(medium, name) for name in ("id", "file_name", "media_type", "size_bytes")}
        with self._database.write(is_synced=True):
            self._database.insert("medium", {**row, "at": self._clock.now()})

    def medium(self, identifier: str) -> Medium | None:
        """The uploaded file of that id, whatever the case of its letters."""
        return self._medium("id", identifier.lower())

    def medium_of_file(self, file_name: str) -> Medium | None:
        """The uploaded file that is kept under that name."""
        return self._medium("file_name", file_name)

    def forget_medium(self, identifier: str) -> None:
        """Forget an uploaded file."""
        with self._database.write(is_synced=True):
            self._database.execute("DELETE FROM medium WHERE id = ?", (identifier.lower(),))

    def keep_delivery(self, delivery: Delivery) -> None:
        """Remember how a delivery ended."""
        names = ("kind", "result_id", "host", "attempts", "is_delivered", "last_answer")
        row = {name: getattr(delivery, name) for name in names}
        with self._database.write(is_synced=False):
            self._database.insert("delivery", {**row, "at": self._clock.now()})

    def deliveries(self) -> list[sqlite3.Row]:
        """Every delivery that ended, in order."""
        return self._database.rows("SELECT * FROM delivery ORDER BY number")

    def failed_uploads(self, result_ids: Sequence[str]) -> set[str]:
        """Those of the results whose file could not be put where the task said."""
        query = (
            "SELECT result_id FROM delivery WHERE kind = 'upload' AND NOT is_delivered"
            " AND result_id IN (SELECT value FROM json_each(?))"
        )
        return {row["result_id"] for row in self._database.rows(query, (json.dumps(list(result_ids)),))}

    def spendings(self, provider: str) -> list[sqlite3.Row]:
        """Every purchase at a provider in order: cost_usd, at."""
        query = "SELECT purchase.cost_usd, at FROM purchase JOIN job ON job.id = job_id WHERE provider = ?"
        return self._database.rows(f"{query} ORDER BY number", (provider,))

    def _medium(self, key: str, value: str) -> Medium | None:
        query = f"SELECT id, file_name, media_type, size_bytes FROM medium WHERE {key} = ?"  # noqa: S608 - two constants
        return next((Medium(**dict(row)) for row in self._database.rows(query, (value,))), None)
