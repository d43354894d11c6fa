"""Hands finished results over: to the socket that asked for them, to upload endpoints and to webhooks.

Told of a result after it was recorded, so nothing here can delay or lose one: it can always be polled.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from render.server.records import State
from render.server.runware.courier import put_file, send_webhook
from render.server.runware.results import settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.server.records import Job, Result
    from render.server.runware.desk import Desk
    from render.server.runware.sessions import Session


class Handover:
    """All deliveries that are under way."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._workers: set[asyncio.Future[None]] = set()

    def on_finished(self, job: Job, result: Result) -> None:
        """Begin to hand a result over; called once for each that is done or has failed."""
        if job.provider != "runware":
            return
        # found before anything else can happen: a later result of this job may end the session's wait for it
        waiting = self._waiting(job)
        if waiting or "webhookURL" in job.request or "uploadEndpoint" in job.request:
            worker = asyncio.ensure_future(self._hand_over(job, result, waiting))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def close(self) -> None:
        """Stop all deliveries."""
        workers = list(self._workers)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def _waiting(self, job: Job) -> list[tuple[Session, bool]]:
        sessions = self._desk.sessions.waiting_for(job.id)
        waiting = [(session, session.expected[job.id]) for session in sessions]
        results = self._desk.service.ledger.results([job.id])[job.id]
        if sessions and all(result.state is not State.WAITING for result in results):
            for session in sessions:
                del session.expected[job.id]
        return waiting

    async def _hand_over(self, job: Job, result: Result, waiting: Sequence[tuple[Session, bool]]) -> None:
        is_sent = result.number == 1 or self._desk.switches.upload_results == "each"
        if "uploadEndpoint" in job.request and result.state is State.DONE and is_sent:
            await put_file(job.request["uploadEndpoint"], result=result, desk=self._desk)
        for session, is_sync in waiting:
            session.push(await self._envelope(job, result, session.base_url, has_status=not is_sync))
        if "webhookURL" in job.request:
            exchange = self._desk.archive.exchange(job.id)
            base_url = exchange.base_url if exchange is not None else ""
            body = await self._envelope(job, result, base_url, has_status=False)
            if self._desk.switches.webhook_envelope == "flat":
                (body,) = body.get("data") or body["errors"]
            await send_webhook(job.request["webhookURL"], body=body, result=result, desk=self._desk)

    async def _envelope(self, job: Job, result: Result, base_url: str, *, has_status: bool) -> dict[str, Any]:
        items, failures = await settled(job, results=[result], desk=self._desk, base_url=base_url)
        if failures:
            return {"errors": failures}
        return {"data": [{**item, "status": "success"} if has_status else item for item in items]}
