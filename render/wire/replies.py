"""Reads what every answer has, whoever sends it: its headers by lower-case name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multidict import CIMultiDictProxy


def lower_case(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """Return headers by lower-case name; what came more than once is joined by commas."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        lower = name.lower()
        found[lower] = f"{found[lower]}, {value}" if lower in found else value
    return found
