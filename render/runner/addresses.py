"""Puts the values of the environment into the addresses of a request, right before it is sent and nowhere else.

What is recorded is the request as the manifest has it. A run whose server is its own sends nothing elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from render.environment import addresses_in, filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.catalog.spec import ModelSpec
    from render.settings import Secret


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """Where results of this run are sent beside coming home."""

    #: by name, for all that its requests name
    values: Mapping[str, Secret] = field(default_factory=dict)
    #: whether anything is sent there at all
    is_served: bool = True

    @property
    def hidden(self) -> tuple[str, ...]:
        """What nobody may see: every value."""
        return tuple(value.reveal() for value in self.values.values())

    def put_in(self, request: Mapping[str, Any], spec: ModelSpec | None) -> Mapping[str, Any]:
        """Return a request as it is to be sent."""
        there = addresses_in(request, spec)
        if not self.is_served:
            return {name: value for name, value in request.items() if name not in there}
        made = {name: filled(address, lambda name: self.values[name].reveal()) for name, address in there.items()}
        return {**request, **made}
