"""Judges a project after its last run: by the server's ledger, by the bytes on the disk, and by what was reported.

Nothing of a run's own account of money is believed.
"""

import hashlib
from contextlib import closing
from dataclasses import dataclass, field

from render.containers.measure import measure
from render.errors import RenderError
from render.store import read_snapshot
from render.store.connection import connect_to_read

_AMBIGUOUS, _UNFINISHED, _NOT_AS_WISHED = "ambiguous", {"ambiguous", "held", "parked"}, {"failed", "left", "lost"}


@dataclass(kw_only=True)
class Verdict:
    """What was found; `breaches` in words, and the counts that a table shows."""

    breaches: list = field(default_factory=list)
    bought_twice: int = 0
    lost: int = 0
    ambiguous: int = 0
    half_files: int = 0

    def find(self, breach):
        """Note a breach."""
        self.breaches.append(breach)


def judge(scenario, project, server, last):
    """Judge how `scenario` stands after its last run, which ended as `last` says."""
    verdict = Verdict()
    _judge_words(verdict, last)
    try:
        record = read_snapshot(project.output / "state.db", project="film", kind="paid")
    except RenderError as error:
        verdict.find(f"the record cannot be read: {error}")
        return verdict
    ends = _ends(scenario, record, last.summary)
    verdict.ambiguous = sum(word == _AMBIGUOUS for word in ends.values())
    for shot, word in ends.items():
        if word not in scenario.ends[shot]:
            verdict.find(f"{shot} ended as {word!r}")
    _judge_money(verdict, scenario, bought=server.bought(project.mark), ends=ends)
    _judge_files(verdict, project, record)
    return verdict


def soundness(path):
    """What SQLite says of a whole database; `ok` where nothing is wrong."""
    with closing(connect_to_read(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]


def _judge_words(verdict, last):
    """The exit status must be that of the worst count, and a user sees no traceback."""
    if "Traceback" in last.stderr:
        verdict.find(f"a traceback: {last.stderr[-500:]}")
    counts = last.summary
    if not counts:
        verdict.find(f"no summary, exit {last.status}: {last.stderr[-500:]}")
        return
    unfinished = any(counts[word] for word in _UNFINISHED)
    missing = any(counts[word] for word in _NOT_AS_WISHED)
    truthful = {6} if unfinished else {1, 5} if missing else {0}
    if last.status not in truthful:
        verdict.find(f"exit {last.status} where {truthful} is true")


def _ends(scenario, record, summary):
    """The word for each shot: what the last run reported of it, or else what is recorded."""
    reported = {failure["key"].partition(".")[0]: failure["kind"] for failure in summary.get("failures", ())}
    recorded = {attempt.shot: attempt.status.value for attempt in record.attempts}
    return {shot["id"]: reported.get(shot["id"]) or recorded.get(shot["id"], "nothing") for shot in scenario.shots}


def _judge_money(verdict, scenario, *, bought, ends):
    verdict.bought_twice = sum(count - 1 for count in bought.values())
    if verdict.bought_twice:
        verdict.find(f"bought twice: {[content for content, count in bought.items() if count > 1]}")
    for shot in scenario.shots:
        is_paid = any(shot["prompt"] in content for content in bought)
        if is_paid and ends[shot["id"]] == "nothing":
            verdict.lost += 1
            verdict.find(f"{shot['id']} is paid for, and nothing tells of it")
        if ends[shot["id"]] == "saved" and not is_paid:
            verdict.find(f"{shot['id']} is saved, and was never sold")


def _judge_files(verdict, project, record):
    for path in _files(project.output):
        if path.name.endswith(".part"):
            verdict.find(f"left behind: {path.name}")
        elif not _is_whole(path):
            verdict.half_files += 1
            verdict.find(f"not whole: {path}")
    for artifact in record.artifacts.values():
        path = project.output / artifact.path
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != artifact.sha256:
            verdict.lost += 1
            verdict.find(f"recorded, and not there: {artifact.path}")


def _files(output):
    """All files but the record, the lock and the log."""
    found = (path for path in output.rglob("*") if path.is_file())
    return [path for path in found if path.parent != output]


def _is_whole(path):
    try:
        with path.open("rb") as file:
            measure(file, path.stat().st_size)
    except RenderError:
        return False
    return True
