"""The two Kandinsky models at AI/ML API, which share one schema.

Source: the published API schemas of both models, read 2026-11-20. Not published: the sizes of 1:1 and 2:3, the range
of steps beyond "an integer", whether unknown members are refused (switches), and the price.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from render.server.models.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.server.switches import AimlSwitches

MODELS = ("sber-ai/kandinsky5-distill-t2v", "sber-ai/kandinsky5-t2v")
#: from the page's own clip
_WIDE_PX = (768, 512)
CREDITS_PER_USD = 2_000_000
_CREDITS_PER_S = 24_000

RULES = (
    Rule(name="model", type="string", required=True, allowed=MODELS),
    Rule(name="prompt", type="string", required=True, min=1),
    Rule(name="aspect_ratio", type="string", allowed=("3:2", "2:3", "1:1")),
    Rule(name="duration", type="integer", allowed=(5, 10)),
    Rule(name="num_inference_steps", type="integer", min=1),
)
DEFAULTS = {"aspect_ratio": "3:2", "duration": 5, "num_inference_steps": 30}


def rules(*, most_steps: int | None) -> tuple[Rule, ...]:
    """The rules of a submission, where more steps than `most_steps` are refused."""
    return tuple(replace(rule, max=most_steps) if rule.name == "num_inference_steps" else rule for rule in RULES)


def size_px(aspect_ratio: str, switches: AimlSwitches) -> tuple[int, int]:
    """Width and height of a clip."""
    return {"1:1": switches.square_px, "2:3": switches.upright_px}.get(aspect_ratio, _WIDE_PX)


def credits_used(body: Mapping[str, Any]) -> int:
    """The charge in credits: 120,000 for 5 s, the figure of the published schema's example."""
    return int(body["duration"]) * _CREDITS_PER_S
