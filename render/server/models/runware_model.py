"""What the server knows of one Runware model, and the parameters that all its models share.

The tables themselves stand in one module a model. Nothing here reads the client's catalog: the two are compared by
tests, and agreement would prove nothing if they had one source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from render.server.models.rules import Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: the pages print 9223372036854776000, which is this figure after a trip through a 64 bit float
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class RunwareModel:
    """One model: what it accepts, what it assumes, what it makes and what it charges."""

    task_type: str
    #: page whose anchors `#request-<parameter>` error objects point at
    documentation: str
    rules: tuple[Rule, ...]
    #: faults across parameters, of a task whose single parameters are all right
    cross_faults: Callable[[Mapping[str, Any]], Iterator[Fault]]
    #: USD for one result of that task; `luck` from 0 to 1 spreads it as observed prices are spread
    price_usd: Callable[[Mapping[str, Any], float], float]
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def resolved(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """The task with every default in place."""
        return {**self.defaults, **task}


def delivery_rules(*, formats: tuple[str, ...], types: tuple[str, ...], methods: tuple[str, ...]) -> tuple[Rule, ...]:
    """The parameters that say how results are handed over."""
    return (
        Rule(name="taskType", type="string", required=True),
        Rule(name="taskUUID", type="string", required=True),
        Rule(name="model", type="string", required=True),
        Rule(name="outputType", type="string", allowed=types),
        Rule(name="outputFormat", type="string", allowed=formats),
        Rule(name="outputQuality", type="integer", min=20, max=99),
        Rule(name="deliveryMethod", type="string", allowed=methods),
        Rule(name="webhookURL", type="string", is_uri=True),
        Rule(name="uploadEndpoint", type="string", is_uri=True),
        Rule(name="ttl", type="integer", min=60),
        Rule(name="includeCost", type="boolean"),
    )


def safety_rule(*modes: str) -> Rule:
    """The `safety` object with the modes a model knows."""
    check, mode = Rule(name="checkContent", type="boolean"), Rule(name="mode", type="string", allowed=modes)
    return Rule(name="safety", type="object", fields=(check, mode))


def is_safety_on(task: Mapping[str, Any]) -> bool:
    """Whether a checked task has its content looked at; `mode` wins over `checkContent`."""
    safety = task.get("safety", {})
    return bool(safety["mode"] != "none" if "mode" in safety else safety.get("checkContent", False))


#: Source: model page of Kandinsky 5.0 Image Lite, read 2026-11-20.
LORA = Rule(
    name="lora",
    type="array",
    fields=(
        Rule(name="model", type="string", required=True, min=1),
        Rule(name="weight", type="float", min=-4, max=4, step="0.01"),
        Rule(name="transformer", type="string", allowed=("high", "low", "both")),
    ),
)


def no_cross_faults(_task: Mapping[str, Any]) -> Iterator[Fault]:
    """For models whose parameters do not depend on each other."""
    yield from ()
