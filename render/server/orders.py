"""Translates a job in a provider's words into what an engine is asked to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.engines.order import Format, Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from render.server.records import Job, Result

#: frames a second of models whose frame rate is not a parameter
_FPS = 24
#: task members that have a field of their own in an order, or do not shape the picture
_NOT_SETTINGS = frozenset({
    "taskType", "taskUUID", "model", "positivePrompt", "negativePrompt", "width", "height", "duration", "fps", "seed",
    "steps", "outputType", "outputFormat", "outputQuality", "deliveryMethod", "webhookURL", "uploadEndpoint", "ttl",
    "includeCost", "numberResults", "safety",
})  # fmt: skip


def order_of(job: Job, *, result: Result) -> Order:
    """What to draw for one result of a job."""
    return _ORDERS[job.provider](job, result)


def _of_runware(job: Job, result: Result) -> Order:
    task = job.request
    fps = task.get("fps", _FPS)
    return Order(
        model=job.model,
        prompt=task["positivePrompt"],
        negative_prompt=_negative_prompt(task),
        seed=result.seed,
        width_px=task["width"],
        height_px=task["height"],
        frames=round(task["duration"] * fps) if "duration" in task else 1,
        fps=fps,
        format=Format[task["outputFormat"]],
        quality=task["outputQuality"],
        steps=task["steps"],
        settings={name: value for name, value in task.items() if name not in _NOT_SETTINGS},
    )


def _negative_prompt(task: Mapping[str, Any]) -> str:
    has_guidance = task.get("CFGScale", 2) > 1
    return str(task.get("negativePrompt", "")) if has_guidance else ""


def _of_aimlapi(job: Job, result: Result) -> Order:
    body = job.request
    width_px, height_px = body["size_px"]
    return Order(
        model=job.model,
        prompt=body["prompt"],
        seed=result.seed,
        width_px=width_px,
        height_px=height_px,
        frames=body["duration"] * _FPS,
        fps=_FPS,
        format=Format.MP4,
        steps=body["num_inference_steps"],
    )


_ORDERS: Mapping[str, Callable[[Job, Result], Order]] = {"runware": _of_runware, "aimlapi": _of_aimlapi}
