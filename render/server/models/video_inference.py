"""Any other video model at Runware, by the general rules of the `videoInference` reference.

Source: the video inference API reference, read 2026-11-20. Its prices are not published: those here are invented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.models.frames import INPUT_RULES, frame_faults
from render.server.models.kandinsky_lite import price_usd
from render.server.models.rules import Fault, Rule
from render.server.models.runware_model import LARGEST_SEED, LORA, RunwareModel, delivery_rules, safety_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PROVIDERS = ("google", "bytedance", "klingai", "minimax", "pixverse", "vidu")


def _cross_faults(task: Mapping[str, Any]) -> Iterator[Fault]:
    yield from frame_faults(task)
    pixverse = task.get("providerSettings", {}).get("pixverse", {})
    both = ("effect", "cameraMovement")
    if all(name in pixverse for name in both):
        parameters = tuple(f"providerSettings.pixverse.{name}" for name in both)
        yield Fault(kind="incompatible", parameters=parameters, expected="exclude each other: give one of them")


VIDEO_INFERENCE = RunwareModel(
    task_type="videoInference",
    documentation="https://runware.ai/docs/en/video-inference/api-reference",
    rules=(
        *delivery_rules(formats=("MP4", "WEBM"), types=("URL",), methods=("sync", "async")),
        safety_rule("none", "fast", "full"),
        Rule(name="numberResults", type="integer", min=1, max=4),
        Rule(name="positivePrompt", type="string", required=True, min=2),
        Rule(name="negativePrompt", type="string"),
        Rule(name="width", type="integer", min=256, max=1920, step="8"),
        Rule(name="height", type="integer", min=256, max=1080, step="8"),
        Rule(name="duration", type="float", required=True, min=1, max=10),
        Rule(name="fps", type="integer", min=15, max=60),
        Rule(name="seed", type="integer", min=1, max=LARGEST_SEED),
        Rule(name="steps", type="integer", min=10, max=50),
        Rule(name="scheduler", type="string"),
        Rule(name="CFGScale", type="float", min=0, max=50),
        Rule(name="acceleration", type="string", allowed=("none", "low", "medium", "high")),
        Rule(name="acceleratorOptions", type="object"),
        Rule(name="advancedFeatures", type="object"),
        Rule(
            name="speech",
            type="object",
            fields=(Rule(name="voice", type="string"), Rule(name="text", type="string")),
        ),
        LORA,
        Rule(
            name="providerSettings",
            type="object",
            fields=tuple(Rule(name=name, type="object") for name in _PROVIDERS),
        ),
        *INPUT_RULES,
        Rule(name="inputs", type="object", fields=INPUT_RULES),
    ),
    cross_faults=_cross_faults,
    price_usd=price_usd,
    defaults={
        "outputType": "URL",
        "outputFormat": "MP4",
        "outputQuality": 95,
        "deliveryMethod": "async",
        "numberResults": 1,
        # the reference names no size and no number of steps for a task without them; these are ours
        "width": 768,
        "height": 512,
        "steps": 20,
        "fps": 24,
    },
)
