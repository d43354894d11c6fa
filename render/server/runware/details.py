"""Answers `getTaskDetails`: a task as it was sent, and the latest answer about it.

The latest, not the best: a refused repetition of an id hides the result of the first, as was seen on the live service.
Source: the platform's page on task details and one adapter's tests, read 2026-11-20.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.runware.poll import unknown_task
from render.server.runware.results import acknowledgement, settled

if TYPE_CHECKING:
    from render.server.runware.archive import Exchange
    from render.server.runware.desk import Errand
    from render.server.runware.reply import Reply


async def answer_details(task: dict[str, Any], *, errand: Errand, reply: Reply) -> None:
    """Add what is known of one earlier task, or `taskNotFound`."""
    exchange = errand.desk.archive.exchange(task["taskUUID"])
    if exchange is None:
        reply.refuse([unknown_task(task)], status=404)
        return
    reply.data.append({
        "taskType": task["taskType"],
        "taskUUID": task["taskUUID"],
        "request": [exchange.request],
        "response": await _latest(task["taskUUID"], exchange, errand),
    })  # fmt: skip


async def _latest(task_id: str, exchange: Exchange, errand: Errand) -> Any:
    ledger = errand.desk.service.ledger
    job, results = ledger.jobs([task_id]).get(task_id), ledger.results([task_id]).get(task_id, [])
    told_at = max((result.finished_at or 0.0 for result in results), default=0.0)
    if job is None or (exchange.refused_at is not None and exchange.refused_at >= told_at):
        return exchange.refusal
    items, failures = await settled(job, results=results, desk=errand.desk, base_url=errand.base_url)
    data = items or ([] if failures else [acknowledgement(job)])
    return {"data": data, **({"errors": failures} if failures else {})}
