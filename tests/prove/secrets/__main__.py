"""Plays single scenes: `python -m tests.prove.secrets --case ID` or lists them, `--list`; ID may be how ids begin."""

import sys

from tests.prove.secrets.play import by_id
from tests.prove.single import main

if __name__ == "__main__":
    sys.exit(main("secrets", by_id()))
