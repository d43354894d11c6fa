"""What draws, by name. A further engine is one module here and one line in `ENGINES`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.server.engines.procedural import ProceduralEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from render.server.engines.order import Engine

ENGINES: Mapping[str, Callable[[], Engine]] = {"procedural": ProceduralEngine}
