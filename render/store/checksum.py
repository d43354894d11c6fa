"""A checksum over the columns of a row, so that a bit that flips on the disk cannot change a fact unnoticed.

Against chance and not against malice: CRC-32 finds every change of up to 32 neighbouring bits and lets one in four
thousand million others pass, at a tenth of the price of a digest. SQLite itself checks structure alone.
The spelling below is a part of the format: another spelling is another version of the record.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Sequence

# One array of JSON in ASCII: it tells 1 from 1.0, "1" and null, and reads the same in every Python.
_spell = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode


def row_checksum(*columns: str | float | None) -> int:
    """Return the checksum of a row's values as SQLite holds them, in the order of its version of the record.

    Raises:
        ValueError: a number that is none.
    """
    return checksum_of(columns)


def checksum_of(columns: Sequence[str | float | None]) -> int:
    """Return the same for values that stand in a sequence already."""
    return crc32(_spell(columns).encode("ascii"))
