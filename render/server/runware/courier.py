"""Sends what a task asked the server itself to send: a word to a webhook, a file to an upload endpoint.

Goes only to hosts the server was told of, follows no redirect, and reads nothing of an answer but its status.
Source: the page on webhooks, read 2026-11-20: a 2xx within 5 s, else again after 250 ms, doubling up to 8 s, with
jitter; how often is not said. Of uploads nothing is said but that the bytes are sent with PUT.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from render.server.egress import is_allowed
from render.server.engines.order import Format
from render.server.faults.records import DuplicateWebhook
from render.server.runware.archive import Delivery

if TYPE_CHECKING:
    from render.server.records import Result
    from render.server.runware.desk import Desk

_WEBHOOK_TIMEOUT_S = 5.0
_UPLOAD_TIMEOUT_S = 60.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.25, 8.0


async def send_webhook(url: str, *, body: Any, result: Result, desk: Desk) -> None:
    """Tell a listener of one result until it says 2xx, and write down how that ended."""
    fault = desk.service.faults.strike("webhook")
    copies = fault.times if isinstance(fault, DuplicateWebhook) else desk.switches.webhook_copies
    for _ in range(copies):
        attempts, last_answer = await _insist(url, body, desk)
        desk.archive.keep_delivery(_delivery("webhook", url, result, attempts=attempts, last_answer=last_answer))


async def put_file(url: str, *, result: Result, desk: Desk) -> None:
    """Put a finished file to an address, once, and write down how that ended."""
    path = desk.service.spool.path(result.file_name)
    headers = {"Content-Type": Format(path.suffix.removeprefix(".")).media_type}
    with await asyncio.to_thread(path.open, "rb") as file:
        last_answer = await _send("PUT", url, desk, timeout_s=_UPLOAD_TIMEOUT_S, data=file, headers=headers)
    desk.archive.keep_delivery(_delivery("upload", url, result, attempts=1, last_answer=last_answer))


def wait_s(attempt: int, *, chance: float) -> float:
    """How long to wait after that attempt, counted from 1: 250 ms doubling up to 8 s, and up to a tenth more."""
    return float(min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (attempt - 1)) * (1 + chance / 10))


async def _insist(url: str, body: Any, desk: Desk) -> tuple[int, str]:
    last_answer = ""
    for attempt in range(1, desk.switches.webhook_attempts + 1):
        last_answer = await _send("POST", url, desk, timeout_s=_WEBHOOK_TIMEOUT_S, json=body)
        if _is_success(last_answer) or attempt == desk.switches.webhook_attempts:
            return attempt, last_answer
        await asyncio.sleep(wait_s(attempt, chance=desk.service.options.chance.random()))
    return 0, last_answer


async def _send(method: str, url: str, desk: Desk, *, timeout_s: float, **content: Any) -> str:
    """The status of the answer, or the kind of trouble there was instead."""
    if not is_allowed(url, hosts=desk.service.options.allowed_hosts):
        # allowed when the task was sold, and not any more after a restart
        return "host not allowed"
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    try:
        async with desk.courier.request(method, url, timeout=timeout, allow_redirects=False, **content) as answer:
            return str(answer.status)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return type(error).__name__


def _is_success(answer: str) -> bool:
    return len(answer) == 3 and answer.startswith("2")


def _delivery(kind: str, url: str, result: Result, *, attempts: int, last_answer: str) -> Delivery:
    return Delivery(
        kind=kind,
        result_id=result.id,
        host=urlsplit(url).netloc,
        attempts=attempts,
        is_delivered=_is_success(last_answer),
        last_answer=last_answer,
    )
