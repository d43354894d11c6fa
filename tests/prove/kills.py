"""Kills: real processes ended at every moment of a run, by themselves and by the server, and carried on afterwards.

Each case is a project of its own: one run that is killed, then runs until the work is done, then the judge. The moments
are those that an unharmed run of the same scenario passed, so a new transition is met without being named here.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue

from tests.prove.process.project import Project
from tests.prove.process.scenarios import BOTH, INPUTS, SCENARIOS
from tests.prove.process.server import serving
from tests.prove.process.verdict import judge
from tests.prove.section import Figure, Section, zero

#: so many processes are killed at a time
_AT_ONCE = 2
_RESUMES = 3
_KILLED = -9
#: up to this many of each name in the whole proof
_OF_A_KIND = 2
#: what every attempt can go through without a person's decision
TRANSITIONS = frozenset({
    "write runware nothing -> prepared", "write aimlapi nothing -> prepared",
    "write runware prepared -> failed",
    "write runware prepared -> submitted", "write aimlapi prepared -> submitted",
    "write runware submitted -> rendered", "write aimlapi submitted -> rendered",
    "write runware rendered -> saved", "write aimlapi rendered -> saved",
    "write runware saved -> saved",
    "write runware submitted -> failed",
    "write runware rendered -> rendered (held)",
    "write runware rendered -> lost",
    "write aimlapi prepared -> failed (account)",
    "write aimlapi prepared -> prepared (unknown)",
})  # fmt: skip
#: what else a run does that is written down or costs somebody something
STEPS = frozenset({"upload sent", "write upload runware"})
_EVENTS = ("runware.submit", "runware.poll", "upload", "aimlapi.submit", "aimlapi.poll", "file")
_STAGES = ("received", "charged", "half_reply")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A kill: at a moment of the run, or by the server at the n-th request of a kind."""

    scenario: object
    number: int
    #: name of a moment, how manieth, before or after
    moment: tuple = ()
    #: event of the server, how manieth, stage
    request: tuple = ()

    @property
    def mark(self):
        """What stands in its prompts, in the forms of whole words so that none holds another."""
        return f"case {self.number:05d}"

    def __str__(self):
        return f"{self.scenario.name}: {' '.join(map(str, self.moment or self.request))}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one case."""

    case: Case
    was_killed: bool
    verdict: object


def run(*, quick, folder):
    """Kill, carry on and judge; return the figures."""
    outcomes, met = [], set()
    for scenario in SCENARIOS:
        choose = partial(_a_few, known=frozenset(met)) if quick else _nearly_all
        outcomes += killed_by_themselves(scenario, folder / scenario.name, choose=choose)
        met |= {outcome.case.moment[0] for outcome in outcomes}
    outcomes += killed_by_the_server(folder / "server", nths=(1,) if quick else (1, 2))
    return section(outcomes)


def killed_by_themselves(scenario, folder, *, choose):
    """Kill runs of one scenario at those moments that `choose` takes from the moments of an unharmed run."""
    with ExitStack() as stack:
        servers = SimpleQueue()
        for number in range(_AT_ONCE):
            servers.put(stack.enter_context(serving(folder / f"server-{number}", **scenario.config)))
        chosen = choose(_moments_of(scenario, folder / "unharmed", servers))
        cases = [Case(scenario=scenario, number=number, moment=moment) for number, moment in enumerate(chosen, 1)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda case: _try_moment(case, folder / case.mark, servers), cases))


def killed_by_the_server(folder, *, nths, events=_EVENTS):
    """Let the server kill the run at its requests, each in a server of its own: a script is read at the start."""
    requests = [(event, nth, stage) for event in events for nth in nths for stage in _STAGES]
    # there is one clip, and one picture that is sent, so that neither comes a second time
    requests = [request for request in requests if request[:2] not in {("aimlapi.submit", 2), ("upload", 2)}]
    cases = [
        Case(scenario=INPUTS if request[0] == "upload" else BOTH, number=number, request=request)
        for number, request in enumerate(requests, 1)
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda case: _try_request(case, folder / case.mark), cases))


def section(outcomes):
    """Add the outcomes up."""
    verdicts = [outcome.verdict for outcome in outcomes]
    kills = [outcome.case for outcome in outcomes if outcome.was_killed]
    names = {case.moment[0] for case in kills if case.moment}
    return Section(
        name="runs killed at every moment and carried on",
        figures=(
            Figure(name="cases", value=len(outcomes)),
            Figure(name="kill instants", value=len({str(case) for case in kills})),
            Figure(name="of them by the server", value=sum(bool(case.request) for case in kills)),
            zero("transitions never killed at", len((TRANSITIONS | STEPS) - names)),
            zero("purchases made twice", sum(verdict.bought_twice for verdict in verdicts)),
            zero("paid results lost", sum(verdict.lost for verdict in verdicts)),
            zero("half files", sum(verdict.half_files for verdict in verdicts)),
            Figure(name="ambiguous and reported", value=sum(verdict.ambiguous for verdict in verdicts)),
        ),
        breaches=(
            *(f"{outcome.case}: {breach}" for outcome in outcomes for breach in outcome.verdict.breaches),
            *(f"no kill at: {name}" for name in sorted((TRANSITIONS | STEPS) - names)),
        ),
    )


def _moments_of(scenario, folder, servers):
    """The moments of a run that nobody harms, in order."""
    server, project, path = servers.get(), Project(folder, mark="case 00000"), folder / "moments"
    scenario.prepare(project, server)
    project.run(server, moments=str(path))
    servers.put(server)
    return [tuple(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _nearly_all(moments):
    return [moment for moment in moments if moment[1] <= _OF_A_KIND]


def _a_few(moments, *, known):
    """Transitions not met in another scenario, before and after; of everything else one side of the first."""
    firsts = [moment for moment in moments if moment[1] == 1 and moment[0] not in known]
    names = list(dict.fromkeys(name for name, _, _ in firsts if not name.startswith("write")))
    sides = {name: ("before", "after")[number % 2] for number, name in enumerate(names)}
    return [moment for moment in firsts if sides.get(moment[0], moment[2]) == moment[2]]


def _try_moment(case, folder, servers):
    server = servers.get()
    try:
        project = Project(folder, mark=case.mark)
        case.scenario.prepare(project, server)
        first = project.run(server, death=case.moment)
        return _carry_on(case, project, server, first)
    finally:
        servers.put(server)


def _try_request(case, folder):
    """The run is started first, because the server's script names its process; it waits for the address."""
    event, nth, stage = case.request
    project = Project(folder / "project", mark=case.mark)
    case.scenario.put_pictures(project)
    project.wish(case.scenario.shots)
    with ExitStack() as stack:
        killed = stack.enter_context(project.started())
        fault = {"on": event, "nth": nth, "action": {"kill": killed.pid, "when": stage}}
        server = stack.enter_context(serving(folder / "server", faults=[fault]))
        first = killed.end(server.variables)
        return _carry_on(case, project, server, first)


def _carry_on(case, project, server, first):
    """Run until a run has nothing to ask, then judge."""
    for _ in range(_RESUMES):
        asked = server.ledger()["total_requests"]
        last = project.run(server)
        asked = server.ledger()["total_requests"] - asked
        if not asked:
            break
    verdict = judge(case.scenario, project, server, last)
    if case.scenario.is_settled and asked:
        verdict.find(f"the last of {_RESUMES} runs still asked {asked} times")
    return Outcome(case=case, was_killed=first.status == _KILLED, verdict=verdict)
