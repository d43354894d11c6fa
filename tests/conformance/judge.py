"""Turns what a driver told and what the server booked into a few facts, and holds them against what was expected."""

import base64
import http.client
import urllib.parse
from dataclasses import dataclass

_MAGIC = (
    ("MP4", lambda head: head[4:8] == b"ftyp"),
    ("WEBM", lambda head: head[:4] == b"\x1aE\xdf\xa3"),
    ("JPG", lambda head: head[:3] == b"\xff\xd8\xff"),
    ("PNG", lambda head: head[:8] == b"\x89PNG\r\n\x1a\n"),
    ("WEBP", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One scenario with one client."""

    scenario: str
    lane: str
    expected: dict
    seen: dict
    theirs: str

    @property
    def is_expected(self):
        return all(_fits(self.seen.get(name), value) for name, value in self.expected.items())

    @property
    def verdict(self):
        if not self.is_expected:
            return "UNEXPECTED"
        return "theirs" if self.theirs else "ok"


def _fits(seen, expected):
    """A tuple names alternatives: what a client does that has a deadline of its own and one of ours."""
    return seen in expected if isinstance(expected, tuple) else seen == expected


def facts(told, *, purchases, sent, held):
    """What can be compared.

    `outcome`: done, `refused CODE` or `raised CLASS`. `files`: the kind of each distinct file, fetched and looked at.
    `results`: how many the client handed out. `bought`, `sent`: purchases, and requests for paid work. `held`: whether
    requests came while they were asked to stay away. `cost`: whether what the client was told is what was booked.
    """
    results = [item for item in told.get("results", ()) if "failed" not in item]
    return {
        "outcome": _outcome(told),
        "results": len(results),
        "files": sorted(_kind(head) for head in {_identity(item): _head(item) for item in results}.values()),
        "bought": len(purchases),
        "sent": sent,
        "held": held > 0,
        "cost": _cost(results, purchases),
        **{name: value for name, value in told.items() if name not in {"results", "raised"}},
    }


def _outcome(told):
    if "hung" in told:
        return "hung"
    if "raised" in told:
        return f"refused {told['code']}" if "code" in told else f"raised {told['raised']}"
    failed = [item["failed"] for item in told["results"] if "failed" in item]
    return f"told {failed[0]}" if failed else "done"


def _cost(results, purchases):
    told = [item["cost"] for item in results if "cost" in item]
    booked = sum(purchase["cost_usd"] for purchase in purchases)
    return "as booked" if told and abs(sum(told) - booked) < 5e-5 else f"told {told}, booked {round(booked, 4)}"


def _identity(item):
    return item.get("id") or item.get("url") or id(item)


def _head(item):
    """The first bytes of a result's file, wherever it is; nothing where it cannot be had."""
    if "url" in item:
        return _fetched(item["url"])[:16]
    return base64.b64decode(item["data"])[:16] if "data" in item else bytes.fromhex(item.get("begins", ""))


def _fetched(url):
    """A whole file, or nothing."""
    parts = urllib.parse.urlsplit(url)
    if parts.hostname != "127.0.0.1":
        return b""
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request("GET", parts.path)
        reply = connection.getresponse()
        return reply.read() if reply.status == 200 else b""
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()


def _kind(head):
    return next((name for name, is_one in _MAGIC if is_one(head)), "no file")
