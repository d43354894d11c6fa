"""What the server knows at the end of a seed: the only witness of money, of concurrency and of broken holds."""

import json
from dataclasses import dataclass

from render.server.admin import highest_overlap
from render.server.evidence import Evidence
from render.server.options import SERVICE
from render.server.records import State


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What was sold, as the server's own rows say; times in virtual seconds."""

    #: (second, USD): what was charged, and what was given back as a negative
    money: tuple
    #: ids of jobs by the client's own id for the purchase
    jobs: dict
    #: how the result of each job ended
    states: dict
    #: (provider, the client's own id, second of acceptance, second of the end or None) of every job
    spans: tuple
    #: (second, seconds since the hold began, event) of every request that came too early
    held: tuple
    #: how often each fault struck
    faults: dict

    @property
    def sold(self):
        return sum(map(len, self.jobs.values()))

    def highest_open(self, provider, *, unheard=frozenset()):
        """The most jobs of a provider that were open at once, without those bought under the ids `unheard`."""
        return highest_overlap(
            (begins_at, ends_at)
            for name, ours, begins_at, ends_at in self.spans
            if name == provider and ours not in unheard
        )


def read_ledger(app, *, epoch):
    """Read everything out of the server of `app`; `epoch` is when its clock stood at 0, in seconds since 1970."""
    database = app[SERVICE].ledger.database
    evidence = Evidence(database)
    sales, refunds = evidence.purchases(), evidence.refunds()
    jobs = _jobs(evidence, sales)
    charged = [(row["at"] - epoch, row["cost_usd"]) for row in sales]
    given_back = [(row["at"] - epoch, -row["cost_usd"]) for row in refunds]
    return Ledger(
        money=tuple(sorted(charged + given_back)),
        jobs=jobs,
        states={row["job_id"]: State(row["state"]) for row in database.rows("SELECT job_id, state FROM result")},
        spans=_spans(database, jobs),
        held=tuple((row["at"] - epoch, row["since_s"], row["kind"]) for row in evidence.held()),
        faults=_faults(evidence),
    )


def _jobs(evidence, sales):
    """At Runware a job bears the client's id; at the other the request that brought it bore one."""
    requests = {}
    for row in evidence.submissions():
        requests.update(dict.fromkeys(json.loads(row["job_ids"]), row["client_request_id"]))
    jobs = {}
    for row in sales:
        ours = row["id"] if row["provider"] == "runware" else requests[row["id"]]
        jobs.setdefault(ours, []).append(row["id"])
    return jobs


def _spans(database, jobs):
    ours = {job: name for name, sold in jobs.items() for job in sold}
    rows = database.rows(
        "SELECT job.id, provider, accepted_at, finished_at FROM job JOIN result ON job.id = job_id ORDER BY accepted_at"
    )
    return tuple((row["provider"], ours[row["id"]], row["accepted_at"], row["finished_at"]) for row in rows)


def _faults(evidence):
    counts = {}
    for row in evidence.faults():
        counts[row["action"]] = counts.get(row["action"], 0) + 1
    return counts
