"""What the server saw, for tests and for people: purchases, counts of requests, and what was asked for.

Needs no key, and so answers this machine alone. Its own requests are not counted.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from render.server.ledger import TOTAL
from render.server.options import SERVICE, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable


async def get_ledger(request: web.Request) -> web.Response:
    """Serve `GET /admin/ledger`: every purchase once and in order, requests by kind, the most jobs open at once."""
    _refuse_strangers(request)
    ledger = request.app[SERVICE].ledger
    requests = ledger.tallies()
    total = requests.pop(TOTAL, 0)
    purchases = [{**dict(row), "at": _text(row["at"])} for row in ledger.purchases()]
    return web.json_response({
        "purchases": purchases,
        "cost_usd": round(sum(purchase["cost_usd"] for purchase in purchases), 4),
        "requests": requests,
        "total_requests": total,
        "highest_concurrency": highest_overlap(ledger.spans()),
    })  # fmt: skip


async def get_submissions(request: web.Request) -> web.Response:
    """Serve `GET /admin/requests`: every request for paid work as it came, in order, and which jobs it made."""
    _refuse_strangers(request)
    rows = request.app[SERVICE].ledger.submissions()
    return web.json_response({
        "requests": [
            {
                "number": row["number"],
                "kind": row["kind"],
                "at": _text(row["at"]),
                "client_request_id": row["client_request_id"],
                "accepted": json.loads(row["job_ids"]),
                "body": json.loads(row["body"]),
            }
            for row in rows
        ]
    })  # fmt: skip


def highest_overlap(spans: Iterable[tuple[float, float | None]]) -> int:
    """The most spans that hold at one moment; a span without an end holds for ever, one that just ended does not."""
    steps = []
    for begin, end in spans:
        steps.append((begin, 1))
        if end is not None:
            steps.append((end, -1))
    highest = now = 0
    for _, step in sorted(steps):
        now += step
        highest = max(highest, now)
    return highest


def _refuse_strangers(request: web.Request) -> None:
    # the host is looked at too: a page in a browser may reach loopback under a name of its own
    peer = request.transport.get_extra_info("peername") if request.transport else None
    host = request.url.host or ""
    if not peer or not is_loopback(peer[0]) or not is_loopback(host):
        raise web.HTTPForbidden(text="only this machine may ask\n")


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
