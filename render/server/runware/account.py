"""Answers `accountManagement`: what the account of this server holds and what was spent from it.

Source: the page on account management, read 2026-11-20. A server without a limit of credit names a large balance:
JSON has no word for infinity.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from render.server.models.rules import Rule, find_faults
from render.server.runware.errors import refusal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from render.server.runware.desk import Errand
    from render.server.runware.reply import Reply

_RULES = (
    Rule(name="taskType", type="string", required=True),
    Rule(name="taskUUID", type="string", required=True),
    Rule(name="operation", type="string", required=True, allowed=("getDetails",)),
)
_UNLIMITED_USD = 1_000_000.0
_DAY_S = 86_400
#: an account of nobody: the server has no users
_ORGANISATION = "00000000-0000-4000-8000-000000000000"
_BEGAN_AT = "2026-01-01T00:00:00Z"


async def answer_account(task: dict[str, Any], *, errand: Errand, reply: Reply) -> None:
    """Add the balance, the usage and the keys, all but their first letters hidden."""
    faults = list(find_faults(task, rules=_RULES))
    if faults:
        reply.refuse(refusal(fault, task=task) for fault in faults)
        return
    purchases, now = errand.desk.archive.spendings("runware"), errand.desk.service.clock.now()
    reply.data.append({
        **{name: task[name] for name in ("taskType", "taskUUID", "operation")},
        "organizationUUID": _ORGANISATION,
        "organizationName": "render serve",
        "AIRSource": "local",
        "balance": _balance(errand),
        "team": [{"name": "owner", "email": "owner@localhost", "roles": ["Owner"], "joinedAt": _BEGAN_AT}],
        "apiKeys": [_api_key(errand.key, purchases, now=now)],
        "usage": _usage(purchases, now=now),
    })  # fmt: skip


def _balance(errand: Errand) -> float | dict[str, Any]:
    left_usd = errand.desk.service.balance_usd("runware")
    amount = round(left_usd, 4) if math.isfinite(left_usd) else _UNLIMITED_USD
    return amount if errand.desk.switches.balance == "number" else {"amount": amount, "currency": "USD"}


def _api_key(key: str, purchases: Sequence[sqlite3.Row], *, now: float) -> dict[str, Any]:
    last_used_at = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "name": "key",
        # a short key would stand there whole
        "apiKey": f"{key[: min(4, len(key) // 4)]}****",
        "description": "",
        "createdAt": _BEGAN_AT,
        "enabled": True,
        "requests": len(purchases),
        "lastUsedAt": last_used_at,
    }


def _usage(purchases: Sequence[sqlite3.Row], *, now: float) -> dict[str, dict[str, float]]:
    midnight = now - now % _DAY_S
    begins = {"total": 0.0, "today": midnight, "last7Days": now - 7 * _DAY_S, "last30Days": now - 30 * _DAY_S}
    return {name: _spent(purchases, begin) for name, begin in begins.items()}


def _spent(purchases: Sequence[sqlite3.Row], begin: float) -> dict[str, float]:
    within = [row["cost_usd"] for row in purchases if row["at"] >= begin]
    return {"credits": round(sum(within), 4), "requests": len(within)}
