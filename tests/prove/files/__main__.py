"""Plays single whole runs: `python -m tests.prove.files --case ID`, where ID may be how ids begin; all without it."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.prove.files.play import by_id, play


def main():
    parser = argparse.ArgumentParser(prog="files")
    parser.add_argument("--case", action="append", default=[], help="an id, or how ids begin")
    chosen = tuple(parser.parse_args().case)
    status = 0
    for identity in filter(lambda name: name.startswith(chosen) if chosen else True, by_id()):
        with tempfile.TemporaryDirectory(prefix="case-") as folder:
            seen, breaches = play(identity, Path(folder))
        said = "".join(f"  ! {breach}\n" for breach in breaches)
        sys.stdout.write(f"{identity}\n{said}" + (f"  {seen}\n" if breaches else ""))
        status = status or bool(breaches)
    return status


if __name__ == "__main__":
    sys.exit(main())
