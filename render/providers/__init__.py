"""Translators between our words and a provider's: pure functions, no I/O, no clock. The table of them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.providers.aimlapi import AimlApi
from render.providers.runware import Runware

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.providers.protocol import Provider

PROVIDERS: Mapping[str, Provider] = {"runware": Runware(), "aimlapi": AimlApi()}
