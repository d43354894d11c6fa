"""Reads the Retry-After header: how long a server asks to be left alone; and the dates of headers.

Pure; the moment of reading is given.
Source: RFC 9110, sections 10.2.3 and 5.6.7 (the three forms of a date).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_S = 3600.0
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
#: in order: the preferred form, the one of RFC 850, and that of C's asctime
_DATES = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        rf"[a-z]{{3}}, (?P<day>\d\d) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_TIME} GMT",
        rf"[a-z]{{6,9}}, (?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d) {_TIME} GMT",
        rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds from `now` that the header asks for, at most an hour; None where it says nothing usable.

    `headers` are by lower-case name. A date that has passed, a negative number and anything unreadable say nothing.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,20}", text):
        return min(float(text), _LONGEST_S)
    moment = http_date(text, now=now)
    wait_s = -1.0 if moment is None else (moment - now).total_seconds()
    return min(wait_s, _LONGEST_S) if wait_s >= 0 else None


def http_date(text: str, *, now: datetime) -> datetime | None:
    """Read a date in any of its three forms, or None; `now` tells the century of a year of two digits."""
    for form in _DATES:
        found = form.fullmatch(text)
        if found:
            return _date(found.groupdict(), now)
    return None


def _date(parts: dict[str, str], now: datetime) -> datetime | None:
    try:
        year, month = int(parts["year"]), _MONTHS.index(parts["month"].lower()) + 1
        if len(parts["year"]) == 2:
            year = _nearest_century(year, now)
        hour, minute, second = (int(parts[name]) for name in ("hour", "minute", "second"))
        return datetime(year, month, int(parts["day"]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _nearest_century(year: int, now: datetime) -> int:
    """Two digits mean the latest such year that is not more than 50 years ahead, as RFC 9110 has it."""
    full = now.year - now.year % 100 + 100 + year
    while full > now.year + 50:
        full -= 100
    return full
