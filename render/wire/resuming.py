"""Decides whether the rest of a file may be asked for, and whether an answer is that rest. Pure.

A wrong guess would join parts of two files, so only what a host names exactly counts: a strong entity tag, or a date of
the last change that was at least a minute old when it was told; the very range; the length of the whole.
Source: RFC 9110, sections 8.8, 13.1.5 and 14.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from render.records import FileMark
from render.retry_after import http_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from yarl import URL

    from render.records import Beginning

_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')
_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})")
#: a file may change twice within the second that a date tells
_SETTLED = timedelta(seconds=60)


def source_of(url: URL) -> str:
    """Tell links to one file apart from others: the query is left out, for every fresh link is signed anew."""
    return hashlib.sha256(f"{(url.raw_host or '').lower()}{url.raw_path}".encode()).hexdigest()[:32]


def mark_of(headers: Mapping[str, str], *, source: str, size_bytes: int | None, now: datetime) -> FileMark | None:
    """Return what a later answer must agree with to continue this one; None where that could not be told.

    `headers` are by lower-case name; `size_bytes` is the announced length of the whole file.
    """
    tag = _tag(headers, now)
    if not tag or not size_bytes or headers.get("accept-ranges", "").strip().lower() == "none":
        return None
    return FileMark(source=source, tag=tag, size_bytes=size_bytes)


def request_for(begun: Beginning | None) -> dict[str, str]:
    """Return the headers that ask for the rest of a file, or for all of it where it has changed."""
    return {} if begun is None else {"Range": f"bytes={begun.size_bytes}-", "If-Range": begun.mark.tag}


def is_rest(status: int, headers: Mapping[str, str], begun: Beginning) -> bool:
    """Say whether an answer is the rest of what was begun, to the last byte, and of the same file."""
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if status != 206 or found is None:
        return False
    total = begun.mark.size_bytes
    asked = (begun.size_bytes, total - 1, total)
    name = "etag" if begun.mark.tag.startswith('"') else "last-modified"
    is_same = headers.get(name, "").strip() == begun.mark.tag
    is_plain = headers.get("content-encoding", "identity").strip().lower() == "identity"
    length = headers.get("content-length", "").strip()
    return is_same and is_plain and tuple(map(int, found.groups())) == asked and length in {"", str(total - asked[0])}


def _tag(headers: Mapping[str, str], now: datetime) -> str:
    if "etag" in headers:
        tag = headers["etag"].strip()
        return tag if _STRONG_TAG.fullmatch(tag) else ""
    text = headers.get("last-modified", "").strip()
    changed, sent = http_date(text, now=now), http_date(headers.get("date", "").strip(), now=now)
    return text if changed is not None and sent is not None and sent - changed >= _SETTLED else ""
