"""One example: a project, its server and its judge, and what every step of it does and looks at."""

import hashlib
import random
import shutil
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from render.errors import StateError
from render.records import Action
from render.runner.tally import EXIT_FAILED, EXIT_INCOMPLETE
from render.server.app import ServerOptions
from render.server.engines.fixed import FixedEngine
from render.server.rules import FailureRule
from render.store import read_snapshot
from tests.canary import search
from tests.prove.machine.judge import Judge, moments, read_books
from tests.prove.machine.mailbox import Mailbox
from tests.prove.machine.studio import PROJECT, Studio
from tests.server.rehearsal import start_witness

#: what the server sells under this number fails there in the end, and is paid back
DOOMED = 4
_FULL_DISK_BYTES = 2**20
_ENGINE = FixedEngine()


@dataclass
class Ground:
    """Where examples are played, and what all of them together did."""

    folder: Path
    #: on a file system of its own that may be filled; None where there is none
    room: Path | None = None
    #: what falls by chance in the examples falls from it
    seed: int = 0
    tally: Counter = field(default_factory=Counter)


class Life:
    """One project from its first shot to its last."""

    def __init__(self, ground):
        self.tally = ground.tally
        self.tally["examples"] += 1
        self.home, self._threads = ground.folder / f"example-{self.tally['examples']}", []
        self.mailbox = Mailbox()
        chance = random.Random(f"{ground.seed}, {self.tally['examples']}")
        self.witness = start_witness(self._threads, self._options(chance))
        self.room = (ground.room or self.home) / f"renders-{self.tally['examples']}"
        self.studio = Studio(folder=self.home / "film", room=self.room, witness=self.witness, chance=chance)
        self.judge = Judge(self.witness)
        self._crashes = 0

    def _options(self, chance):
        return ServerOptions(
            state_dir=self.home / "server",
            latency_s=(0.0, 0.01),
            chance=chance,
            engine=_ENGINE,
            faults=self.mailbox.script,
            failures=(FailureRule(prompt=f"number {DOOMED}", code="contentPolicyViolation"),),
        )

    def end(self):
        """Close the server and remove everything."""
        self.tally["purchases"] += sum(self.books().bought.values())
        for thread in self._threads:
            thread.close()
        searched = search({}, [self.home, self.room])
        self.tally["files searched for the key"] += searched.texts
        shutil.rmtree(self.home)
        shutil.rmtree(self.room, ignore_errors=True)
        assert searched.leaks == ()

    def books(self):
        """What was bought so far, as the server tells it."""
        return read_books(self.witness)

    def run(self, incident=None, **terms):
        """Run the project, and look at all that was promised."""
        self.tally["runs"] += 1
        played = self._judged(lambda: self.studio.run(incident, **terms))
        if played.summary is not None:
            self.judge.reported(self.studio.snapshot(), self.studio.planned(), played)
        return played

    def crash(self, at_write, *, is_after):
        """Run the project until its process dies; return the folder with what that moment left of the record."""
        self._crashes += 1
        debris = self.home / f"debris-{self._crashes}"
        played = self._judged(lambda: self.studio.run_and_crash(at_write=at_write, is_after=is_after, debris=debris))
        self.tally["crashes" if played.is_crashed else "runs"] += 1
        return debris

    def look(self):
        """Hold record and files against the ledger."""
        books, snapshot = self.books(), self.studio.snapshot()
        self.judge.money(snapshot, books)
        self.judge.files(self.studio.output, snapshot)
        self.judge.places(self.studio.output, snapshot, self.studio.planned())
        return books

    def is_moving(self):
        """Whether another run would do something."""
        return any(each.action not in {Action.SKIP, Action.LEAVE, Action.HOLD} for each in self.studio.planned())

    def idle(self):
        """Make sure that a run with nothing to do does nothing, and says truthfully what is not as wished."""
        actions = {each.action for each in self.studio.planned()}
        asked, written = self.books().requests, moments(self.studio.output)
        again = self.run()
        assert (again.requests, self.books().requests) == (0, asked), "an idle run sent requests"
        assert moments(self.studio.output) == written, "an idle run touched files"
        expected = EXIT_INCOMPLETE if Action.HOLD in actions else EXIT_FAILED if Action.LEAVE in actions else 0
        assert again.exit_status == expected, (actions, again)
        self.tally["idle runs"] += 1

    def in_the_way_of(self, key):
        """The tasks in flight that were bought under another key than this, and that a run would ask after."""
        mark = hashlib.sha256(key.encode()).hexdigest()[-4:]
        asked = [each for each in self.studio.planned() if each.action in {Action.RECOVER, Action.POLL}]
        return [each.task.key for each in asked if each.attempt.key_mark not in {"", mark}]

    def delete(self, number):
        """Delete one of the saved files, as somebody might."""
        snapshot = self.studio.snapshot()
        there = sorted(snapshot.present)
        if there:
            path = there[number % len(there)]
            (self.studio.output / path).unlink()
            self.judge.deleted |= {each.attempt_id for each in snapshot.artifacts.values() if each.path == path}
            self.tally["files deleted"] += 1

    def lose_inputs(self):
        """Let the provider lose every input that it was given; return how many."""
        lost = [upload.media_id for upload in self.studio.snapshot().uploads]
        about = {"taskType": "mediaStorage", "operation": "delete"}
        self.witness.post(*({**about, "taskUUID": str(uuid.uuid4()), "media": media_id} for media_id in lost))
        return len(lost)

    def read_with(self, debris, log):
        """The record that a crash left, with its log replaced; None where it is refused."""
        place = self.home / "reading"
        shutil.copytree(debris, place)
        (place / "state.db-wal").write_bytes(log)
        try:
            return read_snapshot(place / "state.db", project=PROJECT, kind="paid")
        except StateError:
            return None
        finally:
            shutil.rmtree(place)

    def fill_the_disk(self):
        """Write until not one byte more fits."""
        self.tally["full disks"] += 1
        size = _FULL_DISK_BYTES
        with self._filler.open("ab", buffering=0) as file:
            while size:
                try:
                    file.write(bytes(size))
                except OSError:
                    size //= 2

    def make_room(self):
        """Take back what `fill_the_disk` wrote."""
        self._filler.unlink(missing_ok=True)

    @property
    def _filler(self):
        return self.room / "room.filler"

    def _judged(self, play):
        planned, before, bought = self.studio.planned(), self.studio.snapshot(), self.books().bought
        self.judge.ask(self.studio.shots)
        played = play()
        books = self.look()
        self.judge.announced(planned, before, self.studio.snapshot(), set(books.bought) - set(bought))
        return played
