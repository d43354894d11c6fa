"""Kandinsky 5.0 Image Lite at Runware, `runware:kandinsky-5.0-image-lite@1`: text to image in seven sizes.

Source: the model's page, read 2026-11-20; prices from its list and its published examples.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from render.server.models.rules import Fault, Rule
from render.server.models.runware_model import LARGEST_SEED, LORA, RunwareModel, delivery_rules, safety_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SIZES = ((1024, 1024), (640, 1408), (1408, 640), (768, 1280), (1280, 768), (896, 1152), (1152, 896))
_SCHEDULERS = (
    "DPM++ 2M Karras", "DPM++ SDE Karras", "DPM++ 2M SDE Exponential", "DPM++ 2M SDE Karras", "Euler", "Euler a",
    "Euler Trailing", "LCM", "DDIM", "DDPM", "PNDM", "UniPC",
)  # fmt: skip
#: USD by width, height and steps, where somebody was charged for exactly that
_OBSERVED_USD = {
    (1024, 1024, 20): 0.0077,
    (1408, 640, 28): 0.0096,
    (1280, 768, 28): 0.0102,
    (1152, 896, 28): 0.0109,
}
_ACCELERATOR = Rule(
    name="acceleratorOptions",
    type="object",
    fields=(
        Rule(name="teaCache", type="boolean"),
        Rule(name="teaCacheDistance", type="float", min=0, max=1, step="0.01"),
        Rule(name="fbCache", type="boolean"),
        Rule(name="fbCacheThreshold", type="float", min=0, max=1, step="0.01"),
        Rule(name="dbCache", type="boolean"),
        Rule(name="dbCacheThreshold", type="float", min=0, max=1, step="0.01"),
        Rule(name="dbCacheSkipInterval", type="integer", min=1),
        Rule(name="cacheStartStep", type="integer", min=0),
        Rule(name="cacheEndStep", type="integer", min=1),
        Rule(name="cacheStartStepPercentage", type="integer", min=0, max=99),
        Rule(name="cacheEndStepPercentage", type="integer", min=1, max=100),
        Rule(name="cacheMaxConsecutiveSteps", type="integer", min=1, max=5),
    ),
)


def price_usd(task: Mapping[str, Any], _luck: float) -> float:
    """Charge the observed price of that shape, else in proportion to pixels and steps."""
    observed = _OBSERVED_USD.get((task["width"], task["height"], task["steps"]))
    megapixels = task["width"] * task["height"] / 1e6
    return observed if observed is not None else float(round(megapixels * task["steps"] * 0.000373, 4))


def _cross_faults(task: Mapping[str, Any]) -> Iterator[Fault]:
    if (task["width"], task["height"]) not in _SIZES:
        sizes = [f"{width}x{height}" for width, height in _SIZES]
        expected = f"must together be one of {', '.join(sizes)}"
        both, details = ("width", "height"), {"allowedValues": sizes}
        yield Fault(kind="invalid", parameters=both, expected=expected, details=details, subject="dimensions")
    yield from _cache_faults(task.get("acceleratorOptions", {}), task["steps"])


def _cache_faults(options: Mapping[str, Any], steps: int) -> Iterator[Fault]:
    for unit in ("", "Percentage"):
        start, end = f"cacheStartStep{unit}", f"cacheEndStep{unit}"
        if start in options and end in options and options[start] >= options[end]:
            yield _cache_fault("invalid", f"must be less than {end}", start)
    if options.get("cacheEndStep", 0) > steps:
        yield _cache_fault("invalid", f"must be at most steps, which is {steps}", "cacheEndStep")
    for bound in ("cacheStartStep", "cacheEndStep"):
        if bound in options and f"{bound}Percentage" in options:
            yield _cache_fault("incompatible", "are alternatives: give one of them", bound, f"{bound}Percentage")


def _cache_fault(kind: str, expected: str, *names: str) -> Fault:
    return Fault(kind=kind, parameters=tuple(f"acceleratorOptions.{name}" for name in names), expected=expected)


IMAGE_LITE = RunwareModel(
    task_type="imageInference",
    documentation="https://runware.ai/docs/models/kandinsky-5-0-image-lite",
    rules=(
        *delivery_rules(
            formats=("JPG", "PNG", "WEBP"), types=("URL", "base64Data", "dataURI"), methods=("sync", "async")
        ),
        safety_rule("none", "fast"),
        Rule(name="numberResults", type="integer", min=1, max=20),
        _ACCELERATOR,
        Rule(name="positivePrompt", type="string", required=True, min=2, max=32_000),
        Rule(name="negativePrompt", type="string", min=2, max=3_000),
        Rule(name="width", type="integer", required=True, step="16"),
        Rule(name="height", type="integer", required=True, step="16"),
        Rule(name="seed", type="integer", min=0, max=LARGEST_SEED),
        Rule(name="steps", type="integer", min=10, max=50),
        Rule(name="scheduler", type="string", allowed=_SCHEDULERS),
        Rule(name="CFGScale", type="float", min=2, max=10, step="0.01"),
        LORA,
    ),
    cross_faults=_cross_faults,
    price_usd=price_usd,
    defaults={
        "outputType": "URL",
        "outputFormat": "JPG",
        "outputQuality": 95,
        "deliveryMethod": "sync",
        "numberResults": 1,
        "steps": 20,
        "CFGScale": 7,
    },
)

_PICTURES = Rule(name="referenceImages", type="array", has_strings=True)
#: the model by the way a task may name pictures to begin from: which of the three holds is not known
IMAGE_LITE_BY_INPUT = {
    "none": IMAGE_LITE,
    "flat": replace(IMAGE_LITE, rules=(*IMAGE_LITE.rules, _PICTURES)),
    "inputs": replace(IMAGE_LITE, rules=(*IMAGE_LITE.rules, Rule(name="inputs", type="object", fields=(_PICTURES,)))),
}
