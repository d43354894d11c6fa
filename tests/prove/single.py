"""Cases of a proof one by one: each under an id of its own, each played so that it hides no other; and the command.

    python -m tests.prove.files [--case ID]… [--list]

A case has an `id`, and `play(folder)` that returns what was seen and every breach. Which cases there are is the
proof's business.
"""

import argparse
import sys
import tempfile
import traceback
from pathlib import Path


def keyed(cases):
    """Every case by its id.

    Raises:
        ValueError: two have the same, so that one would be left out.
    """
    found = {}
    for case in cases:
        if found.setdefault(case.id, case) is not case:
            raise ValueError(f"two cases share an id: {case.id}")
    return found


def played(case, folder):
    """Play one case in an empty folder; return what was seen and every breach."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return case.play(folder)
    except Exception:  # noqa: BLE001 - one case that cannot be played must not hide the others
        return None, [f"could not be played: {traceback.format_exc(limit=-3)}"]


def main(name, cases, arguments=None):
    """Play those of `cases`, by id, that the command line names, or list them; return the exit status."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--case", action="append", metavar="ID", help="an id, or how ids begin; all without it")
    parser.add_argument("--list", nargs="?", const="", metavar="ID", help="list the cases whose ids begin so")
    options = parser.parse_args(arguments)
    if options.list is not None:
        sys.stdout.write("".join(f"{identity}\n" for identity in cases if identity.startswith(options.list)))
        return 0
    begins = tuple(options.case or [""])
    chosen = [case for identity, case in cases.items() if identity.startswith(begins)]
    if not chosen:
        parser.error("no case begins so; --list shows them")
    return max([_told(case) for case in chosen])


def _told(case):
    with tempfile.TemporaryDirectory(prefix="case-") as folder:
        seen, breaches = played(case, Path(folder))
    sys.stdout.write(f"{case.id}\n  {seen}\n" + "".join(f"! {breach}\n" for breach in breaches))
    return 1 if breaches else 0
