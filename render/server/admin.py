"""What the server saw, for tests and for people: purchases, counts of requests, and what was asked for.

Needs no key, and so answers this machine alone. Its own requests are not counted.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from render.server.evidence import Evidence
from render.server.ledger import TOTAL
from render.server.options import SERVICE, is_loopback

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from render.server.options import Service


async def get_ledger(request: web.Request) -> web.Response:
    """Serve `GET /admin/ledger`: money, requests by kind, concurrency, holds that were broken, headers, faults."""
    refuse_strangers(request)
    service = request.app[SERVICE]
    evidence = Evidence(service.ledger.database)
    return web.json_response({
        **_money(evidence, service),
        **_traffic(evidence),
        "held_requests": _dated(evidence.held()),
        "headers": service.watch.headers(),
        "faults": _dated(evidence.faults()),
    })  # fmt: skip


def _money(evidence: Evidence, service: Service) -> dict[str, Any]:
    purchases, refunds = _dated(evidence.purchases()), _dated(evidence.refunds())
    balances = {name: round(service.balance_usd(name), 6) for name in service.options.credit}
    return {
        "purchases": purchases,
        "refunds": refunds,
        "cost_usd": round(sum(purchase["cost_usd"] for purchase in purchases), 4),
        "refunded_usd": round(sum(refund["cost_usd"] for refund in refunds), 4),
        "balance_usd": {name: usd for name, usd in balances.items() if math.isfinite(usd)},
    }


def _traffic(evidence: Evidence) -> dict[str, Any]:
    requests, spans = evidence.tallies(), evidence.spans()
    total = requests.pop(TOTAL, 0)
    by_provider: dict[str, list[tuple[float, float | None]]] = {}
    for provider, begin, end in spans:
        by_provider.setdefault(provider, []).append((begin, end))
    return {
        "requests": requests,
        "total_requests": total,
        "highest_concurrency": highest_overlap((begin, end) for _, begin, end in spans),
        "concurrency": {name: highest_overlap(each) for name, each in sorted(by_provider.items())},
    }


async def get_submissions(request: web.Request) -> web.Response:
    """Serve `GET /admin/requests`: every request for paid work as it came, in order, and which jobs it made."""
    refuse_strangers(request)
    rows = Evidence(request.app[SERVICE].ledger.database).submissions()
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


def refuse_strangers(request: web.Request) -> None:
    """Answer this machine alone.

    Raises:
        web.HTTPForbidden: somebody else asks.
    """
    # the host is looked at too: a page in a browser may reach loopback under a name of its own
    peer = request.transport.get_extra_info("peername") if request.transport else None
    host = request.url.host or ""
    if not peer or not is_loopback(peer[0]) or not is_loopback(host):
        raise web.HTTPForbidden(text="only this machine may ask\n")


def _dated(rows: Iterable[sqlite3.Row]) -> list[dict[str, Any]]:
    return [{**dict(row), "at": _text(row["at"])} for row in rows]


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
