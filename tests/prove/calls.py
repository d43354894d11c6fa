"""System calls: a run is killed at its n-th call that changes storage, or told that the call failed, for every n.

Needs strace and the right to trace. The traced run does everything in one thread, so that there is one order of calls
and the n-th is the n-th; afterwards plain runs carry on, and the judge looks as after any other kill.
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from queue import SimpleQueue

from render.artifacts.part import part_name
from tests.prove.process.child import ids_from
from tests.prove.process.project import Project
from tests.prove.process.scenarios import STILL
from tests.prove.process.server import serving
from tests.prove.process.verdict import judge, soundness
from tests.prove.section import Figure, Section, zero

_NAME = "runs killed at system calls, and calls that fail"
_AT_ONCE = 2
_RESUMES = 2
_CALLS = (
    "fdatasync", "fsync", "pwrite64", "write", "openat", "ftruncate", "rename", "linkat", "unlink", "unlinkat",
    "mkdir", "mkdirat",
)  # fmt: skip
_KILL = "signal=KILL"
#: what a call can answer: an error of the device, or a full disk where the call may need room
_ERRORS = {
    "error=EIO": frozenset(_CALLS),
    "error=ENOSPC": frozenset(_CALLS) - {"fdatasync", "fsync", "unlink", "unlinkat"},
}
#: of each call, at most so many instants of a run are tried in the short form, and in the whole proof every kill
_FEW = 2
_MANY_ERRORS = 8
_EVERY = 1000
_KILLED = -9
#: what a run may end with whose storage failed: done all the same, unfinished, refused
_TRUTHFUL = {0, 1, 3, 4, 6}


@dataclass(frozen=True, kw_only=True)
class Case:
    """An effect on the n-th of one kind of call."""

    number: int
    call: str
    nth: int
    effect: str

    @property
    def mark(self):
        return f"case {self.number:05d}"

    def __str__(self):
        return f"{self.call} {self.nth} {self.effect}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one case; `is_struck` whether the call was reached."""

    case: Case
    is_struck: bool
    verdict: object


def run(*, quick, folder):
    """Sweep; return the figures."""
    if not can_trace():
        return Section(name=_NAME, figures=(), skipped="no strace, or no right to trace a process")
    if quick:
        return section(sweep(folder, kills=_FEW, errors=_FEW))
    return section(sweep(folder, kills=_EVERY, errors=_MANY_ERRORS))


def can_trace():
    """Whether strace is there and may trace."""
    if shutil.which("strace") is None:
        return False
    done = subprocess.run(["strace", "-qq", "-o", "/dev/null", sys.executable, "-c", ""], check=False)
    return done.returncode == 0


def sweep(folder, *, kills, errors, calls=_CALLS):
    """Try each call, at so many instants of a run at the most, spread evenly from its first to its last."""
    with ExitStack() as stack:
        servers = SimpleQueue()
        for number in range(_AT_ONCE):
            servers.put(stack.enter_context(serving(folder / f"server-{number}")))
        counts = _calls_of_an_unharmed_run(folder / "unharmed", servers)
        most = {_KILL: kills, **dict.fromkeys(_ERRORS, errors)}
        cases = list(_cases({call: counts[call] for call in calls}, most))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda case: _try(case, folder / case.mark, servers), cases))


def section(outcomes):
    """Add the outcomes up."""
    struck = [outcome.case for outcome in outcomes if outcome.is_struck]
    verdicts = [outcome.verdict for outcome in outcomes]
    return Section(
        name=_NAME,
        figures=(
            Figure(name="cases", value=len(outcomes)),
            _some("killed at a system call", sum(case.effect == _KILL for case in struck)),
            _some("system calls that failed", sum(case.effect != _KILL for case in struck)),
            zero("purchases made twice", sum(verdict.bought_twice for verdict in verdicts)),
            zero("paid results lost", sum(verdict.lost for verdict in verdicts)),
            zero("half files", sum(verdict.half_files for verdict in verdicts)),
        ),
        breaches=tuple(f"{outcome.case}: {breach}" for outcome in outcomes for breach in outcome.verdict.breaches),
    )


