"""Holds what one seed left behind against the promises. The server's ledger speaks of money; the disk, of files.

What the runner says of itself is believed only where it admits something: that a shot is parked, held, ambiguous or
lost, or why it ended.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from render.containers.measure import measure
from render.errors import BytesRefusedError
from render.records import Status
from render.server.records import State
from render.store import read_snapshot
from tests.prove.simulation.client import KIND, PROJECT, planned
from tests.prove.simulation.exits import untruths
from tests.prove.simulation.scenario import PROVIDERS
from tests.prove.simulation.spending import judge_money

_ADMITTED = {"ambiguous", "held", "lost", "parked"}
#: a stopped run has so long
_STOP_S = 5.0
_AN_INSTANT_S = 0.001


@dataclass(kw_only=True)
class Verdict:
    """What one seed shows: figures, and every breach in words."""

    number: int
    seconds: float
    purchases: int = 0
    twice: int = 0
    lost: int = 0
    admitted: int = 0
    over_limit: int = 0
    over_unheard: int = 0
    over_budget: int = 0
    spent_share: float = 0.0
    in_hold: int = 0
    half_files: int = 0
    kills: int = 0
    breaches: list = field(default_factory=list)

    def breach(self, words):
        self.breaches.append(words)


def judge(seed):
    """Say what the promises come to in one seed."""
    verdict = Verdict(number=seed.number, seconds=seed.seconds)
    verdict.kills = sum(ran.is_killed for ran in seed.lives)
    for ran in seed.lives:
        for words in untruths(ran, seed):
            verdict.breach(words)
        if ran.stopped_at is not None and ran.ended_at - ran.stopped_at > _STOP_S:
            verdict.breach(f"a stop took {ran.ended_at - ran.stopped_at:.1f} s")
    if seed.ledger is None:
        verdict.breach(f"did not end: {seed.broken}")
        return verdict
    if not seed.is_quiet:
        verdict.breach("is not quiet after many runs in calm")
    verdict.purchases = seed.ledger.sold
    record = read_snapshot(seed.folder / "film" / "state.db", project=PROJECT, kind=KIND)
    _judge_purchases(verdict, seed, record)
    judge_money(verdict, seed, record)
    _judge_manners(verdict, seed, record)
    _judge_files(verdict, seed, record)
    return verdict


def _judge_purchases(verdict, seed, record):
    """No purchase twice, none without its intent, and none whose result is neither here nor admitted to be missing."""
    attempts = {attempt.id: attempt for attempt in record.attempts}
    admitted = _admitted(seed, record)
    finished = Counter()
    for ours, jobs in seed.ledger.jobs.items():
        attempt = attempts.get(ours)
        if attempt is None:
            verdict.breach(f"bought without an intent: {ours}")
            continue
        if len(jobs) > 1:
            verdict.twice += 1
            verdict.breach(f"bought {len(jobs)} times under one id: {attempt.task_key}")
        done = [job for job in jobs if seed.ledger.states[job] is not State.FAILED]
        finished[attempt.fingerprint] += bool(done)
        if done and attempt.status is not Status.SAVED:
            verdict.admitted += attempt.id in admitted
            if attempt.id not in admitted:
                verdict.lost += 1
                verdict.breach(f"paid for and not told of: {attempt.task_key} is {attempt.status}")
    for fingerprint, count in finished.items():
        if count > 1:
            verdict.twice += 1
            verdict.breach(f"the same content was bought {count} times: {fingerprint[:12]}")


def _admitted(seed, record):
    """Ids of the attempts that the last run named as unfinished, under whatever name they go by now."""
    summaries = [ran.summary for ran in seed.lives if ran.summary is not None]
    failures = summaries[-1].failures if summaries else ()
    keys = {failure.key for failure in failures if failure.kind in _ADMITTED}
    wishes = seed.scenario.lives[-1].wishes
    todo = planned(wishes, record, adopts_from_log=seed.scenario.adopts_from_log)
    return {each.attempt.id for each in todo.tasks if each.attempt is not None and each.task.key in keys}


def _judge_manners(verdict, seed, record):
    """Never more open jobs than were allowed, and no request while the server asked for patience.

    A purchase that was never acknowledged may be open or may not exist, so it counts in a figure of its own.
    """
    allowed = seed.scenario.concurrency
    unheard = {attempt.id for attempt in record.attempts if attempt.status is Status.PREPARED}
    for provider in PROVIDERS:
        verdict.over_unheard = max(verdict.over_unheard, int(seed.ledger.highest_open(provider) > allowed))
        highest = seed.ledger.highest_open(provider, unheard=unheard)
        if highest > allowed:
            verdict.over_limit = 1
            verdict.breach(f"{highest} open at {provider}, allowed are {allowed}")
    for at, since_s, kind in seed.ledger.held:
        if _was_heard(seed, at - since_s, before=at):
            verdict.in_hold += 1
            verdict.breach(f"{kind} at {at:.2f}, {since_s:.2f} s into a hold")


def _was_heard(seed, asked_at, *, before):
    """Whether who came at `before` could know that patience was asked for at `asked_at`."""
    is_younger = any(asked_at < ran.began_at <= before for ran in seed.lives)
    got_lost = any(
        what.startswith("network") and detail == "server" and abs(second - asked_at) < _AN_INSTANT_S
        for second, what, detail in seed.trace
    )
    return not is_younger and not got_lost


def _judge_files(verdict, seed, record):
    """Every file under a final name is whole and has been recorded, and every recorded one is there."""
    folder = seed.folder / "film"
    recorded = {artifact.path: artifact for artifact in record.artifacts.values()}
    # a renamed file keeps its old name, too, which then stands in no row of its own
    digests, found = {artifact.sha256 for artifact in recorded.values()}, set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith("state.") and not path.name.endswith(".part"):
            found.add(name)
            words = _fault_of(path, {recorded[name].sha256} if name in recorded else digests)
            if words:
                verdict.half_files += 1
                verdict.breach(f"{name} {words}")
    for missing in sorted(set(recorded) - found):
        verdict.breach(f"recorded and not there: {missing}")


def _fault_of(path, digests):
    """What is wrong with a file, in words; "" for nothing."""
    try:
        with path.open("rb") as file:
            measure(file, path.stat().st_size)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except BytesRefusedError as error:
        return f"is not whole: {error.message}"
    return "" if digest in digests else "is another than was recorded, or in no record"
