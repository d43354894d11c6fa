"""Plays single cases: `python -m tests.prove.catalogue --case ID`, or `--list [ROW]` for their ids."""

import argparse
import sys

from tests.prove.catalogue.play import by_id, tell


def main():
    parser = argparse.ArgumentParser(prog="catalogue")
    parser.add_argument("--case", action="append", default=[], help="an id, or how ids begin")
    parser.add_argument("--list", nargs="?", const="", help="list the cases whose id begins with this")
    options = parser.parse_args()
    if options.list is not None:
        sys.stdout.write("".join(f"{identity}\n" for identity in by_id() if identity.startswith(options.list)))
        return 0
    chosen = [identity for identity in by_id() if identity.startswith(tuple(options.case))] if options.case else []
    if not chosen:
        parser.error("name a case; --list shows them")
    return max(map(tell, chosen))


if __name__ == "__main__":
    sys.exit(main())
