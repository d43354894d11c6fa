"""Sells and tells of generations: `POST` and `GET /v2/video/generations`.

Ids are chosen here and look like `<uuid>:<model>`. Source: the published API schemas of both Kandinsky models and the
page on request tracing, read 2026-11-20. What those leave open is a switch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from render.server.access import client_request_id
from render.server.aimlapi.replies import lets_in, refusal, too_many
from render.server.clock import new_id
from render.server.latency import Work
from render.server.models.aimlapi_models import CREDITS_PER_USD, DEFAULTS, RULES, credits_used, rules, size_px
from render.server.models.rules import find_faults
from render.server.options import SERVICE
from render.server.records import Job, Result, State, Submission
from render.server.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.server.options import Service
    from render.server.switches import AimlSwitches

#: where nobody has to wait for a worker, this share of a job's time is spent in the queue
_QUEUED_SHARE = 0.2
_MEMBERS = {rule.name for rule in RULES}
_WORDS = {
    "modern": {"queued": "queued", "generating": "generating"},
    "legacy": {"queued": "waiting", "generating": "active"},
}


async def submit(request: web.Request) -> web.Response:
    """Serve `POST /v2/video/generations`."""
    if not lets_in(request, kind="aimlapi.submit"):
        return refusal(request, status=401)
    try:
        body = read_json(await request.read())
    except ValueError as error:
        return refusal(request, status=400, message=f"Body validation error! Expected JSON: {error}.")
    switches = request.app[SERVICE].options.switches.aimlapi
    message = _fault(body, switches)
    if message:
        return _decline(request, body, refusal(request, status=400, message=f"Body validation error! {message}."))
    return _sell(request, body)


async def poll(request: web.Request) -> web.Response:
    """Serve `GET /v2/video/generations?generation_id=ID`; the id may be percent-encoded or not."""
    service = request.app[SERVICE]
    if not lets_in(request, kind="aimlapi.poll"):
        return refusal(request, status=401)
    identifier = request.query.get("generation_id", "")
    if not identifier:
        return refusal(request, status=400, message="Query validation error! Expected generation_id.")
    job = service.ledger.jobs([identifier]).get(identifier)
    if job is None or job.provider != "aimlapi":
        return _unknown(request, identifier)
    result = service.ledger.results([job.id])[job.id][0]
    if _is_forgotten(result, service):
        return _unknown(request, identifier)
    return web.json_response(_status(request, service, job, result), headers={"x-inference-id": job.id})


def _sell(request: web.Request, body: Mapping[str, Any]) -> web.Response:
    service = request.app[SERVICE]
    known = {name: value for name, value in body.items() if name in _MEMBERS}
    most_open = service.options.switches.aimlapi.most_open
    if most_open is not None and len(service.ledger.waiting()) >= most_open:
        return _decline(request, body, too_many(request))
    job, result = _sale({**DEFAULTS, **known}, service)
    if job.cost_usd > service.balance_usd("aimlapi"):
        return _decline(request, body, refusal(request, status=403))
    service.ledger.sell({job.id: (job, [result])}, submission=_submission(request, body))
    service.workshop.take(job, results=[result])
    status = service.options.switches.aimlapi.submit_status
    return web.json_response(_status(request, service, job, result), status=status, headers=_tracing(request, job))


def _decline(request: web.Request, body: Any, reply: web.Response) -> web.Response:
    request.app[SERVICE].ledger.sell({}, submission=_submission(request, body))
    return reply


def _unknown(request: web.Request, identifier: str) -> web.Response:
    switches = request.app[SERVICE].options.switches.aimlapi
    if switches.unknown_id == "queued":
        return web.json_response({"id": identifier, "status": _WORDS[switches.words]["queued"]})
    return refusal(request, status=int(switches.unknown_id), message="No generation has this id.")


def _tracing(request: web.Request, job: Job) -> dict[str, str]:
    """The headers that tie a reply to its charge. Source: the page on request tracing and cost, read 2026-11-21."""
    word = client_request_id(request)
    return {
        "x-inference-id": job.id,
        "x-aimlapi-credits-used": str(round(job.cost_usd * CREDITS_PER_USD)),
        "x-aimlapi-usd-spent": f"{job.cost_usd:.9f}",
        **({"x-client-request-id": word} if word else {}),
    }


def _fault(body: Any, switches: AimlSwitches) -> str:
    """What is wrong with a submission, all of it in one line; "" if nothing is."""
    if not isinstance(body, dict):
        return "Expected an object"
    faults = find_faults(body, rules=rules(most_steps=switches.most_steps))
    counted = (fault for fault in faults if fault.kind != "unknown" or switches.unknown_members == "refused")
    return "; ".join(f"'{fault.parameters[0]}' {fault.expected}" for fault in counted)


def _is_forgotten(result: Result, service: Service) -> bool:
    retention_s = service.options.switches.aimlapi.retention_s
    if retention_s is None or result.finished_at is None:
        return False
    return result.finished_at + retention_s < service.clock.now()


def _submission(request: web.Request, body: Any) -> Submission:
    correlation = client_request_id(request)
    return Submission(
        kind="aimlapi.submit", body=body, at=request.app[SERVICE].clock.now(), client_request_id=correlation
    )


def _sale(body: Mapping[str, Any], service: Service) -> tuple[Job, Result]:
    accepted_at, chance = service.clock.now(), service.options.chance
    result_id, identifier = new_id(chance), f"{new_id(chance)}:{body['model']}"
    work = Work(provider="aimlapi", model=body["model"], key=f"{identifier}:1")
    cost_usd = service.prices.price_usd(work, list_usd=credits_used(body) / CREDITS_PER_USD)
    job = Job(
        id=identifier,
        provider="aimlapi",
        task_type="generation",
        model=body["model"],
        request={**body, "size_px": size_px(body["aspect_ratio"], service.options.switches.aimlapi)},
        accepted_at=accepted_at,
        cost_usd=cost_usd,
    )
    result = Result(
        id=result_id,
        job_id=identifier,
        number=1,
        seed=chance.randrange(2**32),
        cost_usd=cost_usd,
        file_name=f"{result_id}.mp4",
        ready_at=service.workshop.ready_at(work, accepted_at=accepted_at),
    )
    return job, result


def _status(request: web.Request, service: Service, job: Job, result: Result) -> dict[str, Any]:
    reply: dict[str, Any] = {"id": job.id, "status": _word(service, job, result)}
    if result.state is State.DONE:
        reply["video"] = _video(request, service, result)
    elif result.state is State.FAILED:
        reply["error"] = {"name": result.error_code, "message": result.error_message}
    reply["meta"] = {"usage": {"credits_used": round(job.cost_usd * CREDITS_PER_USD)}}
    return reply


def _video(request: web.Request, service: Service, result: Result) -> dict[str, Any]:
    video: dict[str, Any] = {"url": service.file_url(request, name=result.file_name)}
    if service.options.switches.aimlapi.video_extras:
        size = service.spool.path(result.file_name).stat().st_size
        video |= {"content_type": "video/mp4", "file_name": "output.mp4", "file_size": size}
    return video


def _word(service: Service, job: Job, result: Result) -> str:
    match result.state:
        case State.DONE:
            return "completed"
        case State.FAILED:
            return "error"
        case State.WAITING:
            begins_at = service.workshop.begins_at(job, result=result)
            begins_at += _QUEUED_SHARE * (result.ready_at - begins_at)
            words = _WORDS[service.options.switches.aimlapi.words]
            return words["queued" if service.clock.now() < begins_at else "generating"]