def _some(name, count):
    """A figure that must not be 0, or the sweep has struck nothing."""
    return Figure(name=name, value=count, bound="> 0", is_kept=count > 0)


def _cases(counts, most):
    number = 0
    for call, count in counts.items():
        for effect in (_KILL, *(error for error, calls in _ERRORS.items() if call in calls)):
            for nth in _spread(count, most[effect]):
                number += 1
                yield Case(number=number, call=call, nth=nth, effect=effect)


def _spread(count, most):
    """At most so many numbers from 1 to `count`, both ends among them."""
    if count <= most:
        return list(range(1, count + 1))
    return sorted({1 + round(step * (count - 1) / max(most - 1, 1)) for step in range(most)})


def _calls_of_an_unharmed_run(folder, servers):
    server, project = servers.get(), Project(folder, mark="case 00000")
    STILL.prepare(project, server)
    trace = folder / "trace"
    done = project.run_traced(server, _tracer(project, trace, seed=0), is_one_thread=True, seed=0)
    servers.put(server)
    if done.status:
        raise RuntimeError(done.stdout + done.stderr)
    return Counter(re.findall(r"^\d+ +(\w+)\(", trace.read_text(errors="replace"), flags=re.MULTILINE))


def _tracer(project, trace, *, seed, inject=""):
    """The command that traces what touches the project's storage, and strikes there."""
    output = project.output
    (_, attempt_id) = islice(ids_from(seed), 2)
    database = [f"state.db{new}{ending}" for new in ("", ".new") for ending in ("", "-journal", "-wal", "-shm")]
    below = ["", *database, "state.lock", "render.log", "lamp", "lamp/lamp_t01.webp", f"lamp/{part_name(attempt_id)}"]
    watched = [str(output.parent), *(str(output / name) for name in below)]
    chosen = [f"-P{path}" for path in watched] + ["-e", f"trace={','.join(_CALLS)}"]
    # quicker, but a signal is not delivered then
    quick = [] if _KILL in inject else ["--seccomp-bpf"]
    return ["strace", "-f", "-qq", *quick, "-o", str(trace), *chosen, *(["-e", inject] if inject else [])]


def _try(case, folder, servers):
    server, project = servers.get(), Project(folder, mark=case.mark)
    try:
        STILL.prepare(project, server)
        inject = f"inject={case.call}:{case.effect}:when={case.nth}"
        tracer = _tracer(project, folder / "trace", seed=case.number, inject=inject)
        struck = project.run_traced(server, tracer, is_one_thread=True, seed=case.number)
        return _carry_on(case, project, server, struck)
    finally:
        servers.put(server)


def _carry_on(case, project, server, struck):
    for _ in range(_RESUMES):
        last = project.run(server)
    verdict = judge(STILL, project, server, last)
    if case.effect != _KILL:
        _judge_the_struck(verdict, struck)
    if last.summary.get("requests"):
        verdict.find(f"the last of {_RESUMES} runs still asked")
    if soundness(project.output / "state.db") != "ok":
        verdict.find("the record is not sound")
    return Outcome(case=case, is_struck=_is_struck(case, project, struck), verdict=verdict)


def _is_struck(case, project, struck):
    if case.effect == _KILL:
        return struck.status == _KILLED
    return "(INJECTED)" in (project.folder / "trace").read_text(errors="replace")


def _judge_the_struck(verdict, struck):
    """A run whose storage failed says so, and is done only if it says that too."""
    if struck.status not in _TRUTHFUL:
        verdict.find(f"exit {struck.status}: {struck.stderr[-700:]}")
    if "Traceback" in struck.stderr:
        verdict.find(f"a traceback: {struck.stderr[-700:]}")
    if struck.status == 0 and struck.summary.get("saved") != 1:
        verdict.find("exit 0, and nothing is saved")
