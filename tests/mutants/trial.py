"""Runs a suite in a copy of the repository and says what it found; puts a mutant before one suite after the other."""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain

from tests.mutants.workshop import broken_copy, python_of

PROVE = "prove:"
#: for one suite that is named for a mutant, in seconds, and for a broader one
LIMIT_S, BROADER_LIMIT_S = 180, 600
#: what is run where the named suites notice nothing; the mutants' own test would notice anything, and proves nothing
BROADER = (
    "tests/runner tests/store tests/providers tests/containers tests/wire",
    "-n4 tests --ignore=tests/mutants --ignore=tests/test_layers.py --ignore=tests/test_docs.py",
    "prove:simulation",
    "prove:kills",
    "prove:powerloss",
    "prove:catalogue",
)
#: of broader suites: whether each passes where nothing is broken, asked once
_UNBROKEN = {}
_ASKING = threading.Lock()
#: in one order and from nothing, so that what was found is found again; Hypothesis does without its plugin, which takes
#: longer to load than most of these tests take
_WITHOUT = ("randomly", "cacheprovider", "hypothesispytest")
_PYTEST = ("-m", "pytest", "-x", "-q", "--everything", *(f"-pno:{name}" for name in _WITHOUT))
#: Hypothesis takes this for a word to draw the same examples each time and to time none of them
_SAME_EACH_TIME = {"CI": "true"}


class Finding(StrEnum):
    """What a suite said."""

    PASSED = "passed"
    FAILED = "failed"
    #: it could not be run, or did not end: that is no finding
    UNUSABLE = "unusable"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of one mutant."""

    name: str
    breaks: str
    #: the file it was made in
    path: str
    #: "" where none did
    caught_by: str = ""
    #: by the suite that caught it, in seconds
    took_s: float = 0.0
    #: whether one of the suites named for it caught it
    is_named: bool = False
    #: suites that were run before and said nothing, with what they said
    missed: tuple[str, ...] = field(default=())


def try_out(mutant, clean, folder, *, broader=BROADER):
    """Break a copy in `folder` and run suites there until one fails: those named for the mutant, then the broader."""
    copy = folder / mutant.name
    path, missed = str(broken_copy(clean, copy, mutant)), []
    for suite in chain(mutant.suites, (suite for suite in broader if suite not in mutant.suites)):
        began, is_named = time.monotonic(), suite in mutant.suites
        finding = run_suite(suite, copy, limit_s=LIMIT_S if is_named else BROADER_LIMIT_S)
        if finding is Finding.FAILED and not is_named and not _passes_unbroken(suite, clean):
            finding = Finding.UNUSABLE
        if finding is Finding.FAILED:
            return Trial(
                name=mutant.name,
                breaks=mutant.breaks,
                path=path,
                caught_by=suite,
                took_s=round(time.monotonic() - began, 1),
                is_named=is_named,
                missed=tuple(missed),
            )
        missed.append(f"{suite} ({finding})")
    return Trial(name=mutant.name, breaks=mutant.breaks, path=path, missed=tuple(missed))


def _passes_unbroken(suite, clean):
    with _ASKING:
        if suite not in _UNBROKEN:
            _UNBROKEN[suite] = run_suite(suite, clean, limit_s=BROADER_LIMIT_S) is Finding.PASSED
        return _UNBROKEN[suite]


def run_suite(suite, copy, *, limit_s=LIMIT_S):
    """Run one suite in a copy; only a test that failed, or a breach that was found, is a failure."""
    if suite.startswith(PROVE):
        return _prove(suite.removeprefix(PROVE), copy, limit_s)
    return run_tests(suite.split(), copy, limit_s=limit_s)


def run_tests(arguments, copy, *, limit_s=LIMIT_S):
    """Run tests in a copy; pytest's other statuses say that there was nothing to run, or that it broke."""
    status = _status([*_PYTEST, *arguments], copy, limit_s)
    return {0: Finding.PASSED, 1: Finding.FAILED}.get(status, Finding.UNUSABLE)


def _prove(section, copy, limit_s):
    report = copy / "build" / f"{section}.json"
    status = _status(["-m", "tests.prove", "--quick", "--only", section, "--json", str(report)], copy, limit_s)
    if status == 0:
        return Finding.PASSED
    # without a report it ended before it could judge
    is_judged = report.is_file() and bool(json.loads(report.read_text(encoding="utf-8")))
    return Finding.FAILED if status == 1 and is_judged else Finding.UNUSABLE


def _status(arguments, copy, limit_s):
    """Run Python in a copy; None where it had to be ended, with everything that it had started."""
    scratch = copy / "tmp"
    scratch.mkdir(exist_ok=True)
    with (copy / "said.txt").open("ab") as said:
        process = subprocess.Popen(
            [python_of(copy), *arguments],
            cwd=copy,
            env={**os.environ, **_SAME_EACH_TIME, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(scratch)},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
