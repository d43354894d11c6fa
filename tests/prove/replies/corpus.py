"""The saved inputs: one small file each in `corpus/<kind>/`, replayed by `make test`.

An input that ever broke a reader is added by hand, and stays.
"""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"


@cache
def saved(kind):
    """Every saved input of a kind, by its name."""
    return {path.stem: path.read_bytes() for path in sorted((FOLDER / kind).glob("*.bin"))}
