"""What a provider is paid with: the credit at the start, and whether a failed render is given back.

Source: Runware, one client's note that failed tasks are not billed; AI/ML API, the page on usage logs: a failed
request is billed nothing (read 2026-11-20).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The terms of one provider."""

    #: at the first start, in USD
    usd: float = math.inf
    #: whether the price of a render that failed goes back to the credit
    refunds_failed: bool = True

    def __post_init__(self) -> None:
        if not self.usd >= 0:
            raise ValueError("credit must be 0 or more")
