"""Plays single cases: `python -m tests.prove.catalogue --case ID` or lists them, `--list`; ID may be how ids begin."""

import sys

from tests.prove.catalogue.play import by_id
from tests.prove.single import main

if __name__ == "__main__":
    sys.exit(main("catalogue", by_id()))
