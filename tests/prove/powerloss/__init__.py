"""Power loss: the storage operations of real runs are recorded, and power is cut between any two of them.

`disk` builds what a disk can hold then, `recovery` lets the product open it and plan, and some of these disks are given
to a whole run against the very server. `damage` spoils the database itself. That the model sees what it should is shown
by leaving out each sync of the protocol: every one must be missed.
"""

from collections import Counter
from dataclasses import dataclass, field

from tests.prove.powerloss.damage import spoil_all
from tests.prove.powerloss.disk import COMMIT_SYNCED, crash_states, lay_out, read_record
from tests.prove.powerloss.recovery import bench
from tests.prove.process.project import Project
from tests.prove.process.scenarios import BOTH, EDIT
from tests.prove.process.server import serving
from tests.prove.process.verdict import judge
from tests.prove.section import Figure, Section, zero

SYNCS = ("file synced", "folder synced", COMMIT_SYNCED)
#: in the short form or not: how many states of each record are carried on by a whole run, and at how many places a
#: database is spoilt in each way
_CARRIED_ON = {True: 1, False: 6}
_SPOILT = {True: 30, False: 400}


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One run that was recorded, the folder it left, and who sold to it."""

    scenario: object
    project: object
    record: object
    server: object


@dataclass(kw_only=True)
class Found:
    """What the states of all recordings came to."""

    states: int = 0
    carried_on: int = 0
    breaches: list = field(default_factory=list)
    #: by the sync that was left out: how many breaches that would have been
    careless: Counter = field(default_factory=Counter)


def run(*, quick, folder):
    """Cut the power and spoil the database; return the figures."""
    found = Found()
    with serving(folder / "server") as server:
        for scenario in (BOTH, EDIT):
            recording = recorded(scenario, server, folder / scenario.name)
            cut_power(recording, folder / "crash", found)
            carry_on(recording, folder / f"carried-on-{scenario.name}", found, most=_CARRIED_ON[quick])
    return section(found, spoil_all(folder / "damage", tries=_SPOILT[quick]))


def recorded(scenario, server, folder):
    """Record one run of `scenario`."""
    project, kept = Project(folder, mark=f"recorded {scenario.name}"), folder / "record"
    scenario.prepare(project, server)
    kept.mkdir()
    done = project.run(server, record=str(kept), is_one_thread=True)
    if done.status:
        raise RuntimeError(done.stderr)
    return Recording(scenario=scenario, project=project, record=read_record(kept), server=server)


def cut_power(recording, folder, found):
    """Judge every state that a power loss can leave, and then those that a careless program would leave."""
    judge_of = bench(recording.record, recording.project.manifest)
    for state in crash_states(recording.record):
        found.states += 1
        found.breaches += [
            f"{recording.scenario.name} {state.name}: {each}" for each in judge_of.breaches(state, folder)
        ]
    for sync in SYNCS:
        states = crash_states(recording.record, without=sync)
        found.careless[sync] += sum(bool(judge_of.breaches(state, folder)) for state in states)


def carry_on(recording, folder, found, *, most):
    """Let whole runs carry on from some of the states that follow the last purchase."""
    last = [state for state in crash_states(recording.record) if len(state.purchases) == _purchases(recording.record)]
    step = max(1, len(last) // most)
    for number, state in enumerate(last[step - 1 :: step]):
        project = Project(folder / str(number), mark=recording.project.mark)
        project.wish(recording.scenario.shots)
        lay_out(state, recording.record, project.folder)
        project.run(recording.server)
        again = project.run(recording.server)
        verdict = judge(recording.scenario, project, recording.server, again)
        found.carried_on += 1
        found.breaches += [f"{recording.scenario.name} {state.name}, run: {each}" for each in verdict.breaches]


def section(found, damage):
    """Add everything up."""
    careless = [
        Figure(name=f"breaches if no {sync}", value=found.careless[sync], bound="> 0", is_kept=found.careless[sync] > 0)
        for sync in SYNCS
    ]
    return Section(
        name="power cut between any two operations, and a spoilt database",
        figures=(
            Figure(name="crash states", value=found.states),
            Figure(name="of them carried on by a run", value=found.carried_on),
            zero("breaches", len(found.breaches)),
            *careless,
            Figure(name="spoilt databases tried", value=damage.became.total()),
            Figure(name="refused", value=damage.became["refused"]),
            Figure(name="opened as a prefix", value=damage.became["prefixes"]),
            zero("opened with changed data", damage.became["changed"]),
        ),
        breaches=(*found.breaches, *damage.breaches),
    )


def _purchases(record):
    return sum(operation["kind"] == "purchase" for operation in record.operations)
