"""Holds what a project recorded against what its server sold. The server's ledger is believed, never the record.

Raises AssertionError with the facts in it; changes nothing.
"""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from render.containers.measure import measure
from render.records import Action, Status

_UNFINISHED = {Status.PREPARED, Status.SUBMITTED, Status.RENDERED}
_SIGNALLED = {130, 143}
_NOT_MEDIA = ("state.", ".renderline-", "render.log", "room.filler")


@dataclass
class Books:
    """What the server sold to one project, read once."""

    #: attempt id -> how often it was bought, and what of that was given back
    bought: Counter
    refunded: Counter
    #: prompt -> how many purchases stand, refunds taken off
    standing: Counter
    #: attempt id -> the provider's id
    remote: dict
    requests: int


def read_books(witness):
    """Ask the server who bought what."""
    ledger, submissions = witness.ledger(), witness.ask("/admin/requests").body["requests"]
    books = Books(Counter(), Counter(), Counter(), {}, ledger["total_requests"])
    prompts, owners = {}, {}
    for submission in submissions:
        # one task a request, and an id that was taken already is refused
        for remote_id, order in zip(submission["accepted"], _orders(submission["body"]), strict=False):
            owners[remote_id] = submission["client_request_id"] or remote_id
            prompts[remote_id] = order.get("positivePrompt") or order["prompt"]
    books.remote = {owner: remote_id for remote_id, owner in owners.items()}
    for purchase in ledger["purchases"]:
        books.bought[owners[purchase["id"]]] += 1
        books.standing[prompts[purchase["id"]]] += 1
    for refund in ledger["refunds"]:
        books.refunded[owners[refund["id"]]] += 1
        books.standing[prompts[refund["id"]]] -= 1
    return books


def _orders(body):
    return body if isinstance(body, list) else [body]


@dataclass
class Judge:
    """What may have been bought so far, and what is known of the files."""

    witness: object
    #: (prompt, take) -> the most tasks that ever asked for it at once
    demand: Counter = field(default_factory=Counter)
    #: prompt -> how many purchases a person gave up
    given_up: Counter = field(default_factory=Counter)
    #: attempts whose file somebody deleted
    deleted: set = field(default_factory=set)
    _digests: dict = field(default_factory=dict)

    def ask(self, shots):
        """Note what the manifest of a run asks for."""
        wanted = Counter((each.prompt, take) for each in shots.values() for take in range(1, each.takes + 1))
        for content, count in wanted.items():
            self.demand[content] = max(self.demand[content], count)

    def announced(self, planned, before, after, new):
        """Make sure that a run bought nothing that its plan did not name."""
        recovered = {each.attempt.id for each in planned if each.action is Action.RECOVER}
        to_buy = Counter((each.task.key, each.fingerprint) for each in planned if each.action is Action.SUBMIT)
        known = {attempt.id for attempt in before.attempts}
        made = {attempt.id: (attempt.task_key, attempt.fingerprint) for attempt in after.attempts}
        for attempt_id in new:
            assert attempt_id in recovered or attempt_id not in known, f"{attempt_id} was bought out of turn"
            assert attempt_id in made, f"{attempt_id} was bought and never written down"
        fresh = Counter(made[attempt_id] for attempt_id in new if attempt_id not in known)
        assert fresh <= to_buy, f"bought {fresh - to_buy} beyond the plan"

    def money(self, snapshot, books):
        """Make sure that nothing was bought twice and that nothing paid is forgotten."""
        attempts = {attempt.id: attempt for attempt in snapshot.attempts}
        failed = [attempt for attempt in snapshot.attempts if attempt.status is Status.FAILED]
        for attempt_id, count in books.bought.items():
            assert count == 1, f"{attempt_id} was bought {count} times"
            assert attempt_id in attempts, f"{attempt_id} was paid for and is not recorded"
            is_failed = attempts[attempt_id] in failed
            assert not is_failed or books.refunded[attempt_id], f"{attempt_id} is paid for and recorded as failed"
        # after a failure that cost nothing a task may be bought under its next number, though a renamed one would do
        allowed = self.given_up + Counter(each.params["prompt"] for each in failed)
        for (prompt, _), count in self.demand.items():
            allowed[prompt] += count
        assert books.standing <= allowed, f"paid twice: {books.standing - allowed}"

    def files(self, output, snapshot):
        """Make sure that every file under a final name is whole, and that what was saved is still somewhere."""
        held = {self._digest(path) for path in _media(output)}
        for attempt in snapshot.attempts:
            if attempt.status is not Status.SAVED:
                continue
            artifact = snapshot.artifacts[attempt.id]
            if artifact.sha256 in held:
                self.deleted.discard(attempt.id)
            assert artifact.sha256 in held or attempt.id in self.deleted, f"{artifact.path} was saved and is gone"

    def places(self, output, snapshot, planned):
        """Make sure that a file that a plan calls up to date is the one that was bought for its task."""
        for each in planned:
            if each.action is Action.SKIP:
                artifact, path = snapshot.artifacts[each.attempt.id], output / each.task.path
                assert each.attempt.params["prompt"] == each.task.params["prompt"], each
                assert self._digest(path) == artifact.sha256, f"{each.task.path} holds another render than its own"

    def _digest(self, path):
        stat = path.stat()
        known = (str(path), stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if known not in self._digests:
            with path.open("rb") as file:
                measure(file, stat.st_size)
            self._digests[known] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self._digests[known]

    def reported(self, snapshot, planned, played):
        """Make sure that a run that ended with 0 left nothing undone, and that one that did not says why."""
        undone = [f"{each.task.key}: {each.action}, {each.reason}" for each in planned if each.action != Action.SKIP]
        unfinished = [each.id for each in snapshot.attempts if each.status in _UNFINISHED]
        if played.exit_status == 0:
            assert not undone, f"it ended with 0, and the plan says {undone}"
            assert not unfinished, f"it ended with 0, and these are unfinished: {unfinished}"
        counts = played.summary
        # what a signal cut short is counted, and is told by the signal
        cut_short = counts.parked if counts.exit_status in _SIGNALLED else 0
        without = counts.failed + counts.ambiguous + counts.held + counts.parked + counts.lost - cut_short
        assert without <= len(counts.failures), f"{without} tasks have no file, and only {counts.failures} are told"


def moments(output):
    """When each media file was written, by path."""
    found = defaultdict(int)
    for path in _media(output):
        found[str(path)] = path.stat().st_mtime_ns
    return found


def _media(output):
    if not output.is_dir():
        return []
    return [path for path in output.rglob("*") if path.is_file() and not path.name.startswith(_NOT_MEDIA)]
