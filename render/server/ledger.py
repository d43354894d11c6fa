"""Owns what the server sold: jobs, results, purchases and refunds, and counts what was asked and how often.

Guarantees: a job, its results, its purchase and the request that brought them stand together or not at all, on the
disk before the reply leaves; a job id is never open twice. All methods are called from one thread.
"""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from render.server.database import Database, LedgerError, open_database
from render.server.records import Job, Result, State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from render.server.records import Submission

__all__ = ["TOTAL", "Ledger", "LedgerError", "open_ledger"]

_JOB = "id, provider, task_type, model, request, accepted_at, cost_usd"
_RESULT = "id, job_id, number, seed, cost_usd, file_name, ready_at, state, finished_at, error_code, error_message"
#: the row of `tally` that counts every request once, whatever it held
TOTAL = "total"


class Ledger:
    """The sales of an open database; make one with `open_ledger`."""

    def __init__(self, database: Database) -> None:
        #: for those who keep further tables beside the sales
        self.database = database
        self._spent_usd: defaultdict[str, float] = defaultdict(float)
        self._read_spent()

    def sell(self, jobs: Mapping[str, tuple[Job, Sequence[Result]]], *, submission: Submission) -> None:
        """Record the request, and for each job the job itself, its results and one purchase: all, or nothing."""
        with self.database.write(is_synced=True):
            number = self.database.insert("submission", {
                "kind": submission.kind, "body": json.dumps(submission.body), "at": submission.at,
                "client_request_id": submission.client_request_id, "job_ids": json.dumps(list(jobs)),
            })  # fmt: skip
            for job, results in jobs.values():
                self._sell_one(job, results, submission=number)
        for job, _ in jobs.values():
            self._spent_usd[job.provider] += job.cost_usd

    def retire(self, job_ids: Iterable[str]) -> None:
        """Let these ids be sold again: what was bought under them stays, their results go elsewhere."""
        copied = ", ".join(name for name in _JOB.split(", ") if name != "id")
        for job_id in job_ids:
            with self.database.write(is_synced=True):
                (sold,) = self.database.rows("SELECT COUNT(*) FROM purchase WHERE job_id = ?", (job_id,))
                former = (f"{job_id}~{sold[0]}", job_id)
                self.database.execute(
                    f"INSERT INTO job (id, {copied}) SELECT ?, {copied} FROM job WHERE id = ?",  # noqa: S608
                    former,
                )
                self.database.execute("UPDATE result SET job_id = ? WHERE job_id = ?", former)
                self.database.execute("DELETE FROM job WHERE id = ?", (job_id,))

    def finish(self, result: Result, *, refund_usd: float = 0.0) -> None:
        """Record that a waiting result is done or failed, and what is given back for it.

        One that is neither waiting any more stays as it is.
        """
        with self.database.write(is_synced=True):
            changed = self.database.execute(
                "UPDATE result SET state = ?, finished_at = ?, error_code = ?, error_message = ?"
                " WHERE id = ? AND state = 'waiting'",
                (result.state, result.finished_at, result.error_code, result.error_message, result.id),
            )
            if not changed.rowcount or not refund_usd:
                return
            provider = self.jobs([result.job_id])[result.job_id].provider
            self.database.insert("refund", {
                "job_id": result.job_id, "provider": provider, "result_id": result.id, "cost_usd": refund_usd,
                "at": result.finished_at,
            })  # fmt: skip
        self._spent_usd[provider] -= refund_usd

    def count(self, kinds: Sequence[str]) -> None:
        """Count one request under each of its kinds, and once in the total."""
        with self.database.write(is_synced=False):
            for kind in {TOTAL, *kinds}:
                self.database.execute(
                    "INSERT INTO tally VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET requests = requests + 1", (kind,)
                )

    async def committed(self) -> None:
        """Wait until all that was recorded so far is committed; every reply waits for this before it leaves."""
        await self.database.committed()

    def spent_usd(self, provider: str) -> float:
        """What was paid to a provider, less what it gave back."""
        return self._spent_usd[provider]

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
        query = f"SELECT {_columns('result', _RESULT)} FROM result JOIN job ON job.id = job_id WHERE state = 'waiting'"  # noqa: S608
        return [_result(row) for row in self.database.rows(f"{query} ORDER BY accepted_at, job_id, number")]

    def _sell_one(self, job: Job, results: Sequence[Result], *, submission: int) -> None:
        row = {name: getattr(job, name) for name in _JOB.split(", ")}
        self.database.insert("job", {**row, "request": json.dumps(job.request)})
        for result in results:
            self.database.insert("result", {name: getattr(result, name) for name in _RESULT.split(", ")})
        purchase = {"job_id": job.id, "cost_usd": job.cost_usd, "at": job.accepted_at, "submission": submission}
        self.database.insert("purchase", purchase)

    def _read_spent(self) -> None:
        paid = "SELECT provider, purchase.cost_usd AS usd FROM purchase JOIN job ON job.id = job_id"
        given_back = "SELECT provider, -cost_usd AS usd FROM refund"
        query = f"SELECT provider, SUM(usd) FROM ({paid} UNION ALL {given_back}) GROUP BY provider"  # noqa: S608
        self._spent_usd.update({row[0]: row[1] for row in self.database.rows(query)})

    def _among(
        self, table: str, columns: str, key: str, values: Sequence[str], *, order: str = "1"
    ) -> list[sqlite3.Row]:
        # one parameter of JSON instead of many marks: SQLite limits their number
        query = f"SELECT {columns} FROM {table} WHERE {key} IN (SELECT value FROM json_each(?)) ORDER BY {order}"  # noqa: S608
        return self.database.rows(query, (json.dumps(list(values)),))


@contextmanager
def open_ledger(path: Path) -> Iterator[Ledger]:
    """Open the ledger at `path`, making it where there is none.

    Raises:
        LedgerError: a newer version of this program made it.
    """
    with open_database(path) as database:
        yield Ledger(database)


def _columns(table: str, names: str) -> str:
    return ", ".join(f"{table}.{name}" for name in names.split(", "))


def _job(row: sqlite3.Row) -> Job:
    return Job(**{**dict(row), "request": json.loads(row["request"])})


def _result(row: sqlite3.Row) -> Result:
    return Result(**{**dict(row), "state": State(row["state"])})
