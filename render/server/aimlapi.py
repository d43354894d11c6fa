"""The server's side of AI/ML API: `POST` and `GET /v2/video/generations`.

Ids are chosen here and look like `<uuid>:<model>`. Source: the published API schemas of both Kandinsky models, the
page on errors and one recorded live 401, read 2026-11-20. Unknown there and chosen here: 404 for an unknown id.
"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from render.server.access import bearer_key, client_request_id, is_let_in
from render.server.models.aimlapi_models import CREDITS_PER_USD, DEFAULTS, RULES, credits_used
from render.server.models.rules import find_faults
from render.server.options import SERVICE
from render.server.records import Job, Result, State, Submission
from render.server.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.server.options import Service

_KEY_NEEDED = "This request requires a valid API key. You can create a new API key on the Billing page: https://aimlapi.com/app/keys"
#: the first share of a job's time is spent in the queue
_QUEUED_SHARE = 0.2


async def submit(request: web.Request) -> web.Response:
    """Serve `POST /v2/video/generations`."""
    service = request.app[SERVICE]
    if not _is_let_in(request, service, kind="aimlapi.submit"):
        return refusal(request, status=401, message=_KEY_NEEDED)
    try:
        body = read_json(await request.read())
    except ValueError as error:
        return refusal(request, status=400, message=f"Body validation error! Expected JSON: {error}.")
    submission = _submission(request, body)
    message = _fault(body)
    if message:
        service.ledger.sell({}, submission=submission)
        return refusal(request, status=400, message=f"Body validation error! {message}.")
    job, result = _sale({**DEFAULTS, **body}, service)
    service.ledger.sell({job.id: (job, [result])}, submission=submission)
    service.workshop.take(job, results=[result])
    return web.json_response(_status(request, service, job, result))


async def poll(request: web.Request) -> web.Response:
    """Serve `GET /v2/video/generations?generation_id=ID`; the id may be percent-encoded or not."""
    service = request.app[SERVICE]
    if not _is_let_in(request, service, kind="aimlapi.poll"):
        return refusal(request, status=401, message=_KEY_NEEDED)
    identifier = request.query.get("generation_id", "")
    if not identifier:
        return refusal(request, status=400, message="Query validation error! Expected generation_id.")
    job = service.ledger.jobs([identifier]).get(identifier)
    if job is None or job.provider != "aimlapi":
        return refusal(request, status=404, message="No generation has this id.")
    return web.json_response(_status(request, service, job, service.ledger.results([job.id])[job.id][0]))


def refusal(request: web.Request, *, status: int, message: str) -> web.Response:
    """An error in the shape of this API."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    body = {
        "message": message,
        "path": request.path,
        "requestId": secrets.token_urlsafe(16)[:21],
        "statusCode": status,
        "timestamp": now.replace("+00:00", "Z"),
    }
    return web.json_response(body, status=status)


def _is_let_in(request: web.Request, service: Service, *, kind: str) -> bool:
    """Whether the sender's key is right; the request is counted either way."""
    is_right = is_let_in(bearer_key(request), keys=service.options.keys)
    service.ledger.count([kind if is_right else "aimlapi.unauthorised"])
    return is_right


def _fault(body: Any) -> str:
    """What is wrong with a submission, all of it in one line; "" if nothing is."""
    if not isinstance(body, dict):
        return "Expected an object"
    return "; ".join(f"'{fault.parameters[0]}' {fault.expected}" for fault in find_faults(body, rules=RULES))


def _submission(request: web.Request, body: Any) -> Submission:
    correlation = client_request_id(request)
    return Submission(kind="aimlapi.submit", body=body, at=time.time(), client_request_id=correlation)


def _sale(body: Mapping[str, Any], service: Service) -> tuple[Job, Result]:
    accepted_at, result_id = time.time(), str(uuid4())
    identifier, cost_usd = f"{uuid4()}:{body['model']}", credits_used(body) / CREDITS_PER_USD
    job = Job(
        id=identifier,
        provider="aimlapi",
        task_type="generation",
        model=body["model"],
        request=body,
        accepted_at=accepted_at,
        cost_usd=cost_usd,
    )
    result = Result(
        id=result_id,
        job_id=identifier,
        number=1,
        seed=secrets.randbelow(2**32),
        cost_usd=cost_usd,
        file_name=f"{result_id}.mp4",
        ready_at=service.workshop.ready_at(identifier, number=1, accepted_at=accepted_at),
    )
    return job, result


def _status(request: web.Request, service: Service, job: Job, result: Result) -> dict[str, Any]:
    reply: dict[str, Any] = {"id": job.id, "status": _word(job, result)}
    if result.state is State.DONE:
        reply["video"] = {"url": service.file_url(request, name=result.file_name)}
    elif result.state is State.FAILED:
        reply["error"] = {"name": result.error_code, "message": result.error_message}
    reply["meta"] = {"usage": {"credits_used": credits_used(job.request)}}
    return reply


def _word(job: Job, result: Result) -> str:
    match result.state:
        case State.DONE:
            return "completed"
        case State.FAILED:
            return "error"
        case State.WAITING:
            leaves_queue_at = job.accepted_at + _QUEUED_SHARE * (result.ready_at - job.accepted_at)
            return "queued" if time.time() < leaves_queue_at else "generating"
