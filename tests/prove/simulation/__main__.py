"""Shows what happens in one seed, or plays a range of them.

python -m tests.prove.simulation --seed N
python -m tests.prove.simulation --from A --to B
"""

import argparse
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

from tests.prove.simulation.judge import judge
from tests.prove.simulation.proof import section_of, verdict_of
from tests.prove.simulation.world import play


def main():
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        if options.seed is None:
            return _many(range(options.begin, options.end), Path(name))
        return _one(options.seed, Path(name))


def _options():
    parser = argparse.ArgumentParser(prog="simulation")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--from", type=int, default=0, dest="begin")
    parser.add_argument("--to", type=int, default=100, dest="end")
    return parser.parse_args()


def _one(number, folder):
    seed = play(number, folder)
    for name in (field.name for field in fields(seed.scenario)):
        value = getattr(seed.scenario, name)
        for line in value if isinstance(value, tuple) else (value,):
            sys.stdout.write(f"{name:<16} {line}\n")
    for seconds, what, detail in seed.trace:
        sys.stdout.write(f"{seconds:12.3f}  {what:<16} {detail}\n")
    verdict = judge(seed)
    sys.stdout.write(f"trace {seed.trace_hash}; {seed.ledger}\n")
    for words in verdict.breaches:
        sys.stdout.write(f"BREACH {words}\n")
    return 1 if verdict.breaches else 0


def _many(numbers, folder):
    section = section_of([verdict_of(number, folder=folder) for number in numbers])
    for figure in section.figures:
        sys.stdout.write(f"{' ' if figure.is_kept else '!'} {figure.name:<44} {figure.value}\n")
    for words in section.breaches:
        sys.stdout.write(f"! {words}\n")
    return 0 if section.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
