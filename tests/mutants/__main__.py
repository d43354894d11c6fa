"""Breaks the product in every listed way and prints which suite noticed, and how soon.

    python -m tests.mutants [--only NAME]… [--named] [--json FILE] [--keep FOLDER]

First the named suites must pass where nothing is broken.
`~` marks what only a broader suite noticed, `!` what none did.
The exit status is 1 when a mutant survives.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.mutants.catalogue import MUTANTS
from tests.mutants.trial import BROADER, PROVE, Finding, run_suite, run_tests, try_out
from tests.mutants.workshop import clean_copy, require_own_code

_AT_ONCE = 2
_FIRST_LIMIT_S = 900


def main():
    options = _options()
    began = time.monotonic()
    chosen = [mutant for mutant in MUTANTS if not options.only or mutant.name in options.only]
    with _folder(options.keep) as folder, ThreadPoolExecutor(_AT_ONCE) as pool:
        clean = clean_copy(folder / "clean")
        require_own_code(clean)
        faulty = _faulty_suites(chosen, clean, pool)
        if faulty:
            sys.stdout.write(f"fails where nothing is broken, so that it proves nothing: {', '.join(faulty)}\n")
            return 1
        trials = list(pool.map(lambda mutant: _tried(mutant, clean, folder, options), chosen))
    survivors = [trial for trial in trials if not trial.caught_by]
    _write(options.json, trials)
    unnamed = [trial for trial in trials if trial.caught_by and not trial.is_named]
    sys.stdout.write(
        f"{len(trials)} mutants, {len(survivors)} survived, {len(unnamed)} noticed by a broader suite alone; "
        f"{time.monotonic() - began:.0f} s; {options.json} holds it all\n"
    )
    return 1 if survivors else 0


def _options():
    parser = argparse.ArgumentParser(prog="mutants")
    parser.add_argument("--only", action="append", choices=[mutant.name for mutant in MUTANTS], metavar="NAME")
    parser.add_argument("--named", action="store_true", help="run no other suites than those named for each")
    parser.add_argument("--json", type=Path, default=Path("build/mutants.json"))
    parser.add_argument("--keep", type=Path, help="where the copies, and what the suites said, are to stay")
    return parser.parse_args()


@contextmanager
def _folder(kept):
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield Path(tempfile.mkdtemp(dir=kept.resolve()))
        return
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        yield Path(folder).resolve()


def _faulty_suites(chosen, clean, pool):
    """Run every named suite in the clean copy, as many at once as mutants are; return what does not pass.

    Tests are run together; only where that fails is each asked by itself.
    """
    named = list(dict.fromkeys(suite for mutant in chosen for suite in mutant.suites))
    tests = [suite for suite in named if not suite.startswith(PROVE)]
    shares = list(filter(None, (tests[start::_AT_ONCE] for start in range(_AT_ONCE))))
    together = list(pool.map(lambda share: run_tests(share, clean, limit_s=_FIRST_LIMIT_S), shares))
    passed = {
        suite for share, found in zip(shares, together, strict=True) if found is Finding.PASSED for suite in share
    }
    doubtful = [suite for suite in named if suite not in passed]
    alone = list(pool.map(lambda suite: run_suite(suite, clean), doubtful))
    return [suite for suite, found in zip(doubtful, alone, strict=True) if found is not Finding.PASSED]


def _tried(mutant, clean, folder, options):
    trial = try_out(mutant, clean, folder, broader=() if options.named else BROADER)
    if options.keep is None:
        # what a broken product leaves behind may be large
        shutil.rmtree(folder / mutant.name, ignore_errors=True)
    _tell(trial)
    return trial


def _tell(trial):
    mark = " " if trial.is_named else "~" if trial.caught_by else "!"
    noticed = f"{trial.took_s:5.1f} s  {trial.caught_by}" if trial.caught_by else "SURVIVED"
    sys.stdout.write(f"{mark} {trial.name:<42} {noticed}\n")
    sys.stdout.flush()


def _write(path, trials):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(trial) for trial in trials], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
