"""Owns the server's database: jobs, results, purchases, what was asked and how often.

Guarantees: a job, its results, its purchase and the request that brought them are one transaction, on the disk before
the reply leaves; a job id is sold once. Counts of reads are committed too, but not synced: they outlive the process,
not a power cut. All methods are called from one thread.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from render.server.records import Job, Result, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from render.server.records import Submission

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE job (
    id TEXT PRIMARY KEY, provider TEXT NOT NULL, task_type TEXT NOT NULL, model TEXT NOT NULL, request TEXT NOT NULL,
    accepted_at REAL NOT NULL, cost_usd REAL NOT NULL
) STRICT;
CREATE TABLE result (
    id TEXT PRIMARY KEY, job_id TEXT NOT NULL REFERENCES job (id), number INTEGER NOT NULL, seed INTEGER NOT NULL,
    cost_usd REAL NOT NULL, file_name TEXT NOT NULL UNIQUE, ready_at REAL NOT NULL, state TEXT NOT NULL,
    finished_at REAL, error_code TEXT NOT NULL, error_message TEXT NOT NULL, UNIQUE (job_id, number)
) STRICT;
CREATE INDEX result_by_state ON result (state);
CREATE TABLE purchase (
    number INTEGER PRIMARY KEY, job_id TEXT NOT NULL REFERENCES job (id), cost_usd REAL NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE submission (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, client_request_id TEXT NOT NULL,
    job_ids TEXT NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE tally (kind TEXT PRIMARY KEY, requests INTEGER NOT NULL) STRICT;
"""
_JOB = "id, provider, task_type, model, request, accepted_at, cost_usd"
_RESULT = "id, job_id, number, seed, cost_usd, file_name, ready_at, state, finished_at, error_code, error_message"
#: the row of `tally` that counts every request once, whatever it held
TOTAL = "total"


class LedgerError(Exception):
    """The database was made by a newer version of this program."""


class Ledger:
    """An open database; make one with `open_ledger`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def sell(self, jobs: Mapping[str, tuple[Job, Sequence[Result]]], *, submission: Submission) -> None:
        """Record the request, and for each job the job itself, its results and one purchase: all, or nothing."""
        with self._transaction("FULL"):
            self._insert("submission", {
                "kind": submission.kind, "body": json.dumps(submission.body), "at": submission.at,
                "client_request_id": submission.client_request_id, "job_ids": json.dumps(list(jobs)),
            })  # fmt: skip
            for job, results in jobs.values():
                row = {name: getattr(job, name) for name in _JOB.split(", ")}
                self._insert("job", {**row, "request": json.dumps(job.request)})
                for result in results:
                    self._insert("result", {name: getattr(result, name) for name in _RESULT.split(", ")})
                self._insert("purchase", {"job_id": job.id, "cost_usd": job.cost_usd, "at": job.accepted_at})

    def finish(self, result: Result) -> None:
        """Record that a waiting result is done or failed; one that is neither any more stays as it is."""
        with self._transaction("FULL"):
            self._connection.execute(
                "UPDATE result SET state = ?, finished_at = ?, error_code = ?, error_message = ?"
                " WHERE id = ? AND state = 'waiting'",
                (result.state, result.finished_at, result.error_code, result.error_message, result.id),
            )

    def count(self, kinds: Sequence[str]) -> None:
        """Count one request under each of its kinds, and once in the total."""
        with self._transaction("NORMAL"):
            self._connection.executemany(
                "INSERT INTO tally VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET requests = requests + 1",
                [(kind,) for kind in {TOTAL, *kinds}],
            )

    def jobs(self, ids: Sequence[str]) -> dict[str, Job]:
        """The jobs among these ids that exist, by id."""
        return {job.id: job for job in map(_job, self._among("job", _JOB, "id", ids))}

    def results(self, job_ids: Sequence[str]) -> dict[str, list[Result]]:
        """The results of these jobs by job id, in the order of their numbers."""
        found: dict[str, list[Result]] = {}
        for row in self._among("result", _RESULT, "job_id", job_ids, order="number"):
            found.setdefault(row["job_id"], []).append(_result(row))
        return found

    def result_of_file(self, file_name: str) -> Result | None:
        """The result whose file has that name."""
        rows = self._among("result", _RESULT, "file_name", [file_name])
        return _result(rows[0]) if rows else None

    def waiting(self) -> list[Result]:
        """All results that are neither done nor failed, oldest job first."""
        query = f"SELECT {_columns('result', _RESULT)} FROM result JOIN job ON job.id = job_id"  # noqa: S608 - constants
        rows = self._connection.execute(f"{query} WHERE state = 'waiting' ORDER BY accepted_at, job_id, number")
        return [_result(row) for row in rows]

    def purchases(self) -> list[sqlite3.Row]:
        """Every purchase in order: id, provider, model, cost_usd, at."""
        query = "SELECT job.id, provider, model, purchase.cost_usd, at FROM purchase JOIN job ON job.id = job_id"
        return self._connection.execute(f"{query} ORDER BY number").fetchall()

    def submissions(self) -> list[sqlite3.Row]:
        """Every request for paid work in order: number, kind, body, client_request_id, job_ids, at."""
        return self._connection.execute("SELECT * FROM submission ORDER BY number").fetchall()

    def tallies(self) -> dict[str, int]:
        """How many requests were counted under each kind, `total` among them."""
        return dict(self._connection.execute("SELECT kind, requests FROM tally ORDER BY kind").fetchall())

    def spans(self) -> list[tuple[float, float | None]]:
        """From when to when each job was open, in seconds since 1970; None for one that still is."""
        ended = "CASE WHEN COUNT(*) = COUNT(finished_at) THEN MAX(finished_at) END"
        query = f"SELECT accepted_at, {ended} FROM job JOIN result ON job.id = job_id GROUP BY job.id"  # noqa: S608
        return [(row[0], row[1]) for row in self._connection.execute(query)]

    def _insert(self, table: str, row: Mapping[str, Any]) -> None:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self._connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608

    def _among(
        self, table: str, columns: str, key: str, values: Sequence[str], *, order: str = "1"
    ) -> list[sqlite3.Row]:
        # one parameter of JSON instead of many marks: SQLite limits their number
        query = f"SELECT {columns} FROM {table} WHERE {key} IN (SELECT value FROM json_each(?)) ORDER BY {order}"  # noqa: S608
        return self._connection.execute(query, (json.dumps(list(values)),)).fetchall()

    @contextmanager
    def _transaction(self, synchronous: str) -> Iterator[None]:
        self._connection.execute(f"PRAGMA synchronous = {synchronous}")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


@contextmanager
def open_ledger(path: Path) -> Iterator[Ledger]:
    """Open the database at `path`, making it where there is none.

    Raises:
        LedgerError: a newer version of this program made it.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        _set_up(connection, path)
        yield Ledger(connection)
    finally:
        connection.close()


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _SCHEMA_VERSION:
        connection.execute("ROLLBACK")
        raise LedgerError(f"{path} is of version {version}; this server knows {_SCHEMA_VERSION}")
    if version == 0:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _columns(table: str, names: str) -> str:
    return ", ".join(f"{table}.{name}" for name in names.split(", "))


def _job(row: sqlite3.Row) -> Job:
    return Job(**{**dict(row), "request": json.loads(row["request"])})


def _result(row: sqlite3.Row) -> Result:
    return Result(**{**dict(row), "state": State(row["state"])})
