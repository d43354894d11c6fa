"""Tells what was spent and what is left: `GET /v2/logs`, `GET /v1/billing/balance` and `GET /v2/billing`.

Source: the pages on usage logs and account balance and their schemas, read 2026-11-21. A row is told for what was
accepted, not for what was refused at once; when it appears is a switch.
"""

from __future__ import annotations

import math
import re
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from render.server.aimlapi.replies import lets_in, refusal, too_many
from render.server.evidence import Evidence, Window
from render.server.models.aimlapi_models import CREDITS_PER_USD
from render.server.options import SERVICE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from multidict import MultiMapping

    from render.server.switches import AimlSwitches

#: when the latest requests for the usage log came, by a clock that never goes back
RECENT_LOGS: web.AppKey[deque[float]] = web.AppKey("recent_logs", deque)
_MOST_DAYS = 92
_LOW_CREDITS = 10_000
#: told in place of a balance without end, in USD
_PLENTY_USD = 1_000_000.0


async def get_logs(request: web.Request) -> web.Response:
    """Serve `GET /v2/logs`."""
    if not lets_in(request, kind="aimlapi.logs"):
        return refusal(request, status=401)
    service = request.app[SERVICE]
    switches = service.options.switches.aimlapi
    if _is_too_often(request.app[RECENT_LOGS], now=service.clock.monotonic(), most=switches.log_requests_per_minute):
        return too_many(request)
    try:
        window = _window(request.query, switches, now=service.clock.now())
    except ValueError as error:
        return refusal(request, status=400, message=f"Query validation error! {error}.")
    rows, total = Evidence(service.ledger.database).usage(window)
    has_more = window.offset + len(rows) < total
    pagination = {"limit": window.limit, "offset": window.offset, "total": total, "has_more": has_more}
    return web.json_response({"data": [_row(row) for row in rows], "pagination": pagination})


async def get_balance(request: web.Request) -> web.Response:
    """Serve `GET /v1/billing/balance`: the older form, in credits."""
    if not lets_in(request, kind="aimlapi.billing"):
        return refusal(request, status=401)
    credits_left = round(_balance_usd(request) * CREDITS_PER_USD)
    is_low = credits_left < _LOW_CREDITS
    return web.json_response({
        "balance": credits_left,
        "lowBalance": is_low,
        "lowBalanceThreshold": _LOW_CREDITS,
        "lastUpdated": _text(request.app[SERVICE].clock.now()),
        "autoDebitStatus": "disabled",
        "status": "current",
        "statusExplanation": "Balance is current and up to date",
    })  # fmt: skip


async def get_billing(request: web.Request) -> web.Response:
    """Serve `GET /v2/billing`: the newer form, in USD."""
    if not lets_in(request, kind="aimlapi.billing"):
        return refusal(request, status=401)
    return web.json_response({"current_balance": round(_balance_usd(request), 6), "currency": "USD"})


def _balance_usd(request: web.Request) -> float:
    balance = request.app[SERVICE].balance_usd("aimlapi")
    return balance if math.isfinite(balance) else _PLENTY_USD


def _is_too_often(recent: deque[float], *, now: float, most: int) -> bool:
    while recent and recent[0] < now - 60:
        recent.popleft()
    if len(recent) >= most:
        return True
    recent.append(now)
    return False


def _window(query: MultiMapping[str], switches: AimlSwitches, *, now: float) -> Window:
    start, end = _period(query, now)
    statuses = tuple(query.getall("status", []))
    if not {"succeeded", "failed"}.issuperset(statuses):
        raise ValueError("status must be succeeded or failed")
    models = tuple(query.getall("model", []))
    if len(models) > 50:
        raise ValueError("model may be named 50 times")
    return Window(
        start=start,
        end=end,
        limit=_number(query, "limit", 50, range(1, 101)),
        offset=_number(query, "offset", 0, range(2**31)),
        models=models,
        statuses=statuses,
        seen_at=now,
        lag_s=switches.log_lag_s,
        after_end=switches.log_rows == "ended",
    )


def _period(query: Mapping[str, str], now: float) -> tuple[float, float]:
    names = {"period", "start", "end"} & set(query)
    if names == {"period"}:
        match = re.fullmatch(r"([1-9]\d{0,5})([hd])", query["period"])
        if match is None:
            raise ValueError("period must be a number and h or d, like 24h")
        start, end = now - int(match[1]) * (3600 if match[2] == "h" else 86400), now
    elif names == {"start", "end"}:
        start, end = _moment(query["start"]), _moment(query["end"])
    else:
        raise ValueError("give either period, or both start and end")
    if end < start or end - start > _MOST_DAYS * 86400:
        raise ValueError(f"the window must end after it starts and not exceed {_MOST_DAYS} days")
    return start, end


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _number(query: Mapping[str, str], name: str, otherwise: int, allowed: range) -> int:
    text = query.get(name, str(otherwise))
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) not in allowed:
        raise ValueError(f"{name} must be a whole number from {allowed.start} to {allowed.stop - 1}")
    return int(text)


def _row(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "created": _text(row["accepted_at"]),
        "status": "failed" if row["state"] == "failed" else "succeeded",
        "origin": "api",
        "model": row["model"],
        "cost": {"usd": row["cost_usd"], "credits": round(row["cost_usd"] * CREDITS_PER_USD)},
        "tokens": {"input": 0, "output": 0, "total": 0},
        "request_id": f"req-{row['number']}",
        "inference_id": row["id"],
        "client_request_id": row["client_request_id"] or None,
    }


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
