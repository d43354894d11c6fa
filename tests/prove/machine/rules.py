"""What an author, a machine and a provider may do to one project, in any order; after each step the judge looks.

`Project` is a Hypothesis state machine: a failing sequence is printed as the steps that lead to it.
"""

import os
import signal
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from render import cli
from render.errors import SettingsError, StateError
from render.records import Action
from render.store import open_store
from tests.canary import KEY
from tests.prove.machine.life import DOOMED, Ground, Life
from tests.prove.machine.mailbox import pairs
from tests.prove.machine.studio import PROJECT, Incident, Wanted

_NAMES = st.sampled_from(["arrival", "dome", "gulls", "tide", "stars"])
_WANTED = st.builds(Wanted, kind=st.sampled_from(["still", "still", "clip", "plate"]), content=st.integers(1, DOOMED))
#: what the author changes just before a run, so that there is something for it to do
_EDITS = st.lists(st.tuples(_NAMES, _WANTED), max_size=3)
_WRITES = st.integers(1, 6)
_YEARS = st.sampled_from([-10, 10, 0])


class Project(RuleBasedStateMachine):
    """One project from its first shot on; `ground` is given by whoever plays."""

    ground: Ground

    def __init__(self):
        super().__init__()
        self.life = Life(self.ground)
        self.studio, self.tally = self.life.studio, self.life.tally

    def teardown(self):
        self.life.end()

    @initialize(first=_WANTED, second=_WANTED, third=_WANTED, is_watched=st.sampled_from([False] * 7 + [True]))
    def begin(self, first, second, third, is_watched):
        self.studio.shots = {"arrival": first, "dome": second, "gulls": third}
        # a refusal takes half a second of patience with those who only look, so not every project meets one
        self.may_meet_another_run = is_watched

    # the author

    @rule(name=_NAMES, wanted=_WANTED)
    def add_or_edit(self, name, wanted):
        self.studio.shots[name] = wanted

    @rule(name=_NAMES)
    def remove(self, name):
        if len(self.studio.shots) > 1:
            self.studio.shots.pop(name, None)

    @rule(name=_NAMES, takes=st.integers(1, 3))
    def change_takes(self, name, takes):
        if name in self.studio.shots:
            self.studio.shots[name] = replace(self.studio.shots[name], takes=takes)

    @rule(one=_NAMES, other=_NAMES)
    def swap_or_rename(self, one, other):
        shots = self.studio.shots
        shots[one], shots[other] = shots.get(other), shots.get(one)
        self.studio.shots = {name: wanted for name, wanted in shots.items() if wanted is not None}

    @rule(number=st.integers(0, 9))
    def delete_a_file(self, number):
        self.life.delete(number)

    # what happens to a run

    @rule()
    def run(self):
        self.life.run()

    @rule()
    def run_to_the_end(self):
        self.life.mailbox.empty()
        played = self.life.run()
        for _ in range(3):
            if played.exit_status == 0 or not played.summary or not self.life.is_moving():
                break
            played = self.life.run()
        if played.summary and not self.life.is_moving():
            self.life.idle()

    @rule(edits=_EDITS, at_write=_WRITES, is_after=st.booleans())
    def run_and_crash(self, edits, at_write, is_after):
        self.studio.shots.update(edits)
        self.life.crash(at_write, is_after=is_after)

    @rule(edits=_EDITS, at_write=_WRITES, is_after=st.booleans())
    def run_and_crash_again_and_again(self, edits, at_write, is_after):
        self.studio.shots.update(edits)
        for number in (1, 2, at_write):
            self.life.crash(number, is_after=is_after)

    @rule(edits=_EDITS, at_write=_WRITES, number=st.sampled_from([signal.SIGTERM, signal.SIGINT]))
    def run_and_be_stopped(self, edits, at_write, number):
        self.studio.shots.update(edits)

        def ask_to_stop():
            if signal.getsignal(number) not in {signal.SIG_DFL, signal.default_int_handler}:
                self.tally["stops"] += 1
                os.kill(os.getpid(), number)

        self.life.run(Incident(at_write=at_write, happens=ask_to_stop, is_after=True))

    @rule(edits=_EDITS, at_write=_WRITES, years=_YEARS)
    def run_while_the_clock_jumps(self, edits, at_write, years):
        self.studio.shots.update(edits)

        def jump():
            self.studio.ahead = timedelta(days=365 * years)
            self.tally["clock jumps"] += 1

        self.life.run(Incident(at_write=at_write, happens=jump))

    @rule(edits=_EDITS, troubles=st.lists(st.sampled_from(pairs()), min_size=1, max_size=4))
    def run_into_trouble(self, edits, troubles):
        self.studio.shots.update(edits)
        for event, name in troubles:
            self.life.mailbox.put(event, name)
        self.tally["troubles of the server"] += len(troubles)
        self.life.run()

    @rule()
    def run_after_the_provider_lost_its_inputs(self):
        self.tally["inputs lost"] += self.life.lose_inputs()
        self.life.run()

    @precondition(lambda self: self.may_meet_another_run)
    @rule(edits=_EDITS, at_write=st.integers(1, 3))
    def run_twice_at_once(self, edits, at_write):
        self.studio.shots.update(edits)
        refused = []

        def run_beside():
            try:
                with open_store(self.studio.output / "state.db", project=PROJECT, kind="paid"):
                    refused.append(False)
            except StateError:
                refused.append(True)

        self.life.run(Incident(at_write=at_write, happens=run_beside))
        assert all(refused), "two runs wrote one record"
        self.tally["second runs refused"] += len(refused)
        self.may_meet_another_run = False

    @precondition(lambda self: self.ground.room is not None)
    @rule(edits=_EDITS, at_write=st.integers(0, 8))
    def run_while_the_disk_fills_up(self, edits, at_write):
        self.studio.shots.update(edits)
        if at_write == 0:
            self.life.fill_the_disk()
        self.life.run(Incident(at_write=at_write, happens=self.life.fill_the_disk))
        self.life.make_room()

    @rule(is_allowed=st.booleans())
    def run_with_another_key(self, is_allowed):
        before = self.studio.key
        self.studio.key = f"{KEY}-too" if before == KEY else KEY
        in_the_way, bought = self.life.in_the_way_of(self.studio.key), self.life.books().bought
        played = self.life.run(allow_key_change=is_allowed)
        if in_the_way and not is_allowed:
            assert isinstance(played.error, SettingsError), f"{in_the_way} were bought under another key: {played}"
            assert self.life.books().bought == bought, "a refused run bought something"
            self.tally["other keys refused"] += 1
        if played.error is not None:
            self.studio.key = before

    @rule(edits=_EDITS, at_write=_WRITES, share=st.floats(0, 1))
    def run_and_crash_and_lose_some_of_the_log(self, edits, at_write, share):
        self.studio.shots.update(edits)
        debris = self.life.crash(at_write, is_after=True)
        log = debris / "state.db-wal"
        if not log.exists():
            return
        whole = self.life.read_with(debris, log.read_bytes())
        cut = self.life.read_with(debris, log.read_bytes()[: int(share * log.stat().st_size)])
        assert cut is None or cut == whole, "a shortened log was taken for the whole record"
        self.tally["logs cut"] += 1

    @precondition(lambda _: "resolve" in cli.COMMANDS)
    @rule(number=st.integers(0, 9), how=st.sampled_from(["--retry", "--abandon", "--adopt"]))
    def resolve(self, number, how):
        undecided = [each for each in self.studio.planned() if each.action is Action.HOLD]
        if not undecided:
            return
        chosen = undecided[number % len(undecided)]
        remote_id = self.life.books().remote.get(chosen.attempt.id)
        if how == "--adopt" and remote_id is None:
            return
        # a selection of one key that two attempts share is refused, and then their own ids are asked for
        told = [how] if how != "--adopt" else [how, remote_id]
        status = self.studio.command("resolve", chosen.attempt.id, *told)
        assert status == 0, self.studio.said
        self.tally[f"resolve {how}"] += 1
        if how != "--adopt":
            self.life.judge.given_up[chosen.attempt.params["prompt"]] += 1
        self.life.look()
