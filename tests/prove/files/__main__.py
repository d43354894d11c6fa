"""Plays single whole runs: `python -m tests.prove.files --case ID` or lists them, `--list`; ID may be how ids begin."""

import sys

from tests.prove.files.play import by_id
from tests.prove.single import main

if __name__ == "__main__":
    sys.exit(main("files", by_id()))
