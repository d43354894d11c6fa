"""The two Kandinsky models at AI/ML API, which share one schema.

Source: the published API schemas of both models, read 2026-11-20. Not published, and chosen here: the sizes of 1:1
and 2:3, the range of steps beyond "an integer", the price, and whether unknown members are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.models.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

MODELS = ("sber-ai/kandinsky5-distill-t2v", "sber-ai/kandinsky5-t2v")
SIZES_PX = {"3:2": (768, 512), "2:3": (512, 768), "1:1": (512, 512)}
CREDITS_PER_USD = 2_000_000
_CREDITS_PER_S = 24_000

RULES = (
    Rule(name="model", type="string", required=True, allowed=MODELS),
    Rule(name="prompt", type="string", required=True, min=1),
    Rule(name="aspect_ratio", type="string", allowed=tuple(SIZES_PX)),
    Rule(name="duration", type="integer", allowed=(5, 10)),
    Rule(name="num_inference_steps", type="integer", min=1),
)
DEFAULTS = {"aspect_ratio": "3:2", "duration": 5, "num_inference_steps": 30}


def credits_used(body: Mapping[str, Any]) -> int:
    """The charge in credits: 120,000 for 5 s, the figure of the published schema's example."""
    return int(body["duration"]) * _CREDITS_PER_S
