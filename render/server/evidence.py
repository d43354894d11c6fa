"""Reads out of the server's database what a judge asks for. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from render.server.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Which rows of the usage log are asked for; times in seconds since 1970."""

    start: float
    end: float
    limit: int
    offset: int
    models: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    #: only rows that became readable before that moment
    seen_at: float
    #: seconds from the moment a row speaks of until it is readable
    lag_s: float
    #: whether that moment is the end of a generation, not its acceptance
    after_end: bool


class Evidence:
    """Questions to one database."""

    def __init__(self, database: Database) -> None:
        self._rows = database.rows

    def purchases(self) -> list[sqlite3.Row]:
        """Every purchase in order: id, provider, model, cost_usd, at."""
        query = "SELECT job.id, provider, model, purchase.cost_usd, at FROM purchase JOIN job ON job.id = job_id"
        return self._rows(f"{query} ORDER BY number")

    def refunds(self) -> list[sqlite3.Row]:
        """Every refund in order: id of the job, provider, result, cost_usd, at."""
        return self._rows(
            "SELECT job_id AS id, provider, result_id AS result, cost_usd, at FROM refund ORDER BY number"
        )

    def submissions(self) -> list[sqlite3.Row]:
        """Every request for paid work in order: number, kind, body, client_request_id, job_ids, at."""
        return self._rows("SELECT * FROM submission ORDER BY number")

    def tallies(self) -> dict[str, int]:
        """How many requests were counted under each kind, `total` among them."""
        return {row["kind"]: row["requests"] for row in self._rows("SELECT kind, requests FROM tally ORDER BY kind")}

    def spans(self) -> list[tuple[str, float, float | None]]:
        """Each job's provider, and from when to when it was open, in seconds since 1970; None for one that still is."""
        ended = "CASE WHEN COUNT(*) = COUNT(finished_at) THEN MAX(finished_at) END"
        query = f"SELECT provider, accepted_at, {ended} FROM job JOIN result ON job.id = job_id GROUP BY job.id"  # noqa: S608
        return [(row[0], row[1], row[2]) for row in self._rows(query)]

    def faults(self) -> list[sqlite3.Row]:
        """Every fault that happened, in order: event, occurrence, action, at."""
        return self._rows("SELECT event, occurrence, action, at FROM fault ORDER BY number")

    def held(self) -> list[sqlite3.Row]:
        """Every request that came when its sender had been asked to stay away: provider, kind, at, since_s, left_s."""
        return self._rows("SELECT provider, kind, at, since_s, left_s FROM held ORDER BY number")

    def usage(self, window: Window) -> tuple[list[sqlite3.Row], int]:
        """One page of the generations of AI/ML API, newest first, and how many there are on all pages.

        A row holds: id, model, cost_usd (0 for one that failed), accepted_at, state, client_request_id, number.
        """
        where, values = _conditions(window)
        body = (
            "FROM job JOIN result ON result.job_id = job.id JOIN purchase ON purchase.job_id = job.id"
            f" LEFT JOIN submission ON submission.number = purchase.submission WHERE {where}"
        )
        columns = (
            "job.id, model, accepted_at, state, client_request_id, purchase.number,"
            " CASE state WHEN 'failed' THEN 0 ELSE purchase.cost_usd END AS cost_usd"
        )
        total = self._rows(f"SELECT COUNT(*) {body}", values)[0][0]
        page = f"SELECT {columns} {body} ORDER BY accepted_at DESC, purchase.number DESC LIMIT ? OFFSET ?"
        return self._rows(page, (*values, window.limit, window.offset)), total


def _conditions(window: Window) -> tuple[str, Sequence[str | float]]:
    moment = "finished_at" if window.after_end else "accepted_at"
    parts = ["provider = 'aimlapi'", "accepted_at BETWEEN ? AND ?", f"{moment} <= ?"]
    values: list[str | float] = [window.start, window.end, window.seen_at - window.lag_s]
    if window.models:
        # a model may be named without the maker before its slash
        names = ", ".join("?" * len(window.models))
        parts.append(f"(model IN ({names}) OR substr(model, instr(model, '/') + 1) IN ({names}))")
        values += [*window.models, *window.models]
    if len(set(window.statuses)) == 1:
        parts.append("state = 'failed'" if window.statuses[0] == "failed" else "state != 'failed'")
    return " AND ".join(parts), values
