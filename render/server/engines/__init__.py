"""What draws, by name. A further engine is one module here and one line in `ENGINES`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.server.engines.fixed import FixedEngine
from render.server.engines.procedural import ProceduralEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from render.server.engines.order import Engine

#: each is called with the size its files are to be padded to, which only the engine `fixed` heeds
ENGINES: Mapping[str, Callable[[int | None], Engine]] = {
    "procedural": lambda _: ProceduralEngine(),
    "fixed": lambda file_bytes: FixedEngine(file_bytes=file_bytes),
}
