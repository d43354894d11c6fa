"""What is known of lanes by their names: which kinds there are, their variables, and which lane carries on a purchase.

A lane is an account at a provider, or a server of one's own that speaks its API. Pure: knows no key and no address but
those it is given, and nothing of how a lane is run.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.catalog.names import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from render.records import Attempt

#: the providers; each has a lane of its own name, whatever a manifest says
KINDS = PROVIDERS
#: a record tells lanes apart by a word of at most 64 characters
LANE_NAME = "[a-z][a-z0-9_-]{0,63}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneFacts:
    """What a plan must know about a lane."""

    #: name of the provider whose API it speaks
    kind: str
    #: attempts made at any other endpoint do not count
    endpoint: str
    #: whether a request may be sent again under the same id without being bought twice
    ids_are_ours: bool
    #: whether a purchase whose answer was lost is looked for in the provider's usage log
    adopts_from_log: bool = False

    def leads_to(self, attempt: Attempt) -> bool:
        """Whether this is where an attempt was made, if perhaps by another account."""
        return (self.kind, self.endpoint) == (attempt.provider, attempt.endpoint)


def variables_of(lane: str) -> str:
    """Return what the variables of a lane begin with: `RUNWARE`, but `RENDERLINE_MY_LANE` for `my-lane`.

    A manifest may come from a stranger: a lane that it calls `other` must not have the key of another program sent.
    """
    name = lane.upper().replace("-", "_")
    return name if lane in KINDS else f"RENDERLINE_{name}"


def key_variable(lane: str) -> str:
    """Return the variable that holds the key of a lane."""
    return f"{variables_of(lane)}_API_KEY"


def base_url_variable(lane: str) -> str:
    """Return the variable that holds the base URL of a lane."""
    return f"{variables_of(lane)}_BASE_URL"


def counts(attempt: Attempt, lanes: Iterable[LaneFacts]) -> bool:
    """Whether any lane leads to where an attempt was made."""
    return any(lane.leads_to(attempt) for lane in lanes)


def carrier(attempt: Attempt, lanes: Mapping[str, LaneFacts], *, instead: str = "") -> str | None:
    """Return the lane that carries on with an attempt; None where none leads to it.

    That is the lane through which it was made, for another account may not know of it. Where that leads elsewhere it is
    the lane `instead`, of the task that asks for it; where it is gone from the manifest, any that leads there.
    """
    own = lanes.get(attempt.lane)
    if own is not None and own.leads_to(attempt):
        return attempt.lane
    others = (instead,) if instead in lanes else () if own is not None else lanes
    return next((name for name in others if lanes[name].leads_to(attempt)), None)


def stranded(attempts: Iterable[Attempt], lanes: Mapping[str, LaneFacts]) -> Iterator[str]:
    """Tell of unfinished attempts through lanes that are gone from the manifest, and to which no other one leads."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for attempt in attempts:
        if attempt.lane not in lanes and carrier(attempt, lanes) is None:
            found[attempt.lane, attempt.endpoint].append(attempt.task_key)
    for (lane, endpoint), keys in found.items():
        yield (
            f"what was bought through the lane {lane} at {endpoint} is not finished ({len(keys)}, first {keys[0]}): "
            "put the lane back under `providers` to bring it home"
        )
