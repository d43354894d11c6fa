"""Kandinsky 5.0 Lite at Runware, `runware:210@1`: text to video, 24 frames a second, asynchronous only.

Source: the model's page for all bounds; the vendor's Python package of 2026-06-23 for the two durations and the 75
schedulers, which the page counts but does not list. Read 2026-11-20. Prices: the page's four published examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.models.rules import Rule
from render.server.models.runware_model import (
    LARGEST_SEED,
    RunwareModel,
    delivery_rules,
    no_cross_faults,
    safety_rule,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEDULERS = (
    "DDIM", "DDIMScheduler", "DDPMScheduler", "DEISMultistepScheduler", "Default",
    "DPM++", "DPM++ 2M", "DPM++ 2M Beta", "DPM++ 2M Exponential", "DPM++ 2M Karras", "DPM++ 2M SDE",
    "DPM++ 2M SDE Beta", "DPM++ 2M SDE Exponential", "DPM++ 2M SDE Karras", "DPM++ 2M SDE Uniform",
    "DPM++ 2M Uniform", "DPM++ 3M", "DPM++ 3M Beta", "DPM++ 3M Exponential", "DPM++ 3M Karras",
    "DPM++ 3M SDE Uniform", "DPM++ 3M Uniform", "DPM++ Beta", "DPM++ Exponential", "DPM++ Karras", "DPM++ SDE",
    "DPM++ SDE Beta", "DPM++ SDE Exponential", "DPM++ SDE Karras", "DPM++ Uniform", "DPM++ Uniform Beta",
    "DPM++ Uniform Exponential", "DPM++ Uniform Karras", "DPMSolverMultistepInverse",
    "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "EDMDPMSolverMultistepScheduler",
    "EDMEulerScheduler", "Euler", "Euler a", "Euler Beta", "Euler Exponential", "Euler Karras",
    "EulerAncestralDiscreteScheduler", "EulerDiscreteScheduler", "FlowMatchEulerDiscreteScheduler", "Heun",
    "HeunDiscreteScheduler", "Heun Karras", "IPNDMScheduler", "IPNDM Uniform", "IPNDM Uniform Beta",
    "IPNDM Uniform Exponential", "IPNDM Uniform Karras", "KDPM2AncestralDiscreteScheduler",
    "KDPM2DiscreteScheduler", "LCM", "LCMScheduler", "LMS", "LMSDiscreteScheduler", "LMS Karras",
    "PNDMScheduler", "TCDScheduler", "UniPC", "UniPC 2M", "UniPC 2M Karras", "UniPC 2M Uniform", "UniPC 3M",
    "UniPC 3M Karras", "UniPC 3M Uniform", "UniPC Karras", "UniPC Uniform", "UniPC Uniform Beta",
    "UniPC Uniform Exponential", "UniPC Uniform Karras",
)  # fmt: skip
_EXCLUDED_PX = (592, 656, 688, 752)


def price_usd(task: Mapping[str, Any], luck: float) -> float:
    """Charge what 768 x 512 px of 10 s cost with 28 to 30 steps, 0.2471 to 0.2733, and in proportion elsewhere."""
    volume = task["width"] * task["height"] * task["duration"] / (768 * 512 * 10)
    return float(round(volume * (0.0279 + 0.008 * task["steps"]) * (0.981 + 0.038 * luck), 4))


KANDINSKY_LITE = RunwareModel(
    task_type="videoInference",
    documentation="https://runware.ai/docs/models/kandinsky-5-0-lite",
    rules=(
        *delivery_rules(formats=("MP4", "WEBM", "MOV"), types=("URL",), methods=("async",)),
        safety_rule("none", "fast", "full"),
        Rule(name="numberResults", type="integer", min=1, max=4),
        Rule(name="positivePrompt", type="string", required=True, min=2),
        Rule(name="negativePrompt", type="string"),
        Rule(name="width", type="integer", required=True, min=512, max=768, step="16", excluded=_EXCLUDED_PX),
        Rule(name="height", type="integer", required=True, min=512, max=768, step="16", excluded=_EXCLUDED_PX),
        Rule(name="duration", type="float", required=True, allowed=(5, 10)),
        Rule(name="seed", type="integer", min=0, max=LARGEST_SEED),
        Rule(name="steps", type="integer", min=1, max=50),
        Rule(name="scheduler", type="string", allowed=_SCHEDULERS),
        Rule(name="CFGScale", type="float", min=1, max=7, step="0.01"),
    ),
    cross_faults=no_cross_faults,
    price_usd=price_usd,
    defaults={
        "outputType": "URL",
        "outputFormat": "MP4",
        "outputQuality": 95,
        "deliveryMethod": "async",
        "numberResults": 1,
        "steps": 20,
        "CFGScale": 5,
    },
)
