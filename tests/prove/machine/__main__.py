"""Play the state machine: python -m tests.prove.machine [--examples N] [--seed N] [--shrink].

The full disk needs a place of its own: where `--room` names none, one is made if that is possible here.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.prove.machine import played, write_section
from tests.prove.machine.play import QUICK, play


def main():
    parser = argparse.ArgumentParser(prog="machine")
    parser.add_argument("--examples", type=int, default=QUICK)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--room", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--shrink", action="store_true", help="find the fewest steps that break a promise")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="machine-") as spare:
        terms = {"examples": options.examples, "seed": options.seed, "shrinks": options.shrink}
        terms |= {"folder": options.folder or Path(spare)}
        section = play(**terms, room=options.room) if options.room else played(**terms)
    if options.json:
        write_section(options.json, section)
    for figure in section.figures:
        sys.stdout.write(f"{figure.name}: {figure.value}\n")
    sys.stdout.write("\n".join(section.breaches))
    return 0 if section.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
